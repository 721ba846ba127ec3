import { DAY_MS } from "#base";
import { InterestLife, type InterestLifeRates, type InterestStage, interestStages } from "#models";
import { countUpTo } from "#numeric";

/** Where an interest stands in its life, and what says so. */
export interface Pace {
  readonly lifecycle: InterestStage;
  /** How probable that stage is, 0..1. */
  readonly certainty: number;
  /** When the stage was first said, ms; of the first one, when the interest was first seen. */
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

/**
 * How interests live. Two weeks of growing, and half as much after six days less and four days of fading, are what the words mean; the rest is chosen
 * on validation people of the world by the log loss of the stage (decision 0026). That a day is one observation, however much was
 * done on it, is the smallness of `concentration`.
 */
const rates: InterestLifeRates = {
  presentAtFirst: 0.69,
  birth: 0.027,
  settling: 1 / 14,
  fading: 0.34,
  revival: 0.0115,
  lasting: 0.47,
  growthHalfLife: 6,
  fadeHalfLife: 4,
  chance: 0.04,
  concentration: 0.025,
};
/** Nearly everything is a habit nearly always, so what is rarer is said on less: about one over the root of how often it is. */
const WEIGHTS: Readonly<Record<InterestStage, number>> = { new: 3, growing: 2, habit: 1, fading: 2 };
/** Another stage is said when it is so much likelier, as weighed, than the one that was. */
const MARGIN = 0.05;
/** Somebody seen for so many days without it shows that it begins when it first comes, and for so many it is new. */
const NEW_DAYS = 7;
/** Days before the newest engagement that are walked through, and days after it: beyond them silence says nothing more. */
const LOOKED_BACK_DAYS = 120;
const SILENT_DAYS = 120;
const RECENT_DAYS = 10;
const BASE_DAYS = 28;
const WEEK_MS = 7 * DAY_MS;
/** Engagements with something else that are taken as done: of two seen, both of one interest, not all is about it. */
const UNKNOWN = 4;
/** Engagements added to both sides of a ratio, so that two against one is not yet twice as many. */
const SMOOTHING = 1;

const life = new InterestLife(rates);

/**
 * @file The life of an interest (Pinterest's stateful interest clusters, 2026: recency, frequency and velocity make new, growing,
 * habit and fading), as the hidden chain of `interest-life.ts` sees it. Each day (UTC) has a probability for every stage, by the part of
 * the day's engagements that was the interest's and all days before it; the stage that is said changes when another,
 * weighed by how rare it is, is likelier by 0.05, so what wavers stays what it was. In words:
 *
 *     new       for seven days from its first engagement, for somebody who was seen for seven days before it
 *     growing   on its way to full strength: about two weeks
 *     habit     at full strength; coming less often to everything does not change it
 *     fading    its part falls by half every four days, down to nothing; what comes back grows again
 *
 * The answer is a function of the events alone and has hysteresis without memory.
 *
 * @param timesMs times of its engagements, ascending, none after the moment asked about, at least one
 * @param soFar what is known of its life from earlier the same day; it is kept there
 */
export function paceOf(timesMs: readonly number[], activity: Activity, soFar = new LifeSoFar()): Pace {
  const { allMs, asOfMs, knownFromMs } = activity;
  const recentMs = asOfMs - RECENT_DAYS * DAY_MS;
  const baseMs = Math.max(recentMs - BASE_DAYS * DAY_MS, Math.min(timesMs[0]! - 1, recentMs));
  const part = between(timesMs, baseMs, recentMs) / (between(allMs, baseMs, recentMs) + UNKNOWN);
  const recent = between(timesMs, recentMs, asOfMs);
  const isKnownBefore = knownFromMs <= recentMs; // else it goes as it is seen to go
  const expected = isKnownBefore ? part * between(allMs, recentMs, asOfMs) : recent;
  const month = Math.max(asOfMs - 4 * WEEK_MS, knownFromMs - 1);
  const { lifecycle, certainty, sinceMs } = stageOf(timesMs, activity, soFar);
  return {
    lifecycle,
    certainty,
    sinceMs,
    recent,
    expected,
    perWeek: (between(timesMs, month, asOfMs) * WEEK_MS) / Math.max(DAY_MS, asOfMs - month),
    velocity: Math.log2((recent + SMOOTHING) / (expected + SMOOTHING)),
  };
}

/** All that a person did up to a moment, which every interest is held against. */
export interface Activity {
  readonly allMs: readonly number[];
  readonly asOfMs: number;
  /** Nothing before it was read. */
  readonly knownFromMs: number;
  readonly firstDay: number;
  readonly lastDay: number;
  /** (days) engagements on each. */
  readonly counts: Uint16Array;
}

/**
 * @param allMs times of all the person's engagements, ascending, at least one
 * @param knownFromMs where there were more than are read: the time of the first that is
 */
export function activityOf(
  allMs: readonly number[],
  asOfMs: number,
  knownFromMs = Number.NEGATIVE_INFINITY,
): Activity {
  const newestDay = dayOf(allMs.at(-1)!);
  const firstDay = Math.max(dayOf(allMs[0]!), newestDay - LOOKED_BACK_DAYS);
  const lastDay = Math.min(dayOf(asOfMs), newestDay + SILENT_DAYS);
  return { allMs, asOfMs, knownFromMs, firstDay, lastDay, counts: countDays(allMs, firstDay, lastDay) };
}

/** An interest's life until the day before the last: what happens on the last leaves it as it was. */
export class LifeSoFar {
  #isKept = false;
  #firstDay = 0;
  #firstSeen = 0;
  /** (days) engagements of the interest, and all. */
  #counts = new Uint16Array(0);
  #totals = new Uint16Array(0);
  cells = new Float64Array(0);
  said = -1;
  sinceDay = -1;

  keep(life: Walked, cells: Float64Array, said: number, sinceDay: number): void {
    const days = life.counts.length - 1;
    this.#isKept = true;
    this.#firstDay = life.firstDay;
    this.#firstSeen = life.firstSeen;
    this.#counts = life.counts.slice(0, days);
    this.#totals = life.totals.slice(0, days);
    this.cells = cells.slice();
    this.said = said;
    this.sinceDay = sinceDay;
  }

  isOf({ firstDay, firstSeen, counts, totals }: Walked): boolean {
    const days = counts.length - 1;
    if (!this.#isKept || this.#firstDay !== firstDay || this.#firstSeen !== firstSeen) return false;
    if (this.#counts.length !== days) return false;
    for (let day = 0; day < days; day++)
      if (this.#counts[day] !== counts[day] || this.#totals[day] !== totals[day]) return false;
    return true;
  }
}

/** What is walked through. */
interface Walked {
  readonly firstDay: number;
  /** Day of the interest's first engagement. */
  readonly firstSeen: number;
  readonly counts: Uint16Array;
  readonly totals: Uint16Array;
}

function stageOf(
  timesMs: readonly number[],
  { firstDay, lastDay, counts: totals }: Activity,
  soFar: LifeSoFar,
): Pick<Pace, "lifecycle" | "certainty" | "sinceMs"> {
  const firstSeen = dayOf(timesMs[0]!);
  const counts = countDays(timesMs, firstDay, lastDay);
  const walked = { firstDay, firstSeen, counts, totals };
  const isKnown = soFar.isOf(walked);
  let said = isKnown ? soFar.said : -1;
  let sinceDay = isKnown ? soFar.sinceDay : -1; // whole numbers: of others each day would make an object
  let certainty = 0;
  const visit = (day: number, stages: Float64Array, cells: Float64Array): void => {
    const age = firstDay + day - firstSeen;
    const isNew = age >= 0 && age < NEW_DAYS && firstSeen - firstDay >= NEW_DAYS;
    const next = isNew ? 0 : likelierThan(said, stages);
    if (next !== said && age > 0) sinceDay = firstDay + day;
    said = next;
    if (day === counts.length - 2) soFar.keep(walked, cells, said, sinceDay);
    if (day === counts.length - 1) certainty = isNew ? 1 : stages[said]!;
  };
  life.walk(counts, totals, visit, isKnown ? { day: counts.length - 2, cells: soFar.cells } : undefined);
  const sinceMs = sinceDay < 0 ? timesMs[0]! : sinceDay * DAY_MS;
  return { lifecycle: interestStages[said]!, certainty, sinceMs };
}

const weights = interestStages.map((stage) => WEIGHTS[stage]);

/** The stage that is enough likelier than the one said, or that one; -1 says none yet. What is new no longer is what is likeliest. */
function likelierThan(said: number, stages: Float64Array): number {
  let likeliest = 0;
  let total = 0;
  for (let stage = 0; stage < stages.length; stage++) {
    total += stages[stage]! * weights[stage]!;
    if (stages[stage]! * weights[stage]! > stages[likeliest]! * weights[likeliest]!) likeliest = stage;
  }
  if (said <= 0) return likeliest;
  const lead = stages[likeliest]! * weights[likeliest]! - stages[said]! * weights[said]!;
  return lead > MARGIN * total ? likeliest : said;
}

/** (days) how many fall on each. */
function countDays(timesMs: readonly number[], firstDay: number, lastDay: number): Uint16Array {
  const counts = new Uint16Array(lastDay - firstDay + 1);
  for (const timeMs of timesMs) {
    const day = dayOf(timeMs) - firstDay;
    if (day >= 0) counts[day]!++;
  }
  return counts;
}

function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

/** How many of the times, ascending, are in (from, to]. */
function between(timesMs: readonly number[], fromMs: number, toMs: number): number {
  return countUpTo(timesMs, toMs) - countUpTo(timesMs, fromMs);
}
