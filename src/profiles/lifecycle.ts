import { DAY_MS } from "#base";

/** Where an interest stands in its life. */
export type Lifecycle = "new" | "growing" | "habit" | "fading";

/** What the stage was decided by. */
export interface Pace {
  readonly lifecycle: Lifecycle;
  /** When the stage began, ms. */
  readonly sinceMs: number;
  /** Items met in the last 10 days, each once a day, and how many were expected. */
  readonly recent: number;
  readonly expected: number;
  /** Engagements a week, of the last 28 days. */
  readonly perWeek: number;
  /**
   * Binary logarithm of engagements of the last 10 days over what the four weeks before them and the person's own activity let
   * expect: 1 is twice as many.
   */
  readonly velocity: number;
}

/** Days in which an interest is new. */
const NEW_DAYS = 7;
const RECENT_DAYS = 10;
const BASE_DAYS = 28;
/** A stage is entered at the first surprise and left at the second: what wavers between them stays what it is. */
const GROWING = { enter: 1.8, leave: 0.2 };
const FADING = { enter: -2, leave: -0.2 };
/** So many that were to be expected and did not come are silence. */
const MISSED = 5;
/** So many in the last days bring an interest back. */
const RETURNS = 2;
/** Engagements with something else that are taken as done: of two seen, both of one interest, not all is about it. */
const UNKNOWN = 4;
/** Engagements added to both sides of a ratio, so that two against one is not yet twice as many. */
const SMOOTHING = 1;

/**
 * @file The life of an interest (Pinterest's stateful interest clusters, 2026: recency, frequency and velocity make new, growing,
 * habit and fading). What is expected of the last 10 days is the interest's part of the four weeks before them, times all that
 * the person did in the 10 days: coming less often is no loss of interest. The surprise is `(seen - expected) / sqrt(expected + 1)`,
 * about a standard deviation. The rules are walked through day by day from the first engagement on, so that the answer is a function of
 * the events alone and has hysteresis without memory:
 *
 *     new       for the first 7 days
 *     growing   entered at surprise 1.8, left below 0.2
 *     fading    entered at surprise -2, or when 5 that were to be expected since the last have not come; left when two of the last
 *               10 days are there and the surprise is above -0.2
 *     habit     otherwise
 *
 * @param timesMs times of its engagements, ascending, none after `asOfMs`, at least one
 * @param allMs times of all the person's engagements, ascending
 * @param isOlder that it was there before the first of `timesMs`
 */
export function paceOf(
  timesMs: readonly number[],
  allMs: readonly number[],
  asOfMs: number,
  isOlder: boolean,
): Pace {
  const firstMs = timesMs[0]!;
  const own = new Tally(timesMs);
  const all = new Tally(allMs);
  let lifecycle: Lifecycle = isOlder ? "habit" : "new";
  let sinceMs = firstMs;
  let seen: Recent = { recent: 0, expected: 0, missed: 0 };
  const days = Math.floor((asOfMs - firstMs) / DAY_MS);
  for (let day = 0; day <= days; day++) {
    const atMs = asOfMs - (days - day) * DAY_MS;
    seen = recentAt(own, all, atMs, isOlder ? Number.NEGATIVE_INFINITY : firstMs);
    const isNew = !isOlder && atMs - firstMs < NEW_DAYS * DAY_MS;
    const next: Lifecycle = isNew ? "new" : nextStage(lifecycle, seen);
    if (next !== lifecycle) sinceMs = atMs;
    lifecycle = next;
  }
  const perWeek = own.between(asOfMs - 4 * WEEK_MS, asOfMs) / 4;
  const { recent, expected } = seen;
  const velocity = Math.log2((recent + SMOOTHING) / (expected + SMOOTHING));
  return { lifecycle, sinceMs, recent, expected, perWeek, velocity };
}

const WEEK_MS = 7 * DAY_MS;

interface Recent {
  readonly recent: number;
  readonly expected: number;
  /** How many were to be expected since the last one, by its part of all until then. */
  readonly missed: number;
}

function nextStage(stage: Lifecycle, { recent, expected, missed }: Recent): Lifecycle {
  const surprise = (recent - expected) / Math.sqrt(expected + 1);
  if (stage === "fading" && (recent < RETURNS || surprise < FADING.leave)) return "fading";
  if (surprise <= FADING.enter || missed >= MISSED) return "fading";
  const isGrowing = stage === "growing" || stage === "new";
  return surprise >= (isGrowing ? GROWING.leave : GROWING.enter) ? "growing" : "habit";
}

/** Engagements of the last days, and how many were expected. An interest that began within the days before counts from its beginning. */
function recentAt(own: Tally, all: Tally, atMs: number, firstMs: number): Recent {
  const recentMs = atMs - RECENT_DAYS * DAY_MS;
  const baseMs = recentMs - BASE_DAYS * DAY_MS;
  const fromMs = Math.min(Math.max(baseMs, firstMs - 1), recentMs);
  const part = own.between(fromMs, recentMs) / (all.between(fromMs, recentMs) + UNKNOWN);
  const lastMs = own.lastUntil(atMs);
  const usual = own.between(Number.NEGATIVE_INFINITY, lastMs) / (all.between(own.first, lastMs) + UNKNOWN);
  return {
    recent: own.between(recentMs, atMs),
    expected: part * all.between(recentMs, atMs),
    missed: usual * all.between(lastMs, atMs),
  };
}

/** Counts of times, ascending, in windows that only move on. */
class Tally {
  readonly #times: readonly number[];

  constructor(times: readonly number[]) {
    this.#times = times;
  }

  /** Times in (from, to]. */
  between(fromMs: number, toMs: number): number {
    return this.#upTo(toMs) - this.#upTo(fromMs);
  }

  get first(): number {
    return this.#times[0] ?? 0;
  }

  lastUntil(timeMs: number): number {
    return this.#times[this.#upTo(timeMs) - 1] ?? Number.NEGATIVE_INFINITY;
  }

  /** How many are at most `timeMs`. */
  #upTo(timeMs: number): number {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#times[middle]! <= timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
