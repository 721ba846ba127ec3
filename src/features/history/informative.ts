/** How much one feature alone tells of a label. */
export interface Informativeness {
  readonly name: string;
  /** Mutual information of the binned feature and the label, in bits. */
  readonly mutualInformation: number;
  /** Area under the ROC curve of the feature as a score, absent values lowest; below 0.5 where more of it means less. */
  readonly auc: number;
}

const BINS = 10;

/**
 * Features by what each alone tells of a label that is or is not, most first: mutual information with ten bins of equal size and one for absent
 * values. With few rows it is a little above zero by chance alone: about (bins - 1) / (2 ln 2 rows) (Miller 1955), which is taken off.
 */
export function rankByInformation(
  columns: Readonly<Record<string, readonly (number | null)[]>>,
  isPositive: readonly boolean[],
): Informativeness[] {
  return Object.entries(columns)
    .map(([name, values]) => ({
      name,
      mutualInformation: mutualInformation(values, isPositive),
      auc: areaUnderCurve(values, isPositive),
    }))
    .sort(
      (left, right) => right.mutualInformation - left.mutualInformation || (left.name < right.name ? -1 : 1),
    );
}

function mutualInformation(values: readonly (number | null)[], isPositive: readonly boolean[]): number {
  const present = Float64Array.from(values.filter((value) => value !== null)).sort();
  const bounds = new Set(
    Array.from({ length: BINS - 1 }, (_, n) => present[Math.floor(((n + 1) * present.length) / BINS)]),
  );
  const sorted = [...bounds].filter((bound) => bound !== undefined).sort((left, right) => left - right);
  const binOf = (value: number | null): number => {
    if (value === null) return -1;
    const above = sorted.findIndex((bound) => value < bound);
    return above < 0 ? sorted.length : above;
  };
  const counts = new Map<number, [negative: number, positive: number]>();
  for (const [n, value] of values.entries()) {
    const bin = binOf(value);
    const count = counts.get(bin) ?? [0, 0];
    count[isPositive[n] ? 1 : 0]++;
    counts.set(bin, count);
  }
  const rowCount = values.length;
  const ofLabel = [0, 1].map((label) => [...counts.values()].reduce((sum, count) => sum + count[label]!, 0));
  let bits = 0;
  for (const count of counts.values())
    for (const label of [0, 1] as const)
      if (count[label] > 0)
        bits +=
          (count[label] / rowCount) *
          Math.log2((count[label] * rowCount) / ((count[0] + count[1]) * ofLabel[label]!)); // two labels
  return bits - (counts.size - 1) / (2 * Math.LN2 * rowCount);
}

/** Mann and Whitney's, ties counting half. */
function areaUnderCurve(values: readonly (number | null)[], isPositive: readonly boolean[]): number {
  const order = values
    .map((value, n) => ({ value: value ?? Number.NEGATIVE_INFINITY, isPositive: isPositive[n]! })) // as many
    .sort((left, right) => left.value - right.value || 0);
  let positives = 0;
  let rankSum = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && order[to]!.value === order[from]!.value) to++;
    const rank = (from + to + 1) / 2; // the mean of the tied ranks, from 1
    for (let n = from; n < to; n++) {
      if (!order[n]!.isPositive) continue;
      positives++;
      rankSum += rank;
    }
    from = to;
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
