import { Random } from "#base";
import { areaUnderCurve, calibrationError, topN } from "#numeric";
import { bootstrapIntervals, type Interval } from "./bootstrap.ts";

/** Lists that were shown, what a ranker said of each item, and what happened. */
export interface AnsweredRequests {
  /** (n) whose each is: intervals are over people. */
  readonly users: ArrayLike<number>;
  /** (n + 1) the items of list `r` are `offsets[r] .. offsets[r + 1]`. */
  readonly offsets: ArrayLike<number>;
  readonly heads: readonly string[];
  /** (items, heads) */
  readonly labels: ArrayLike<number>;
  /** (items, heads) */
  readonly probabilities: ArrayLike<number>;
  /** (items) what lists are ordered by. */
  readonly utilities: Float32Array;
}

export interface HeadMetrics {
  readonly head: string;
  /** Of the lists in which somebody did this: share of what it was done with that stands in the first three (TransAct's HIT@3). */
  readonly hitAt3: number;
  readonly hitAt3Interval: Interval;
  /** Of the head's own probabilities, over all items of all lists. */
  readonly areaUnderCurve: number;
  readonly calibrationError: number;
  readonly lists: number;
  readonly positives: number;
}

const FIRST = 3;

/** How good a ranker is head by head. Hits of hides are better when fewer. */
export function requestMetrics(answered: AnsweredRequests, seed: number): HeadMetrics[] {
  const { heads, labels, probabilities } = answered;
  const width = heads.length;
  const items = labels.length / width;
  return heads.map((head, at) => {
    const own = (of: ArrayLike<number>) =>
      Float64Array.from({ length: items }, (_, item) => of[item * width + at]!);
    const happened = own(labels);
    const said = own(probabilities);
    const { sums, counts } = hitsOf(answered, at);
    const [total, lists] = [sums, counts].map((values) => values.reduce((sum, value) => sum + value, 0));
    const random = Random.of(seed, `hits of ${head}`);
    return {
      head,
      hitAt3: total! / lists!,
      hitAt3Interval: bootstrapIntervals(sums, counts, { random })[0]!,
      areaUnderCurve: areaUnderCurve(said, happened),
      calibrationError: calibrationError(said, happened),
      lists: lists!,
      positives: happened.reduce((sum, label) => sum + label, 0),
    };
  });
}

/** By how much one ranker's HIT@3 is above another's on the same lists, with the interval of the difference (paired by person). */
export function hitDifference(
  one: AnsweredRequests,
  other: AnsweredRequests,
  head: number,
  seed: number,
): { readonly difference: number; readonly interval: Interval } {
  const [left, right] = [hitsOf(one, head), hitsOf(other, head)];
  const sums = left.sums.map((sum, person) => sum - right.sums[person]!);
  const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
  const random = Random.of(seed, `difference of ${head}`);
  return {
    difference: total(sums) / total(left.counts),
    interval: bootstrapIntervals(sums, left.counts, { random })[0]!,
  };
}

/** By person: the sum over their lists of the share found, and how many lists count. */
function hitsOf(
  { users, offsets, heads, labels, utilities }: AnsweredRequests,
  head: number,
): { sums: Float64Array; counts: Float64Array } {
  const width = heads.length;
  const byPerson = new Map<number, { sum: number; count: number }>();
  for (let list = 0; list < users.length; list++) {
    const [from, to] = [offsets[list]!, offsets[list + 1]!];
    let positives = 0;
    for (let item = from; item < to; item++) positives += labels[item * width + head]!;
    if (positives === 0) continue;
    let found = 0;
    for (const place of topN(utilities.subarray(from, to), FIRST))
      found += labels[(from + place) * width + head]!;
    const person = byPerson.get(users[list]!) ?? { sum: 0, count: 0 };
    person.sum += found / Math.min(FIRST, positives);
    person.count += 1;
    byPerson.set(users[list]!, person);
  }
  const people = [...byPerson.entries()].sort(([left], [right]) => left - right).map(([, person]) => person);
  return {
    sums: Float64Array.from(people, ({ sum }) => sum),
    counts: Float64Array.from(people, ({ count }) => count),
  };
}
