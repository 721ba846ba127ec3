import { assert, type Random } from "#base";

/**
 * @file Percentile bootstrap (Efron 1979) over people: how far a metric would move had other people of the same kind
 * been asked. People and not cases are drawn, for a person's cases hang together. All metrics share the draws.
 */
export interface BootstrapOptions {
  readonly random: Random;
  readonly resamples?: number;
  /** Share of the resampled values inside the interval. */
  readonly confidence?: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Intervals of the ratios sum(values) / sum(counts), one per metric. `sums` has shape (people, metrics), row-major: each
 * person's total over their cases; `counts` shape (people): how many cases. O(resamples x people x metrics).
 */
export function bootstrapIntervals(
  sums: Float64Array,
  counts: Float64Array,
  { random, resamples = 1000, confidence = 0.95 }: BootstrapOptions,
): Interval[] {
  const people = counts.length;
  assert(people > 0 && sums.length % people === 0, "sums has one row per person, and there is a person");
  assert(resamples > 0 && confidence > 0 && confidence < 1, "resamples > 0 and 0 < confidence < 1");
  const metrics = sums.length / people;
  const drawn = Array.from({ length: metrics }, () => new Float64Array(resamples));
  const totals = new Float64Array(metrics);
  for (let resample = 0; resample < resamples; resample++) {
    totals.fill(0);
    let cases = 0;
    for (let draw = 0; draw < people; draw++) {
      const person = Math.floor(random.uniform() * people);
      cases += counts[person]!;
      const row = person * metrics;
      for (let metric = 0; metric < metrics; metric++) totals[metric]! += sums[row + metric]!;
    }
    for (let metric = 0; metric < metrics; metric++) drawn[metric]![resample] = totals[metric]! / cases;
  }
  const tail = (1 - confidence) / 2;
  return drawn.map((values) => {
    values.sort();
    return { low: quantile(values, tail), high: quantile(values, 1 - tail) };
  });
}

/** Linear interpolation between order statistics (Hyndman and Fan 1996, type 7). */
export function quantile(sorted: Float64Array, probability: number): number {
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}
