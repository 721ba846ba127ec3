import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SequenceEvent, SequenceResponse, UserResponse } from "#api";
import { monotonicMs, Random } from "#base";
import { Program, ServerProcess } from "../server-process.ts";
import { countUnlikeLog } from "./laid-down.ts";
import { Ledger } from "./ledger.ts";
import type { Phase, Tally } from "./tally.ts";
import { Writer } from "./writer.ts";

const WRITERS = 5;
const USERS = 30;
const LIMIT = 16_384;
const LOOK_MS = 2;
/** People of the world whose sequences must not change at all. */
const BYSTANDERS = ["u-0001", "u-0010", "u-0020", "u-0041"];

/** A program that is to be killed at its work. */
interface Work {
  readonly phase: Phase;
  /** Its name; work of one name is taken to last about as long each time. */
  readonly name: string;
  readonly program: Program;
  /** True once it has done what it is killed in. */
  readonly isOver: () => boolean;
}

/** One data folder, the server on it, its clients and what they were promised. */
export class CrashFolder {
  readonly path: string;
  readonly ledger = new Ledger();
  readonly random: Random;
  readonly tally: Tally;
  readonly #args: readonly string[];
  readonly #writers: readonly Writer[];
  readonly #userIds = Array.from({ length: USERS }, (_, n) => `crash-user-${n}`);
  #server: ServerProcess | undefined;
  /** The platform's clock when the server started. */
  #nowMs = 0;

  /** `data` holds a folder of the tiny world. Everything random follows from the seed, but not where a kill lands. */
  constructor(data: string, seed: number, tally: Tally) {
    this.path = join(data, "world");
    this.random = Random.of(seed, "crash");
    this.tally = tally;
    this.#args = ["--preset", "tiny", "--data", data];
    this.#writers = Array.from(
      { length: WRITERS },
      (_, n) => new Writer(`w${n}`, Random.of(seed, `writer ${n}`), this.ledger),
    );
  }

  async begin(): Promise<void> {
    await this.restart();
    for (const userId of BYSTANDERS) {
      const { rows } = await this.#read(userId);
      if (rows.length > 0) this.ledger.begin(userId, rows);
    }
  }

  get server(): ServerProcess {
    if (!this.#server) throw new Error("no server has the folder open");
    return this.#server;
  }

  /** Clients write until the server is gone. */
  async writeUntilGone(): Promise<void> {
    const { server } = this;
    const unread = await Promise.all(
      this.#writers.map((writer) => writer.writeUntilGone(server, this.#userIds, this.#nowMs)),
    );
    for (const count of unread) this.tally.faults.unread += count;
  }

  async killServer(phase: Phase): Promise<void> {
    await this.server.kill();
    this.#server = undefined;
    this.#count(phase);
  }

  /** Stops the server in good order. */
  async stop(): Promise<void> {
    const { code, stderr } = await this.server.stop();
    this.#server = undefined;
    if (code !== 0) throw new Error(`the server ended with ${code} on SIGTERM: ${stderr}`);
  }

  async restart(): Promise<void> {
    const startedMs = monotonicMs();
    this.#server = await ServerProcess.start(this.#args);
    this.tally.restartSeconds.push((monotonicMs() - startedMs) / 1000);
    this.#nowMs = Date.parse((await this.#server.get("/")).body.clock.now);
  }

  /** Starts a server and kills it before it serves. */
  async killWhileStarting(phase: Phase, name = "start"): Promise<boolean> {
    const program = new Program(["start", "--json", "--port", "0", ...this.#args]);
    const isOver = (): boolean => program.stdout.includes('"address"');
    const isKilled = await this.#killAtWork({ phase, name, program, isOver });
    if (isKilled) this.tally.killedWhileStarting++;
    return isKilled;
  }

  /** Runs a command, which must have the folder to itself, and kills it at its work. False when it was done before. */
  killCommand(phase: Phase, args: readonly string[]): Promise<boolean> {
    const program = new Program([...args, ...this.#args.slice(2)]);
    return this.#killAtWork({ phase, name: args[0]!, program, isOver: () => !program.isRunning });
  }

  /** Runs a command to its end; gives the JSON object that it ends with. @throws Error unless it ends well */
  async run(args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    const { code, stdout, stderr } = await new Program([...args, "--json", ...this.#args.slice(2)]).end();
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stdout}${stderr}`);
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  }

  /** Reads every user and adds what is wrong to the faults. */
  async check(): Promise<void> {
    for (const userId of this.ledger.userIds) {
      const { rows, user } = await this.#read(userId);
      if (rows.length >= LIMIT) throw new Error(`${userId} has more events than one answer holds`);
      this.ledger.check(userId, rows, user, this.tally.faults);
    }
  }

  /** What is derived from the log must be what the log says: state, byte for byte, and the lake, row by row. */
  async end(): Promise<void> {
    const { tally } = this;
    await this.stop();
    const { isIdentical } = await this.run(["replay", "--verify"]);
    if (!isIdentical) tally.faults.unlikeReplay++;
    await this.run(["query", "SELECT count(*) FROM events"]);
    const manifest = JSON.parse(await readFile(join(this.path, "inkling.json"), "utf8"));
    tally.faults.unlikeLog += await countUnlikeLog(this.path, manifest.partitionCount);
    tally.acknowledgedEvents += this.ledger.acknowledgedEvents;
  }

  /** Whether the folder has a file, at any depth, whose path within it has this text. */
  async holds(text: string): Promise<boolean> {
    return (await readdir(this.path, { recursive: true })).some((path) => path.includes(text));
  }

  #count(phase: Phase): void {
    this.tally.kills[phase]++;
  }

  /** Waits until the program has opened the folder, then a random part of the time its work takes. */
  async #killAtWork({ phase, name, program, isOver }: Work): Promise<boolean> {
    const spell = this.tally.spellOf(name);
    const before = await this.#locks();
    const hasOpened = async (): Promise<boolean> =>
      (await this.#locks()).some((lock) => !before.includes(lock));
    while (program.isRunning && !(await hasOpened())) await pause(LOOK_MS);
    await pause(this.random.integer(spell.ms));
    const wasOver = isOver();
    const { code, signal, stderr } = await program.stop("SIGKILL");
    if (wasOver) spell.wasTooLong();
    else spell.wasShort();
    if (signal !== "SIGKILL" && code !== 0)
      throw new Error(`${name} ended with ${code} by itself: ${stderr}`);
    if (signal === "SIGKILL") this.#count(phase);
    return signal === "SIGKILL";
  }

  /** Every opening of the folder has a lock of a new name. */
  async #locks(): Promise<string[]> {
    return (await readdir(this.path)).filter((name) => name.startsWith("lock-"));
  }

  async #read(
    userId: string,
  ): Promise<{ rows: readonly SequenceEvent[]; user: Omit<UserResponse, "computedAt"> | undefined }> {
    const [sequence, profile] = await Promise.all([
      this.server.get(`/v1/users/${userId}/sequence?limit=${LIMIT}`),
      this.server.get(`/v1/users/${userId}`),
    ]);
    if (sequence.status === 404 && profile.status === 404) return { rows: [], user: undefined };
    if (sequence.status !== 200 || profile.status !== 200)
      throw new Error(`reading ${userId}: ${sequence.status} and ${profile.status}`);
    const { computedAt: _, ...user } = profile.body as UserResponse;
    return { rows: (sequence.body as SequenceResponse).events, user };
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
