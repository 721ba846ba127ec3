import type { FeatureValue } from "../aggregation.ts";
import { Distribution } from "./drift.ts";
import type { Measure } from "./measure.ts";

/** @file Distributions made by hand, for tests. */

/** Of people with these values; `null` for who has none. */
export function distribution(values: readonly FeatureValue[], measure: Measure = "numbers"): Distribution {
  const found = new Distribution(measure);
  for (const value of values) found.take(value);
  return found;
}
