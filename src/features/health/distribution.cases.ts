import { type Distribution, emptyDistribution } from "./drift.ts";

/** @file Distributions made by hand, for tests. */

/** Of people with these values; `null` for who has none. */
export function distribution(values: readonly (number | null)[]): Distribution {
  const found = emptyDistribution();
  for (const value of values) {
    found.people++;
    if (value === null) found.absent++;
    else found.sketch.add(value);
  }
  return found;
}
