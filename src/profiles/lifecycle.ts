import { DAY_MS } from "#base";

/** Where an interest stands in its life. */
export type Lifecycle = "new" | "growing" | "habit" | "fading";

/** What the stage was decided by. */
export interface Pace {
  readonly lifecycle: Lifecycle;
  /** When the stage began, ms. */
  readonly sinceMs: number;
  /** Engagements a week, of the last 28 days. */
  readonly perWeek: number;
  /**
   * Binary logarithm of engagements of the last 7 days over what the three weeks before them (or as many as there were) and the
   * person's own activity let expect: 1 is twice as many.
   */
  readonly velocity: number;
}

/** Days in which an interest is new. */
const NEW_DAYS = 7;
const RECENT_DAYS = 7;
const BASE_DAYS = 21;
/** Silent for so long while the person comes, an interest fades, however slow it always was. */
const SILENT_DAYS = 21;
/** A stage is entered at the first velocity and left at the second: what wavers between them stays what it is. */
const GROWING = { enter: 0.8, leave: 0.1 };
const FADING = { enter: -1, leave: -0.2 };
/** Engagements added to both sides of a ratio, so that two against one is not yet twice as many. */
const SMOOTHING = 1;

/**
 * @file The life of an interest (Pinterest's stateful interest clusters, 2026: recency, frequency and velocity make new, growing,
 * habit and fading). The rules are walked through day by day from its first engagement on, so that the answer is a function of
 * the events alone and has hysteresis without memory:
 *
 *     new       for the first 7 days
 *     growing   entered at velocity 0.8, left below 0.1
 *     fading    entered at velocity -1, or after 21 days of silence; left above -0.2
 *     habit     otherwise
 *
 * @param timesMs times of its engagements, ascending, none after `asOfMs`, at least one
 * @param allMs times of all the person's engagements, ascending: coming less often is no loss of interest
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
  let velocity = 0;
  const days = Math.floor((asOfMs - firstMs) / DAY_MS);
  for (let day = 0; day <= days; day++) {
    const atMs = asOfMs - (days - day) * DAY_MS;
    const ageDays = isOlder ? Number.POSITIVE_INFINITY : (atMs - firstMs) / DAY_MS;
    velocity = velocityAt(own, all, atMs, firstMs);
    const silentDays = (atMs - own.lastUntil(atMs)) / DAY_MS;
    const next = nextStage(lifecycle, { ageDays, velocity, silentDays });
    if (next !== lifecycle) sinceMs = atMs;
    lifecycle = next;
  }
  const perWeek = own.between(asOfMs - (RECENT_DAYS + BASE_DAYS) * DAY_MS, asOfMs) / 4;
  return { lifecycle, sinceMs, perWeek, velocity };
}

function nextStage(
  stage: Lifecycle,
  at: { readonly ageDays: number; readonly velocity: number; readonly silentDays: number },
): Lifecycle {
  if (at.ageDays < NEW_DAYS) return "new";
  const isFading = stage === "fading";
  if (at.silentDays >= SILENT_DAYS || at.velocity <= (isFading ? FADING.leave : FADING.enter))
    return "fading";
  const isGrowing = stage === "growing" || stage === "new";
  return at.velocity >= (isGrowing ? GROWING.leave : GROWING.enter) ? "growing" : "habit";
}

function velocityAt(own: Tally, all: Tally, atMs: number, firstMs: number): number {
  const recentMs = atMs - RECENT_DAYS * DAY_MS;
  const baseMs = Math.max(
    recentMs - BASE_DAYS * DAY_MS,
    Math.min(firstMs - 1, recentMs - RECENT_DAYS * DAY_MS),
  );
  const recent = own.between(recentMs, atMs);
  const before = own.between(baseMs, recentMs);
  const comes = (all.between(recentMs, atMs) + SMOOTHING) / (all.between(baseMs, recentMs) + SMOOTHING);
  return Math.log2((recent + SMOOTHING) / (before * comes + SMOOTHING));
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
