import { DAY_MS, HOUR_MS, SECOND_MS } from "#base";
import type { History } from "#sequences";
import type { Description } from "../sequence-encoder/content-vocabulary.ts";
import { type ContentLikeness, shareOfTerms, termCosine, vectorCosine } from "./content-likeness.ts";
import { dayOf, type ItemStatistics } from "./item-statistics.ts";

/** @file What a ranker is told of a candidate in numbers, beside vectors: the same code while learning and while serving. */

const OF_REQUEST = 9;
const OF_ITEM = 5;
const OF_PAIR = 2;
/** Whether the list is about something, and how a candidate fits that. */
const OF_CONDITION = 4;
/** Acts looked through for the candidate. */
const LOOKED_THROUGH = 1000;

/** A declared feature, or a model's score, is its value, and whether there is none. */
const OF_DECLARED = 2;

/** Beside what is known of itself: how many declared features are read, how many models are asked, and whether it is told what lists are about. */
export interface Beside {
  readonly declared: number;
  readonly retrievers: number;
  readonly conditions: boolean;
}

/** Numbers per candidate. */
export function factCount(heads: number, { declared, retrievers, conditions }: Beside): number {
  const own = OF_REQUEST + OF_ITEM + heads + OF_PAIR;
  return own + OF_DECLARED * (retrievers + declared) + (conditions ? OF_CONDITION : 0);
}

/** A request as facts are worked out for it. */
export interface Asked {
  readonly timeMs: number;
  /** Acts before it are `acts[0 .. before)`. */
  readonly acts: History;
  readonly before: number;
  readonly candidates: ArrayLike<number>;
  /** (candidates, declared) row-major; NaN where there is no value, everywhere when absent. */
  readonly features?: ArrayLike<number> | undefined;
  /** (candidates, retrievers) row-major; NaN where a model has not met the item, everywhere when absent. */
  readonly scores?: ArrayLike<number> | undefined;
  /** What the list is about, as items are described; absent where it is about nothing. */
  readonly about?: Description | undefined;
}

/** What is known of items. */
export interface KnownItems {
  readonly statistics: ItemStatistics;
  /** What they are described by, for lists that are about something; absent where nothing is said of any. */
  readonly likeness?: ContentLikeness | undefined;
}

/** How much was done in four weeks: fewer than 5 acts are somebody new, 20 and more a core user. */
export const STATES = ["new", "casual", "core"] as const;
const STATE_DAYS = 28;
const CORE_ACTS = 20;
const CASUAL_ACTS = 5;

/** Position among {@link STATES}. */
export function stateAt({ timestampsMs }: History, before: number, timeMs: number): number {
  let recent = 0;
  while (
    recent < Math.min(before, CORE_ACTS) &&
    timeMs - (timestampsMs?.[before - 1 - recent] ?? timeMs) <= STATE_DAYS * DAY_MS
  )
    recent++;
  if (recent >= CORE_ACTS) return 2;
  return recent >= CASUAL_ACTS ? 1 : 0;
}

/** Where the score of the first model that is asked is among the facts. */
export const FIRST_SCORE = 0;

/** Writes (candidates, {@link factCount}) over zeros from `at` on, row-major. An item beyond the statistics has none. */
export function writeFacts(
  { timeMs, acts, before, candidates, features, scores, about }: Asked,
  { statistics, likeness, declared, retrievers, conditions }: Beside & KnownItems,
  into: Float32Array,
  at: number,
): void {
  const { heads } = statistics;
  const width = factCount(heads, { declared, retrievers, conditions });
  const ofRequest = requestFacts(timeMs, acts, before);
  const met = metBefore(acts, before);
  // What is known of items is never of an earlier day than it was taken; else, asked about the past, all that came since would be new.
  const day = Math.max(dayOf(timeMs), statistics.asOfDay);
  const ofItem = itemFacts(statistics, day);
  for (let row = 0; row < candidates.length; row++) {
    const item = candidates[row]!;
    let to = at + row * width;
    for (let n = 0; n < retrievers; n++) {
      const score = scores?.[row * retrievers + n] ?? Number.NaN;
      into[to++] = Number.isNaN(score) ? 0 : score;
      into[to++] = Number(Number.isNaN(score));
    }
    into.set(ofRequest, to);
    to += OF_REQUEST;
    ofItem(item, into, to);
    to += heads + OF_ITEM;
    const own = met.get(item);
    into[to++] = own ? Math.log1p(own.count) : 0;
    into[to++] = spanOf(timeMs - (own?.lastMs ?? Number.NEGATIVE_INFINITY));
    for (let n = 0; n < declared; n++) {
      const value = features?.[row * declared + n] ?? Number.NaN;
      const isAbsent = Number.isNaN(value);
      into[to++] = isAbsent ? 0 : Math.sign(value) * Math.log1p(Math.abs(value)); // counts and sums have long tails
      into[to++] = isAbsent ? 1 : 0;
    }
    if (about) into.set(conditionFacts(about, likeness?.at(item)), to);
  }
}

/** What happened to an item, as of a day. */
function itemFacts(
  statistics: ItemStatistics,
  day: number,
): (item: number, into: Float32Array, at: number) => void {
  const { heads, items, rows, width, places } = statistics;
  const left = statistics.leftOn(day);
  const none = new Float32Array(width);
  return (item, into, at) => {
    const known = item >= 0 && item < items ? rows : none;
    const from = known === none ? 0 : item * width;
    const shown = known[from + places.shown]!;
    const born = known[from + places.firstDay]!;
    let all = 0;
    let to = at;
    for (let head = 0; head < heads; head++) {
      const count = known[from + head]!;
      all += count;
      into[to++] = Math.log((count + 1) / (Math.max(shown, count) + 20));
    }
    into[to++] = Math.log1p(all);
    into[to++] = Math.log1p(shown);
    into[to++] = Math.log1p(known[from + places.recent]! * left);
    into[to++] = born === 0 ? 0 : Math.log1p(Math.max(0, day - born));
    into[to++] = born === 0 || born >= day ? 1 : 0;
  };
}

function conditionFacts(about: Description, item: Description | undefined): number[] {
  if (!item) return [1, 0, 0, 0];
  return [1, shareOfTerms(about, item), termCosine(about, item), vectorCosine(about, item)];
}

function requestFacts(timeMs: number, acts: History, before: number): number[] {
  const { timestampsMs } = acts;
  const hour = (2 * Math.PI * (timeMs % DAY_MS)) / DAY_MS;
  const weekday = (2 * Math.PI * (timeMs % (7 * DAY_MS))) / (7 * DAY_MS);
  const newestMs = before > 0 ? (timestampsMs?.[before - 1] ?? 0) : Number.NEGATIVE_INFINITY;
  return [
    Math.log1p(before),
    spanOf(timeMs - newestMs),
    ...[Math.sin(hour), Math.cos(hour), Math.sin(weekday), Math.cos(weekday)],
    ...STATES.map((_, state) => Number(state === stateAt(acts, before, timeMs))),
  ];
}

/** Logarithm of seconds, no longer than a year. */
function spanOf(spanMs: number): number {
  return Math.log1p(Math.min(365 * 24 * HOUR_MS, Math.max(0, spanMs)) / SECOND_MS);
}

function metBefore(
  { itemRows, timestampsMs }: History,
  before: number,
): Map<number, { count: number; lastMs: number }> {
  const met = new Map<number, { count: number; lastMs: number }>();
  for (let at = Math.max(0, before - LOOKED_THROUGH); at < before; at++) {
    const item = itemRows[at]!;
    met.set(item, { count: (met.get(item)?.count ?? 0) + 1, lastMs: timestampsMs?.[at] ?? 0 });
  }
  return met;
}

/** Brings facts to mean 0 and deviation 1; what was the same everywhere says nothing and is 0. */
export interface FactScale {
  readonly means: Float32Array;
  /** 1 / deviation, 0 where there was none. */
  readonly factors: Float32Array;
}

/** Farther than this from the mean says no more. */
const FARTHEST = 4;

/** By the facts of many candidates, (candidates, width). */
export function scaleOf(facts: Float32Array, width: number): FactScale {
  const rows = facts.length / width;
  const [sums, squares] = [new Float64Array(width), new Float64Array(width)];
  for (const [at, fact] of facts.entries()) {
    sums[at % width]! += fact;
    squares[at % width]! += fact * fact;
  }
  const means = Float32Array.from(sums, (sum) => sum / Math.max(1, rows));
  const factors = Float32Array.from(squares, (square, column) => {
    const variance = square / Math.max(1, rows) - (sums[column]! / Math.max(1, rows)) ** 2;
    return variance > 1e-6 ? 1 / Math.sqrt(variance) : 0;
  });
  return { means, factors };
}

/** In place. */
export function scaleFacts(facts: Float32Array, { means, factors }: FactScale): void {
  const width = means.length;
  for (let from = 0; from < facts.length; from += width)
    for (let column = 0; column < width; column++) {
      const scaled = (facts[from + column]! - means[column]!) * factors[column]!;
      facts[from + column] = Math.max(-FARTHEST, Math.min(FARTHEST, scaled));
    }
}
