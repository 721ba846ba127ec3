import { assert, type Random } from "#base";
import { type Interval, quantile } from "./bootstrap.ts";

/** Of one score: how well it ranks, and what it loses against the first score of the same rows; both with intervals. */
export interface ComparedArea {
  /** Area under the ROC curve, ties half. */
  readonly area: number;
  readonly interval: Interval;
  /** The first score's area less this one's. */
  readonly loss: number;
  readonly lossInterval: Interval;
}

/** Rows of people, and whether it happened. */
export interface LabelledRows {
  readonly labels: ArrayLike<number>;
  /** Row -> number of its person, from 0. */
  readonly people: ArrayLike<number>;
}

/**
 * Areas under the ROC curves of several scores of the same rows, by the percentile bootstrap over people: whoever is drawn comes with all of
 * their rows. All scores share the draws, so that what one loses against the first is a paired difference. A draw in which it happened to
 * nobody or everybody says nothing and is left out. O(scores x (rows log rows + resamples x rows)).
 */
export function compareAreas(
  scores: readonly ArrayLike<number>[],
  { labels, people }: LabelledRows,
  { random, resamples = 400 }: { readonly random: Random; readonly resamples?: number },
): ComparedArea[] {
  const personCount = Array.from(people).reduce((most, person) => Math.max(most, person + 1), 0);
  assert(personCount > 0, "there is a row");
  const ranked = scores.map((score) => rank(score));
  const areasFor = (weights: Float64Array): number[] =>
    ranked.map((order) => weightedArea(order, labels, people, weights));
  const whole = areasFor(new Float64Array(personCount).fill(1));
  const drawn: number[][] = [];
  for (let resample = 0; resample < resamples; resample++) {
    const weights = new Float64Array(personCount);
    for (let draw = 0; draw < personCount; draw++) weights[random.integer(personCount)]!++;
    const areas = areasFor(weights);
    if (!areas.some(Number.isNaN)) drawn.push(areas);
  }
  return whole.map((area, n) => ({
    area,
    interval: intervalOf(drawn.map((areas) => areas[n]!)), // one for each score
    loss: whole[0]! - area, // as above
    lossInterval: intervalOf(drawn.map((areas) => areas[0]! - areas[n]!)), // as above
  }));
}

const TAIL = 0.025;

function intervalOf(values: readonly number[]): Interval {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return { low: Number.NaN, high: Number.NaN };
  return { low: quantile(sorted, TAIL), high: quantile(sorted, 1 - TAIL) };
}

/** Rows by score, the least first, and which of them stand with the one before. */
interface Ranked {
  readonly order: Uint32Array;
  readonly isTied: Uint8Array;
}

function rank(score: ArrayLike<number>): Ranked {
  const order = Uint32Array.from({ length: score.length }, (_, row) => row);
  order.sort((left, right) => score[left]! - score[right]! || left - right); // rows
  const isTied = Uint8Array.from(order, (row, at) =>
    at > 0 && score[row] === score[order[at - 1]!] ? 1 : 0,
  );
  return { order, isTied };
}

/** Pairs that stand right, of all pairs of one to whom it happened and one to whom it did not; NaN where there are none. */
function weightedArea(
  { order, isTied }: Ranked,
  labels: ArrayLike<number>,
  people: ArrayLike<number>,
  weights: Float64Array,
): number {
  let pairs = 0;
  let below = 0;
  let [negatives, positives] = [0, 0];
  let allPositives = 0;
  const close = (): void => {
    pairs += positives * (below + negatives / 2);
    below += negatives;
    allPositives += positives;
    negatives = 0;
    positives = 0;
  };
  for (let at = 0; at < order.length; at++) {
    if (isTied[at] === 0) close();
    const row = order[at]!;
    const weight = weights[people[row]!]!; // a person of the rows
    if (labels[row] === 1) positives += weight;
    else negatives += weight;
  }
  close();
  return pairs / (allPositives * below);
}
