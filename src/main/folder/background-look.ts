import type { Worker } from "node:worker_threads";
import { monotonicMs } from "#base";

/** What is looked at again and again beside a running server, each time by a thread of its own. */
export interface LookOptions {
  /** Starts the thread, which ends when it has looked. It gives way to all others, but not where that took it too long before. */
  readonly start: (task: object & ThreadManners) => Worker;
  /** What it is told; `undefined` when there is nothing to look at. */
  readonly task: () => object | undefined;
  /** What it says. */
  readonly onMessage: (message: unknown) => void;
  readonly onError: (error: unknown) => void;
  /** Asked every second before a look: while it is true, a look waits, for ten minutes at most. Default: never. */
  readonly isBusy?: () => boolean;
  /** The first look after the start, and the least time between two. */
  readonly firstMs: number;
  readonly leastPauseMs: number;
  /** A look that gives way is broken off after so long, and begun again as one that does not. Default: five minutes. */
  readonly patienceMs?: number;
}

/** What a thread that looks is told beside its task. */
export interface ThreadManners {
  /** Whether it works only where the others leave room. */
  readonly givesWay: boolean;
}

/** Of the time, looking takes this part at most. */
const DUTY = 0.02;
const BUSY_MS = 1000;
const MOST_BUSY_MS = 10 * 60_000;
/** Where others never rest, a thread that gives way may get nothing for as long as one likes. */
const PATIENCE_MS = 5 * 60_000;

export class BackgroundLook {
  readonly #options: LookOptions;
  #timer: NodeJS.Timeout | undefined;
  #worker: Worker | undefined;
  #ended: Promise<void> = Promise.resolve();
  #isStarted = false;
  #isPaused = false;

  constructor(options: LookOptions) {
    this.#options = options;
  }

  /** From now on, until it is held for good. */
  start(): void {
    this.#isStarted = true;
    this.#lookIn(this.#options.firstMs);
  }

  /** A look at once, or the one that is under way. Resolves when it is over, also when it failed or was broken off. */
  now(): Promise<void> {
    if (!this.#worker && !this.#isPaused) this.#look();
    return this.#ended;
  }

  /** Lets go of what is looked at until what it returns is called; a look under way is broken off. */
  async hold(): Promise<() => void> {
    this.#isPaused = true;
    clearTimeout(this.#timer);
    await this.#worker?.terminate();
    await this.#ended;
    return () => {
      this.#isPaused = false;
      this.#lookIn(this.#options.firstMs);
    };
  }

  #lookIn(ms: number): void {
    if (this.#isPaused || !this.#isStarted || !this.#options.task()) return;
    this.#timer = setTimeout(() => this.#lookWhenQuiet(monotonicMs() + MOST_BUSY_MS), ms);
    this.#timer.unref();
  }

  #lookWhenQuiet(untilMs: number): void {
    if (!this.#options.isBusy?.() || monotonicMs() > untilMs) {
      this.#look();
      return;
    }
    this.#timer = setTimeout(() => this.#lookWhenQuiet(untilMs), BUSY_MS);
    this.#timer.unref();
  }

  #look(): void {
    clearTimeout(this.#timer);
    const task = this.#options.task();
    if (!task || this.#worker) return;
    this.#ended = this.#lookUntilOver(task).then((ms) =>
      this.#lookIn(Math.max(this.#options.leastPauseMs, ms / DUTY)),
    );
  }

  /** How long it took in all. */
  async #lookUntilOver(task: object): Promise<number> {
    const startedMs = monotonicMs();
    const isOver = await this.#run(task, true);
    if (!isOver && !this.#isPaused) await this.#run(task, false);
    return monotonicMs() - startedMs;
  }

  /** False when the thread was broken off because others left it too little room. */
  #run(task: object, givesWay: boolean): Promise<boolean> {
    const { start, onMessage, onError, patienceMs = PATIENCE_MS } = this.#options;
    const worker = start({ ...task, givesWay });
    this.#worker = worker;
    let isOver = true;
    const patience = setTimeout(() => {
      if (!givesWay) return;
      isOver = false;
      void worker.terminate();
    }, patienceMs);
    patience.unref();
    worker.on("message", onMessage);
    worker.on("error", onError);
    return new Promise((ended) =>
      worker.once("exit", () => {
        clearTimeout(patience);
        this.#worker = undefined;
        ended(isOver);
      }),
    );
  }
}
