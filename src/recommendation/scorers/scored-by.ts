import type { Scores } from "../pipeline.ts";

/** The one head of a scorer that answers with a score instead of probabilities. */
const SCORE = "score";

/** One score a candidate, higher is better. */
export function scoredBy(values: Float32Array): Scores {
  return { heads: [SCORE], values, weights: { [SCORE]: 1 } };
}
