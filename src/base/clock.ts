/** @file The one door to "now". Nothing else in the platform reads the machine's clock (the tidy test holds that). */

/** Milliseconds since the Unix epoch. */
export interface Clock {
  nowMs(): number;
  /** An event of this time was accepted; a historical clock moves up to it. */
  observe(timestampMs: number): void;
  /** True when now is taken from the data and not from the wall. */
  readonly isHistorical: boolean;
}

/** The machine's clock. */
export class SystemClock implements Clock {
  readonly isHistorical = false;
  nowMs(): number {
    return Date.now();
  }
  observe(_timestampMs: number): void {}
}

/** Now is the time of the newest event seen: a data set of 2016 is served as if it were that day. */
export class HistoricalClock implements Clock {
  readonly isHistorical = true;
  #nowMs: number;
  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }
  nowMs(): number {
    return this.#nowMs;
  }
  observe(timestampMs: number): void {
    if (timestampMs > this.#nowMs) this.#nowMs = timestampMs;
  }
}

/** Whether what was last done at `lastMs` is to be done again. What is further ahead than that was done by a clock that stood wrong, and would be waited for in vain. */
export function isDue(lastMs: number, everyMs: number, nowMs: number): boolean {
  return !(Math.abs(nowMs - lastMs) < everyMs); // also where nobody can tell when it was
}

/** Milliseconds on a monotonic clock, for measuring durations only. */
export function monotonicMs(): number {
  return performance.now();
}

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
