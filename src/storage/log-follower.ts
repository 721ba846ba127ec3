import { PlatformError } from "#base";
import type { EventLog, LogRecord } from "./event-log.ts";
import { OffsetGate } from "./offset-gate.ts";

export interface LogFollowerOptions {
  readonly log: EventLog;
  readonly partition: number;
  /** First record not yet taken. */
  readonly from: number;
  /** Takes a run of records in order. When it rejects, the same run is given again. */
  readonly take: (records: readonly LogRecord[]) => Promise<void> | void;
  /** Told of every failure of `take`, but of a repeated one once. */
  readonly onFailure: (error: unknown) => void;
  /** Records in a run at most. Default 10,000. */
  readonly runRecords?: number;
  /** How it waits for more before it takes what there is, in the background. Default: not at all. */
  readonly gather?: Gathering;
}

/** Waits `ms`, and again while at least `busyRecords` came in meanwhile, `atMostMs` in all. */
export interface Gathering {
  readonly ms: number;
  readonly busyRecords: number;
  readonly atMostMs: number;
}

/** Large enough to share a transaction among many users, small enough to answer a waiting writer soon. */
const RUN_RECORDS = 30_000;
const RETRY_MS = 500;

/** Reads a partition on and on and hands it over run by run; who waits for a record is told when it was taken. */
export class LogFollower {
  readonly #options: LogFollowerOptions;
  readonly #gate: OffsetGate;
  readonly #abort = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(options: LogFollowerOptions) {
    this.#options = options;
    this.#gate = new OffsetGate(options.from);
  }

  get #runRecords(): number {
    return this.#options.runRecords ?? RUN_RECORDS;
  }

  /** First record not yet taken. */
  get position(): number {
    return this.#gate.offset;
  }

  /** Resolves when every record before `offset` was taken. */
  reached(offset: number): Promise<void> {
    return this.#gate.reached(offset);
  }

  /** Takes what is in the log now; failures are the caller's. */
  async catchUp(onStep: () => void): Promise<void> {
    const { log, partition } = this.#options;
    for (const end = log.end(partition); this.position < end; onStep()) await this.#step();
  }

  /** Goes on in the background until closed, trying again after a failure. */
  start(): void {
    this.#loop = this.#follow();
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#loop;
    this.#gate.close(new PlatformError("not-ready", "the platform is stopping; send the request again"));
  }

  async #follow(): Promise<void> {
    const { log, partition, onFailure } = this.#options;
    const { signal } = this.#abort;
    let told: string | undefined;
    while (!signal.aborted) {
      try {
        await log.waitBeyond(partition, this.position, signal);
        await this.#gather(signal);
        for (const end = log.end(partition); this.position < end && !signal.aborted; ) await this.#step();
        told = undefined;
      } catch (error) {
        if (signal.aborted) return;
        if (String(error) !== told) onFailure(error);
        told = String(error);
        await new Promise((resume) => setTimeout(resume, RETRY_MS));
      }
    }
  }

  async #gather(signal: AbortSignal): Promise<void> {
    const { log, partition, gather } = this.#options;
    if (!gather) return;
    for (let waitedMs = 0; waitedMs < gather.atMostMs; waitedMs += gather.ms) {
      const end = log.end(partition);
      await pause(gather.ms, signal);
      if (log.end(partition) - end < gather.busyRecords) return;
    }
  }

  async #step(): Promise<void> {
    const { log, partition, take } = this.#options;
    const records = await log.read(partition, this.position, this.#runRecords);
    const last = records.at(-1);
    if (!last) return;
    await take(records);
    this.#gate.advance(last.offset + 1);
  }
}

/** Resolves after the time, or at once when aborted. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resume) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resume();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}
