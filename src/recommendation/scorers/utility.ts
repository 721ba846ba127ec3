/**
 * One number a candidate: the sum over heads of what it counts times how likely it is, as in the weighted scorer of x-algorithm.
 * Shape (candidates); NaN where the scorer knows nothing of the item, and everywhere when there are no heads.
 * @param scores (candidates, heads), row-major
 */
export function utilityOf(
  scores: Float32Array,
  heads: readonly string[],
  weights: Readonly<Record<string, number>>,
  candidateCount: number,
): Float64Array {
  const utilities = new Float64Array(candidateCount).fill(heads.length === 0 ? Number.NaN : 0);
  for (const [head, name] of heads.entries()) {
    const weight = weights[name] ?? 0;
    if (weight === 0) continue;
    for (let row = 0; row < candidateCount; row++)
      utilities[row]! += weight * scores[row * heads.length + head]!;
  }
  return utilities;
}
