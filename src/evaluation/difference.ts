import { assert, Random } from "#base";
import { bootstrapIntervals, type Interval } from "./bootstrap.ts";
import type { Evaluation } from "./evaluate.ts";
import type { MetricName } from "./task.ts";

/** How far one evaluation is ahead of another, with the 95 % interval of that. */
export interface Difference extends Interval {
  readonly difference: number;
}

/**
 * One evaluation less another of the same questions, by metric: a paired bootstrap, in which both are asked the people that are drawn. Much of what makes
 * the figures of either uncertain, which people are easy, they share; so the interval is narrower than two of them side by side suggest. Coverage has none.
 */
export function differencesOf(
  one: Evaluation,
  other: Evaluation,
  options: { readonly seed?: number; readonly resamples?: number } = {},
): Partial<Record<MetricName, Difference>> {
  const { seed = one.seed, resamples = 1000 } = options;
  const { names, sums, counts } = one.answers;
  const width = names.length;
  assert(
    counts.length === other.answers.counts.length &&
      counts.every((count, person) => count === other.answers.counts[person]) &&
      names.join() === other.answers.names.join(),
    "both were asked the same",
  );
  const ahead = sums.map((sum, at) => sum - other.answers.sums[at]!);
  const cases = counts.reduce((sum, count) => sum + count, 0);
  const random = Random.of(seed, "bootstrap of differences");
  const intervals = bootstrapIntervals(ahead, counts, { random, resamples });
  return Object.fromEntries(
    names.map((name, column) => {
      let difference = 0;
      for (let person = 0; person < counts.length; person++) difference += ahead[person * width + column]!;
      return [name, { difference: difference / cases, ...intervals[column]! }];
    }),
  );
}
