import type { Distribution } from "./drift.ts";

/** How the values of a feature lie, in bins that a reader can compare by eye: now, and when drift began to be measured. */
export interface Spread {
  /** Of the bins, one more than there are bins; values beyond the ends count in the outer bins. */
  readonly bounds: readonly number[];
  /** Part of the people, or items, in each; what is missing to 1 has no value. */
  readonly now: readonly number[];
  /** The same of the baseline; absent without one of this version. */
  readonly before?: readonly number[];
}

const BINS = 20;
/** Beyond it lies the tail, which would press everything else into one bin. */
const TAIL = 0.98;
/** Up to here a sketch tells whole numbers apart. */
const WHOLE = 25;

/** `undefined` where nobody has a number. */
export function spreadOf(now: Distribution, before?: Distribution): Spread | undefined {
  const sides = [now, ...(before ? [before] : [])].filter(({ sketch }) => sketch.count > 0);
  if (sides.length === 0) return undefined;
  const at = (quantile: number): number[] => sides.map(({ sketch }) => sketch.quantile(quantile)!); // not empty
  const bounds = boundsBetween(Math.min(...at(0)), Math.max(...at(TAIL)), Math.max(...at(1)));
  return {
    bounds,
    now: sharesIn(now, bounds),
    ...(before && { before: sharesIn(before, bounds) }),
  };
}

/** Bins as wide as each other; of small whole numbers each has its own. */
function boundsBetween(least: number, most: number, greatest: number): number[] {
  const isCounted = least >= 0 && greatest <= WHOLE && greatest - least >= 1 && isNearWhole(least);
  if (isCounted) {
    const first = Math.round(least);
    return Array.from({ length: Math.round(greatest) - first + 2 }, (_, n) => first + n - 0.5);
  }
  const width = (most - least || Math.abs(least) || 1) / BINS;
  return Array.from({ length: BINS + 1 }, (_, n) => least + n * width);
}

/** As near as the sketch is exact. */
function isNearWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) <= 0.01 * Math.abs(value);
}

function sharesIn({ people, sketch }: Distribution, bounds: readonly number[]): number[] {
  const present = people === 0 ? 0 : sketch.count / people;
  const last = bounds.length - 2;
  let below = 0;
  return bounds.slice(1).map((bound, bin) => {
    const upTo = sketch.count === 0 ? 0 : bin === last ? 1 : sketch.shareUpTo(bound);
    const share = (upTo - below) * present;
    below = upTo;
    return share;
  });
}
