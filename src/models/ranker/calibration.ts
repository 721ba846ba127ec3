import { solveSymmetric } from "#numeric";

/** Platt's line over a logit: P = sigmoid(slope x logit + offset). */
export interface Calibration {
  readonly slope: number;
  readonly offset: number;
}

const STEPS = 30;
/** With fewer of either kind a line says nothing: the logit stands for itself. */
const FEWEST = 10;

/** The line under which what was said is most likely what happened (Platt 1999), by Newton's method. */
export function plattLine(logits: ArrayLike<number>, labels: ArrayLike<number>): Calibration {
  let positives = 0;
  for (let row = 0; row < labels.length; row++) positives += labels[row]!;
  if (Math.min(positives, labels.length - positives) < FEWEST) return { slope: 1, offset: 0 };
  // Targets a little inside 0 and 1, as Platt has them: a head that separates its few would be as sure as it can be.
  const [yes, no] = [(positives + 1) / (positives + 2), 1 / (labels.length - positives + 2)];
  let [slope, offset] = [1, 0];
  for (let step = 0; step < STEPS; step++) {
    const gradient = new Float64Array(2);
    const curvature = Float64Array.of(1e-9, 0, 0, 1e-9);
    for (let row = 0; row < labels.length; row++) {
      const logit = logits[row]!;
      const chance = 1 / (1 + Math.exp(-(slope * logit + offset)));
      const missed = (labels[row] === 1 ? yes : no) - chance;
      const spread = chance * (1 - chance);
      gradient[0]! += missed * logit;
      gradient[1]! += missed;
      curvature[0]! += spread * logit * logit;
      curvature[2]! += spread * logit;
      curvature[3]! += spread;
    }
    const [bySlope, byOffset] = solveSymmetric(curvature, gradient);
    slope += bySlope!;
    offset += byOffset!;
    if (Math.abs(bySlope!) + Math.abs(byOffset!) < 1e-8) break;
  }
  return slope > 0 ? { slope, offset } : { slope: 1, offset: 0 };
}
