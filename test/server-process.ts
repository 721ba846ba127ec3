/**
 * @file The real `inkling` program as people run it: a child process of the compiled code, with a tiny HTTP client. No child
 * outlives the process that started it.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../dist/programs/cli.js", import.meta.url));
/** Far beyond anything a healthy program takes: a hang becomes a failure that shows what was printed. */
const PATIENCE_MS = 240_000;

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Options of node itself, before the program's file. */
  readonly nodeOptions?: readonly string[];
  readonly cwd?: string;
  /** Until a hang is a failure. Default: four minutes. */
  readonly patienceMs?: number;
}

/** How a program ended, and all it printed. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<Program>();
const folders = new Set<string>();
process.once("exit", cleanUp);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    cleanUp();
    process.kill(process.pid, signal); // as it would have ended without this listener
  });
}

function cleanUp(): void {
  for (const program of running) program.signal("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

/** One run of the command line. */
export class Program {
  stdout = "";
  stderr = "";
  readonly ended: Promise<Ended>;
  readonly #patienceMs: number;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #listeners = new Set<() => void>();

  constructor(
    args: readonly string[],
    { env = {}, nodeOptions = [], cwd, patienceMs = PATIENCE_MS }: ProgramOptions = {},
  ) {
    this.#patienceMs = patienceMs;
    this.#child = spawn(process.execPath, [...nodeOptions, CLI, ...args], {
      env: { ...environment(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
      ...(cwd !== undefined && { cwd }),
    });
    running.add(this);
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      for (const listener of this.#listeners) listener();
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      for (const listener of this.#listeners) listener();
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code, signal) => {
        running.delete(this);
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends the signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<Ended> {
    this.signal(signal);
    return this.end();
  }

  /** As `ended`, but a program that hangs is killed and told about. */
  end(): Promise<Ended> {
    return this.#patiently(this.ended);
  }

  get isRunning(): boolean {
    return running.has(this);
  }

  /** Resolves with the match once the stream has it; rejects when the program ends without. */
  printed(pattern: RegExp, stream: "stdout" | "stderr" = "stdout"): Promise<RegExpExecArray> {
    return this.#patiently(
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(this[stream]);
          if (!match) return;
          this.#listeners.delete(look);
          resolve(match);
        };
        this.#listeners.add(look);
        look();
        this.ended.then((ended) => reject(new Error(`ended without ${pattern}: ${show(ended)}`)), reject);
      }),
    );
  }

  async #patiently<Value>(outcome: Promise<Value>): Promise<Value> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.signal("SIGKILL");
        reject(new Error(`no end within ${this.#patienceMs} ms; printed: ${this.stdout}${this.stderr}`));
      }, this.#patienceMs);
    });
    return Promise.race([outcome, patience]).finally(() => clearTimeout(timer));
  }
}

/** Runs the command line to its end. */
export function runProgram(args: readonly string[], options?: ProgramOptions): Promise<Ended> {
  return new Program(args, options).end();
}

/** Kills whatever still runs; for `afterEach`. */
export async function killAll(): Promise<void> {
  await Promise.all([...running].map((program) => program.stop("SIGKILL")));
}

/** What `start --json` prints. */
export interface Ready {
  readonly address: string;
  readonly seconds: number;
  readonly dataset: string;
  readonly person: {
    readonly userId: string;
    readonly eventCount: number;
    readonly itemId: string;
    readonly topTopic: string;
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed; the test knows its shape. */
  // biome-ignore lint/suspicious/noExplicitAny: each test reads the documented fields of its own route
  readonly body: any;
}

/** A server that is ready to be asked. */
export class ServerProcess {
  readonly program: Program;
  readonly ready: Ready;

  private constructor(program: Program, ready: Ready) {
    this.program = program;
    this.ready = ready;
  }

  /** `inkling start --json` on a free port, once it serves. */
  static async start(args: readonly string[], options?: ProgramOptions): Promise<ServerProcess> {
    const program = new Program(["start", "--json", "--port", "0", ...args], options);
    const [line] = await program.printed(/^\{.*\}$/m);
    return new ServerProcess(program, JSON.parse(line) as Ready);
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return ask(`${this.ready.address}${path}`, { headers });
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return ask(`${this.ready.address}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  }

  kill(): Promise<Ended> {
    return this.program.stop("SIGKILL");
  }

  stop(): Promise<Ended> {
    return this.program.stop("SIGTERM");
  }
}

export async function ask(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text !== "" ? JSON.parse(text) : text,
  };
}

/** Calls with a fresh folder, which is gone afterwards. */
export async function withTemporaryFolder<Value>(use: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), "inkling-"));
  folders.add(folder);
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    folders.delete(folder);
  }
}

/** Where data sets are, for a program that is to read one of them. */
export function withDatasets(): { readonly env: Readonly<Record<string, string>> } {
  const { INKLING_DATASETS } = process.env;
  return { env: INKLING_DATASETS === undefined ? {} : { INKLING_DATASETS } };
}

/** Ours without what would change the program's behaviour, and without colours. */
function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(INKLING_|NODE_OPTIONS$|FORCE_COLOR$|VITEST)/.test(name),
  );
  return { ...Object.fromEntries(inherited), NO_COLOR: "1" };
}

function show({ code, signal, stdout, stderr }: Ended): string {
  return `code ${code}, signal ${signal}\n${stdout}\n${stderr}`;
}
