import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/**
 * A Python program of this folder that answers each line on its standard input with one JSON line. Its interpreter is
 * INKLING_PYTHON, or `python3`.
 */
export class Peer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  /** What it said of itself when it was ready. */
  readonly greeting: Readonly<Record<string, unknown>>;

  private constructor(
    child: ChildProcessWithoutNullStreams,
    answers: AsyncIterator<string>,
    greeting: Readonly<Record<string, unknown>>,
  ) {
    this.#child = child;
    this.#answers = answers;
    this.greeting = greeting;
  }

  /** Nothing when there is no such interpreter, or it lacks a package the program needs. */
  static async start(program: string, args: readonly string[]): Promise<Peer | undefined> {
    const path = fileURLToPath(new URL(program, import.meta.url));
    const child = spawn(process.env["INKLING_PYTHON"] ?? "python3", [path, ...args]);
    child.stderr.resume();
    const stopped = new Promise<void>((resolve) => {
      child.once("error", () => resolve());
      child.once("close", () => resolve());
    });
    process.once("exit", () => void child.kill("SIGKILL"));
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await Promise.race([answers.next(), stopped]);
    if (!first || first.done) return undefined;
    return new Peer(child, answers, JSON.parse(first.value));
  }

  async ask<Answer>(command: string): Promise<Answer> {
    this.#child.stdin.write(`${command}\n`);
    const answer = await this.#answers.next();
    if (answer.done) throw new Error(`the peer ended instead of answering "${command}"`);
    return JSON.parse(answer.value) as Answer; // the programs are ours
  }

  stop(): void {
    this.#child.stdin.end();
  }
}
