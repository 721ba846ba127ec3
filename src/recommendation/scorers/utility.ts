import type { Scores } from "../pipeline.ts";

/**
 * One number a candidate: the sum over heads of what it counts times how likely it is, as in the weighted scorer of x-algorithm.
 * Shape (candidates); NaN where the scorer knows nothing of the item, and everywhere when there are no heads.
 * @param weights in place of those that come with the scores; a head that has neither counts nothing
 */
export function utilityOf(
  { values, heads, weights: own }: Scores,
  weights: Readonly<Record<string, number>>,
  candidateCount: number,
): Float64Array {
  const utilities = new Float64Array(candidateCount).fill(heads.length === 0 ? Number.NaN : 0);
  for (const [head, name] of heads.entries()) {
    const weight = weights[name] ?? own[name] ?? 0;
    if (weight === 0) continue;
    for (let row = 0; row < candidateCount; row++)
      utilities[row]! += weight * values[row * heads.length + head]!;
  }
  return utilities;
}

/** Of nothing that scores. */
export const noScores: Scores = { heads: [], values: new Float32Array(0), weights: {} };

/** What was said of one candidate, by head. */
export function headsAt({ heads, values }: Scores, row: number): Readonly<Record<string, number>> {
  const said: Record<string, number> = {};
  for (const [head, name] of heads.entries()) said[name] = values[row * heads.length + head]!;
  return said;
}
