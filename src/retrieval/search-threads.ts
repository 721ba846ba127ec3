/**
 * @file Threads that search the memory of one index beside the thread that writes it. Vectors are shared, never copied; queries and
 * answers cross as messages. A thread takes several queries at once where more wait than there are idle threads.
 */
import type { Worker } from "node:worker_threads";
import { PlatformError, startThread } from "#base";
import type { IvfIndex } from "./ivf-index.ts";
import type { SearchPlan } from "./searcher.ts";
import type { MemoryHandle } from "./slot-memory.ts";
import type { Neighbours, VectorQuery } from "./vector-index.ts";

export type SearchMessage =
  | { readonly kind: "moved"; readonly handle: MemoryHandle }
  | { readonly kind: "search"; readonly tasks: readonly SearchTask[] };

/** What a thread begins with. */
export interface SearcherTask {
  readonly handle: MemoryHandle;
  readonly place: number;
  readonly giveWay: boolean;
}

export interface SearchTask {
  readonly vector: Float32Array;
  readonly plan: SearchPlan;
}

/** One for each task, in their order. */
export type SearchAnswer = readonly Neighbours[];

/** Queries a thread takes at once. */
const BATCH = 16;

export interface SearchThreadsOptions {
  /** Places of the memory they search from, one each, of those the index has beside its own, which are 1 to its `threads`. Default: all. */
  readonly places: readonly number[];
  /** They work when other threads leave room. Default: false. */
  readonly giveWay: boolean;
}

interface Job {
  readonly query: VectorQuery;
  resolve(answer: Neighbours): void;
  reject(error: unknown): void;
}

export class SearchThreads {
  readonly #index: IvfIndex;
  readonly #threads: readonly SearchThread[];
  readonly #idle: SearchThread[];
  readonly #release: () => void;
  readonly #waiting: Job[] = [];

  constructor(index: IvfIndex, options: Partial<SearchThreadsOptions> = {}) {
    this.#index = index;
    const { threads } = index.options;
    if (threads < 1)
      throw new PlatformError("invalid-config", `threads is ${threads}; make the index with 1 or more`);
    const { places = Array.from({ length: threads }, (_, at) => at + 1), giveWay = false } = options;
    const { handle, release } = index.share((moved) => {
      for (const thread of this.#threads) thread.post({ kind: "moved", handle: moved });
    });
    this.#release = release;
    this.#threads = places.map((place) => new SearchThread({ handle, place, giveWay }));
    this.#idle = [...this.#threads];
  }

  /** As `index.search`, in another thread. Errors reject. */
  search(query: VectorQuery): Promise<Neighbours> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ query, resolve, reject });
      if (this.#waiting.length === 1) queueMicrotask(() => this.#assign()); // those asked for at once go together
    });
  }

  /** Ends the threads; searches that were not answered reject. */
  async close(): Promise<void> {
    this.#release();
    for (const { reject } of this.#waiting.splice(0))
      reject(new PlatformError("not-ready", "the search threads were closed"));
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#idle.pop();
      if (!thread) return;
      void this.#run(thread, this.#nextBatch());
    }
  }

  /** A fair share of what waits; at most one query with a filter, for a thread has a place for one mask. */
  #nextBatch(): Job[] {
    const share = Math.min(BATCH, Math.ceil(this.#waiting.length / this.#threads.length));
    const filtered = this.#waiting.findIndex(({ query }) => query.filter !== undefined);
    const second = this.#waiting.findIndex(
      ({ query }, place) => place > filtered && query.filter !== undefined,
    );
    return this.#waiting.splice(0, filtered < 0 || second < 0 ? share : Math.min(share, second));
  }

  async #run(thread: SearchThread, jobs: readonly Job[]): Promise<void> {
    const planned = jobs.flatMap((job) => {
      try {
        const plan = this.#index.plan(job.query, thread.place);
        const vector = job.query.vector.values.slice(); // a view would cross with all of its buffer
        return [{ job, task: { vector, plan } }];
      } catch (error) {
        job.reject(error);
        return [];
      }
    });
    try {
      const answers = await thread.search(planned.map(({ task }) => task));
      for (const [place, { job }] of planned.entries()) job.resolve(answers[place]!);
    } catch (error) {
      for (const { job } of planned) job.reject(error);
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

  constructor(task: SearcherTask) {
    this.place = task.place;
    this.#worker = startThread("search-worker", task);
    this.#worker.on("message", (answer: SearchAnswer) => this.#settle?.resolve(answer));
    this.#worker.on("error", (error) => this.#settle?.reject(error));
    this.#worker.on("exit", () =>
      this.#settle?.reject(new PlatformError("not-ready", "the search thread has ended")),
    );
  }

  post(message: SearchMessage): void {
    this.#worker.postMessage(message);
  }

  search(tasks: readonly SearchTask[]): Promise<SearchAnswer> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.post({ kind: "search", tasks });
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
