/** Gini coefficient of amounts that are not negative: 0 when all are equal, near 1 when one has everything; 0 for none. Sorts a copy. */
export function gini(values: Iterable<number>): number {
  const sorted = Float64Array.from(values).sort();
  let [total, weighted] = [0, 0];
  for (const [rank, value] of sorted.entries()) {
    total += value;
    weighted += (2 * (rank + 1) - sorted.length - 1) * value;
  }
  return total === 0 ? 0 : weighted / (sorted.length * total);
}
