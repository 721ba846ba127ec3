const BINS = 10;

/**
 * How much one number tells of whether something happens, in bits: mutual information with ten bins of equal size and one for absent (NaN)
 * values. With few rows it is a little above zero by chance alone: about (bins - 1) / (2 ln 2 rows) (Miller 1955), which is taken off.
 */
export function mutualInformation(values: Float64Array, labels: ArrayLike<number>): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const at = (n: number): number | undefined => sorted[Math.floor((n * sorted.length) / BINS)];
  const bounds = [...new Set(Array.from({ length: BINS - 1 }, (_, n) => at(n + 1)))].filter(
    (bound) => bound !== undefined,
  );
  const counts = Array.from({ length: BINS + 1 }, () => [0, 0] as [negative: number, positive: number]);
  for (const [n, value] of values.entries()) {
    const above = bounds.findIndex((bound) => value < bound);
    const bin = Number.isNaN(value) ? BINS : above < 0 ? bounds.length : above;
    counts[bin]![labels[n] === 1 ? 1 : 0]++; // a bin
  }
  const filled = counts.filter(([negative, positive]) => negative + positive > 0);
  const rows = values.length;
  const ofLabel = [0, 1].map((label) => filled.reduce((sum, count) => sum + count[label]!, 0)); // two labels
  let bits = 0;
  for (const count of filled)
    for (const label of [0, 1] as const)
      if (count[label] > 0)
        bits +=
          (count[label] / rows) *
          Math.log2((count[label] * rows) / ((count[0] + count[1]) * ofLabel[label]!)); // as above
  return bits - (filled.length - 1) / (2 * Math.LN2 * rows);
}
