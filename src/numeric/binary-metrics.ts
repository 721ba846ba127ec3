/** @file How good probabilities of something that happens or not are: do they rank, and are they true. */

/** Probability that somebody to whom it happened stands above somebody to whom it did not, ties half (area under the ROC curve). */
export function areaUnderCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = Array.from({ length: scores.length }, (_, at) => at).sort(
    (left, right) => scores[left]! - scores[right]!,
  );
  let positives = 0;
  let rankSum = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) to++;
    for (let at = from; at < to; at++)
      if (labels[order[at]!] === 1) {
        positives++;
        rankSum += (from + to + 1) / 2; // mean of the 1-based ranks of a tie
      }
    from = to;
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** One bar of a reliability curve. */
export interface ReliabilityBin {
  readonly predicted: number;
  readonly observed: number;
  readonly count: number;
}

/** What was said against what happened, in bins of equally many people, the least probable first. */
export function reliability(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  bins = 10,
): ReliabilityBin[] {
  const order = Array.from({ length: probabilities.length }, (_, at) => at).sort(
    (left, right) => probabilities[left]! - probabilities[right]!,
  );
  return Array.from({ length: bins }, (_, bin) => {
    const own = order.slice(
      Math.floor((bin * order.length) / bins),
      Math.floor(((bin + 1) * order.length) / bins),
    );
    const mean = (of: ArrayLike<number>): number => own.reduce((sum, at) => sum + of[at]!, 0) / own.length;
    return { predicted: mean(probabilities), observed: mean(labels), count: own.length };
  }).filter(({ count }) => count > 0);
}

/** Expected calibration error: mean distance of what was said and what happened over bins, weighted by people (Naeini et al. 2015). */
export function calibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  bins = 10,
): number {
  return reliability(probabilities, labels, bins).reduce(
    (sum, { predicted, observed, count }) =>
      sum + (count / probabilities.length) * Math.abs(predicted - observed),
    0,
  );
}
