/**
 * @file Kills the real server at random moments under load and holds what it says afterwards against what it promised.
 *
 * A round: writers send; the server is killed (sometimes while it stops in good order); sometimes it is killed again while it
 * starts; it starts; every user is read and compared with the ledger. At the end the state folder is deleted, the rebuild is
 * killed half way, and the sequences that a second rebuild makes must equal the ones served before.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { SequenceEvent, SequenceResponse, UserResponse } from "#api";
import { monotonicMs, Random } from "#base";
import { Program, ServerProcess } from "../server-process.ts";
import { type Faults, Ledger, noFaults } from "./ledger.ts";
import { Writer } from "./writer.ts";

export interface CrashOptions {
  readonly rounds: number;
  readonly seed: number;
  /** An empty folder of ours. */
  readonly folder: string;
  readonly onRound?: (round: number, report: CrashReport) => void;
}

export interface CrashReport {
  readonly rounds: number;
  /** Times the process was killed, of these while it started. */
  readonly killed: number;
  readonly killedWhileStarting: number;
  readonly acknowledgedEvents: number;
  readonly faults: Faults;
  /** Acknowledged events that a read right after the answer did not show. */
  readonly unreadEvents: number;
  /** Users whose sequence differs from the one rebuilt from the log alone. */
  readonly usersUnlikeReplay: number;
  readonly restartSeconds: readonly number[];
}

const WRITERS = 6;
const USERS = 40;
/** After so many rounds new users take over, so that a whole sequence still fits one answer. */
const ROUNDS_OF_USERS = 10;
const LIMIT = 16_384;
const LOAD_MS = 1000;
const KILL_WHILE_STOPPING = 0.15;
const KILL_WHILE_STARTING = 0.2;
const STOPPING_MS = 30;
/** People of the world whose sequences must not change at all. */
const BYSTANDERS = ["u-0001", "u-0010", "u-0020", "u-0041"];

/** Runs the rounds. Everything random follows from the seed, but not the moment at which a kill lands. */
export async function runCrashRounds({ rounds, seed, folder, onRound }: CrashOptions): Promise<CrashReport> {
  const run = new CrashRun(seed, folder);
  await run.begin();
  for (let round = 0; round < rounds; round++) {
    await run.round(round);
    const isTimeForAll = round % ROUNDS_OF_USERS === ROUNDS_OF_USERS - 1 || round === rounds - 1;
    await run.check(isTimeForAll ? run.ledger.userIds : run.usersOf(round));
    onRound?.(round + 1, run.report(round + 1));
  }
  await run.compareWithReplay();
  return run.report(rounds);
}

class CrashRun {
  readonly ledger = new Ledger();
  readonly #random: Random;
  readonly #folder: string;
  readonly #args: readonly string[];
  readonly #writers: readonly Writer[];
  readonly #faults = noFaults();
  readonly #restartSeconds: number[] = [];
  #server!: ServerProcess; // set by `begin`
  #killed = 0;
  #killedWhileStarting = 0;
  #unreadEvents = 0;
  #usersUnlikeReplay = 0;

  constructor(seed: number, folder: string) {
    this.#random = Random.of(seed, "crash");
    this.#folder = folder;
    this.#args = ["--preset", "tiny", "--data", folder];
    this.#writers = Array.from(
      { length: WRITERS },
      (_, n) => new Writer(`w${n}`, Random.of(seed, `writer ${n}`), this.ledger),
    );
  }

  async begin(): Promise<void> {
    this.#server = await ServerProcess.start(this.#args);
    for (const userId of BYSTANDERS) {
      const { rows } = await this.#read(userId);
      if (rows.length > 0) this.ledger.begin(userId, rows);
    }
  }

  usersOf(round: number): string[] {
    const generation = Math.floor(round / ROUNDS_OF_USERS);
    return Array.from({ length: USERS }, (_, n) => `crash-${generation}-${n}`);
  }

  async round(round: number): Promise<void> {
    const server = this.#server;
    const { body } = await server.get("/");
    const nowMs = Date.parse(body.clock.now);
    const writing = this.#writers.map((writer) => writer.writeUntilGone(server, this.usersOf(round), nowMs));
    await pause(this.#random.integer(LOAD_MS));
    if (this.#random.chance(KILL_WHILE_STOPPING)) {
      server.program.signal("SIGTERM");
      await pause(this.#random.integer(STOPPING_MS));
    }
    await server.kill();
    this.#killed++;
    for (const unread of await Promise.all(writing)) this.#unreadEvents += unread;
    if (this.#random.chance(KILL_WHILE_STARTING)) await this.#killWhileStarting();
    await this.#restart();
  }

  /** Reads each user and adds what is wrong to the faults. */
  async check(userIds: readonly string[]): Promise<void> {
    for (const userId of userIds) {
      const { rows, user } = await this.#read(userId);
      if (rows.length >= LIMIT) throw new Error(`${userId} has more events than one answer holds`);
      this.ledger.check(userId, rows, user, this.#faults);
    }
  }

  /** State is derived: without it the log alone must bring back the same answers, killed half way or not. */
  async compareWithReplay(): Promise<void> {
    const served = new Map<string, string>();
    for (const userId of this.ledger.userIds) served.set(userId, JSON.stringify(await this.#read(userId)));
    const { code, stderr } = await this.#server.stop();
    if (code !== 0) throw new Error(`the server ended with ${code} on SIGTERM: ${stderr}`);
    await rm(join(this.#folder, "world", "state"), { recursive: true });
    await this.#killWhileStarting();
    await this.#restart();
    for (const [userId, before] of served) {
      if (JSON.stringify(await this.#read(userId)) !== before) this.#usersUnlikeReplay++;
    }
    await this.#server.stop();
  }

  report(rounds: number): CrashReport {
    return {
      rounds,
      killed: this.#killed,
      killedWhileStarting: this.#killedWhileStarting,
      acknowledgedEvents: this.ledger.acknowledgedEvents,
      faults: { ...this.#faults },
      unreadEvents: this.#unreadEvents,
      usersUnlikeReplay: this.#usersUnlikeReplay,
      restartSeconds: this.#restartSeconds,
    };
  }

  async #killWhileStarting(): Promise<void> {
    const usualMs = 1000 * Math.max(0.3, this.#restartSeconds.at(-1) ?? 0.3);
    const program = new Program(["start", "--json", "--port", "0", ...this.#args]);
    await pause(this.#random.integer(Math.ceil(usualMs)));
    await program.stop("SIGKILL");
    this.#killed++;
    this.#killedWhileStarting++;
  }

  async #restart(): Promise<void> {
    const startedMs = monotonicMs();
    this.#server = await ServerProcess.start(this.#args);
    this.#restartSeconds.push((monotonicMs() - startedMs) / 1000);
  }

  async #read(
    userId: string,
  ): Promise<{ rows: readonly SequenceEvent[]; user: Omit<UserResponse, "computedAt"> | undefined }> {
    const [sequence, profile] = await Promise.all([
      this.#server.get(`/v1/users/${userId}/sequence?limit=${LIMIT}`),
      this.#server.get(`/v1/users/${userId}`),
    ]);
    if (sequence.status === 404 && profile.status === 404) return { rows: [], user: undefined };
    if (sequence.status !== 200 || profile.status !== 200)
      throw new Error(`reading ${userId}: ${sequence.status} and ${profile.status}`);
    const { computedAt: _, ...user } = profile.body as UserResponse;
    return { rows: (sequence.body as SequenceResponse).events, user };
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
