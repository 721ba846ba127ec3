import { Worker } from "node:worker_threads";
import type { LakeOrder, LakeTask } from "./lake-worker.ts";

/** The same file from `src` (tests) and from `dist`: a worker thread runs compiled code only. */
const WORKER = new URL("../../dist/main/lake-worker.js", import.meta.url);

/** The serving thread's end of the lake's writer: tells it how far state is. A lake that fails is behind, and nothing else. */
export class BackgroundLake {
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  #isRunning = true;

  constructor(task: LakeTask, onNotice: (message: string) => void) {
    this.#worker = new Worker(WORKER, { workerData: task, execArgv: [] }); // flags of a test runner are not the thread's
    this.#worker.on("message", (trouble: string) =>
      onNotice(`the lake is behind: ${trouble}; it is tried again`),
    );
    this.#worker.on("error", (error) => onNotice(`the lake is not written any more: ${String(error)}`));
    this.#ended = new Promise((ended) =>
      this.#worker.once("exit", () => {
        this.#isRunning = false;
        ended();
      }),
    );
  }

  /** State shows everything of the partition before `end`. */
  extend(partition: number, end: number): void {
    this.#order({ kind: "extend", partition, end });
  }

  async close(): Promise<void> {
    this.#order({ kind: "stop" });
    await this.#ended;
  }

  #order(order: LakeOrder): void {
    if (this.#isRunning) this.#worker.postMessage(order);
  }
}
