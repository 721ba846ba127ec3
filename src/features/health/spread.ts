import { QuantileSketch } from "../aggregations/quantile-sketch.ts";
import type { Distribution } from "./drift.ts";
import { sharesIn } from "./number-shares.ts";

/** How the values of a feature lie, in bins that a reader can compare by eye: now, and when drift began to be measured. */
export interface Spread {
  /** Of the bins, one more than there are bins; values beyond the ends count in the outer bins. */
  readonly bounds: readonly number[];
  /** Part of the people, or items, in each; what is missing to 1 has no value. */
  readonly now: readonly number[];
  /** The same of the baseline; absent without one of this version. */
  readonly before?: readonly number[];
}

/** At most. */
const BINS = 25;
/** Beyond it lies the tail, which would press everything else into one bin. */
const TAIL = 0.98;
/** Where a sketch is asked whether its values are whole numbers. */
const PROBES = Array.from({ length: 33 }, (_, n) => 0.02 + 0.03 * n);

/** `undefined` where nobody has a number. */
export function spreadOf(now: Distribution, before?: Distribution): Spread | undefined {
  const sketches = [now, ...(before ? [before] : [])].flatMap(({ numbers }) => numbers?.sketch ?? []);
  const filled = sketches.filter(({ count }) => count > 0);
  if (filled.length === 0) return undefined;
  const bounds = boundsFor(filled);
  return {
    bounds,
    now: sharesOf(now, bounds),
    ...(before && { before: sharesOf(before, bounds) }),
  };
}

/** As wide as each other, between round numbers; of small whole numbers each has its own. */
function boundsFor(sketches: readonly QuantileSketch[]): number[] {
  const at = (quantile: number): number[] => sketches.map((sketch) => sketch.quantile(quantile)!); // not empty
  const least = Math.min(...at(0));
  const [tail, greatest] = [Math.max(...at(TAIL)), Math.max(...at(1))];
  const isWhole = Math.abs(tail) <= BINS && PROBES.every((probe) => at(probe).every(isNearWhole));
  const isShort = greatest - least <= (isWhole ? BINS - 1 : 1.5 * (tail - least));
  const most = isShort ? greatest : tail;
  if (isWhole && most - least >= 0.9 && most - least < BINS) {
    const first = Math.round(least);
    return Array.from({ length: Math.round(most) - first + 2 }, (_, n) => first + n - 0.5);
  }
  const step = roundStep((most - least || Math.abs(least) || 1) / BINS);
  const first = Math.floor(least / step);
  const bins = Math.max(1, Math.floor(most / step) - first + 1);
  return Array.from({ length: bins + 1 }, (_, n) => Number(((first + n) * step).toPrecision(12)));
}

/** 1, 2 or 5 times a power of ten, at or above. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 5].find((one) => one * power >= step) ?? 10;
  return factor * power;
}

/** As near as the sketch is exact. */
function isNearWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) <= 0.011 * Math.abs(value);
}

function sharesOf({ people, numbers }: Distribution, bounds: readonly number[]): number[] {
  const sketch = numbers?.sketch ?? new QuantileSketch();
  const present = people === 0 ? 0 : sketch.count / people;
  return sharesIn(sketch, bounds.slice(1, -1)).map((share) => share * present);
}
