import type { Worker } from "node:worker_threads";
import { startThread } from "#base";
import type { Removed } from "#governance";
import type { LakeMessage, LakeOrder, LakeTask } from "./lake-worker.ts";

/** The serving thread's end of the lake's writer: tells it how far state is. A lake that fails is behind, and nothing else. */
export class BackgroundLake {
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  readonly #written = new Map<number, number>();
  #isRunning = true;
  #answer:
    | { readonly resolve: (removed: Removed) => void; readonly reject: (error: Error) => void }
    | undefined;

  constructor(task: LakeTask, onNotice: (message: string) => void) {
    this.#worker = startThread("lake-worker", task);
    this.#worker.on("message", (message: LakeMessage) => {
      if (message.kind === "trouble") onNotice(`the lake is behind: ${message.message}; it is tried again`);
      else if (message.kind === "written") this.#written.set(message.partition, message.offset);
      else if (message.kind === "answer") this.#answer?.resolve(message.removed);
      else this.#answer?.reject(new Error(`the lake: ${message.message}`));
    });
    this.#worker.on("error", (error) =>
      onNotice(`the lake is not written until the server is restarted: ${String(error)}`),
    );
    this.#ended = new Promise((ended) =>
      this.#worker.once("exit", () => {
        this.#isRunning = false;
        this.#answer?.reject(new Error("the lake's thread has ended"));
        ended();
      }),
    );
  }

  /** State shows everything of the partition before `end`. */
  extend(partition: number, end: number): void {
    this.#order({ kind: "extend", partition, end });
  }

  /** The offset before which everything of the partition is in the lake for good. */
  written(partition: number): number {
    return this.#written.get(partition) ?? 0;
  }

  /** The log has dropped what is before. */
  drop(partition: number, offset: number): void {
    this.#order({ kind: "drop", partition, offset });
  }

  /** Lets go of log and state until resumed. */
  async pause(): Promise<void> {
    await this.#ask({ kind: "pause" });
  }

  async resume(): Promise<void> {
    await this.#ask({ kind: "resume" });
  }

  /** Removes the rows of the ids, while paused. */
  erase(ids: readonly string[]): Promise<Removed> {
    return this.#ask({ kind: "erase", ids });
  }

  /** Rows of the ids that can be read. */
  async count(ids: readonly string[]): Promise<number> {
    return (await this.#ask({ kind: "count", ids }))["rows"] ?? 0;
  }

  async close(): Promise<void> {
    this.#order({ kind: "stop" });
    await this.#ended;
  }

  /** One question at a time. */
  #ask(order: LakeOrder): Promise<Removed> {
    return new Promise((resolve, reject) => {
      if (!this.#isRunning) return reject(new Error("the lake's thread has ended"));
      this.#answer = { resolve, reject };
      this.#order(order);
    });
  }

  #order(order: LakeOrder): void {
    if (this.#isRunning) this.#worker.postMessage(order);
  }
}
