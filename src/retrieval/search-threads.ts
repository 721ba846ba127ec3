/**
 * @file Threads that search the memory of one index beside the thread that writes it. Vectors are shared, never copied; a query and its
 * answer cross as messages. Each thread has one query at a time, the others wait in order.
 */
import type { Worker } from "node:worker_threads";
import { PlatformError } from "#base";
import type { IvfIndex } from "./ivf-index.ts";
import type { SearchPlan } from "./searcher.ts";
import type { MemoryHandle } from "./slot-memory.ts";
import { startThread } from "./threads.ts";
import type { Neighbours, VectorQuery } from "./vector-index.ts";

export type SearchMessage =
  | { readonly kind: "moved"; readonly handle: MemoryHandle }
  | { readonly kind: "search"; readonly vector: Float32Array; readonly plan: SearchPlan };

export type SearchAnswer = Neighbours;

interface Job {
  readonly query: VectorQuery;
  resolve(answer: Neighbours): void;
  reject(error: unknown): void;
}

export class SearchThreads {
  readonly #index: IvfIndex;
  readonly #threads: readonly SearchThread[];
  readonly #idle: SearchThread[];
  readonly #waiting: Job[] = [];

  /** As many threads as the index was made for. */
  constructor(index: IvfIndex) {
    this.#index = index;
    const handle = index.share((moved) => {
      for (const thread of this.#threads) thread.post({ kind: "moved", handle: moved });
    });
    const { threads } = index.options;
    if (threads < 1)
      throw new PlatformError("invalid-config", `threads is ${threads}; make the index with 1 or more`);
    this.#threads = Array.from({ length: threads }, (_, number) => new SearchThread(handle, number + 1));
    this.#idle = [...this.#threads];
  }

  /** As `index.search`, in another thread. Errors reject. */
  search(query: VectorQuery): Promise<Neighbours> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ query, resolve, reject });
      this.#assign();
    });
  }

  /** Ends the threads; searches that were not answered reject. */
  async close(): Promise<void> {
    for (const { reject } of this.#waiting.splice(0))
      reject(new PlatformError("not-ready", "the search threads were closed"));
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#idle.pop();
      if (!thread) return;
      const job = this.#waiting.shift()!;
      void this.#run(thread, job);
    }
  }

  async #run(thread: SearchThread, { query, resolve, reject }: Job): Promise<void> {
    try {
      const plan = this.#index.plan(query, thread.place);
      resolve(await thread.search({ kind: "search", vector: query.vector.values, plan }));
    } catch (error) {
      reject(error);
    }
    this.#idle.push(thread);
    this.#assign();
  }
}

/** One of them, and the place in the memory it searches from. */
class SearchThread {
  readonly place: number;
  readonly #worker: Worker;
  #settle: { resolve(answer: SearchAnswer): void; reject(error: unknown): void } | undefined;

  constructor(handle: MemoryHandle, place: number) {
    this.place = place;
    this.#worker = startThread("search-worker", { handle, place });
    this.#worker.on("message", (answer: SearchAnswer) => this.#settle?.resolve(answer));
    this.#worker.on("error", (error) => this.#settle?.reject(error));
    this.#worker.on("exit", () =>
      this.#settle?.reject(new PlatformError("not-ready", "the search thread has ended")),
    );
  }

  post(message: SearchMessage): void {
    this.#worker.postMessage(message);
  }

  search(message: SearchMessage): Promise<SearchAnswer> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.post(message);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
