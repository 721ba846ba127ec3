import { solveSymmetric } from "#numeric";

/** Platt's line over a logit: P = sigmoid(slope x logit + offset). */
export interface Calibration {
  readonly slope: number;
  readonly offset: number;
}

const STEPS = 50;
/** With fewer of either kind only the offset is fitted: they cannot tell how steep the line is. */
const FEWEST = 10;

/**
 * The line under which what was said is most likely what happened (Platt 1999), by Newton's method with steps that never make it worse. A
 * head that says the opposite of what happens says nothing: everybody gets the share that was seen. Without rows the logit stands for itself.
 */
export function plattLine(logits: ArrayLike<number>, labels: ArrayLike<number>): Calibration {
  const rows = labels.length;
  let positives = 0;
  for (let row = 0; row < rows; row++) positives += labels[row]!;
  if (rows === 0) return { slope: 1, offset: 0 };
  const isSteepnessKnown = Math.min(positives, rows - positives) >= FEWEST;
  // Targets a little inside 0 and 1, as Platt has them: a head that separates its few would be as sure as it can be.
  const targets = [1 / (rows - positives + 2), (positives + 1) / (positives + 2)] as const;
  const share = Math.log((positives + 1) / (rows - positives + 1));
  let line: Calibration = isSteepnessKnown ? { slope: 0, offset: share } : { slope: 1, offset: 0 };
  let cost = costOf(line, logits, labels, targets);
  for (let step = 0; step < STEPS; step++) {
    const change = newtonStep(line, logits, labels, targets, isSteepnessKnown);
    let part = 1;
    let next = line;
    let nextCost = cost;
    for (; part > 1e-6; part /= 2) {
      next = { slope: line.slope + part * change.slope, offset: line.offset + part * change.offset };
      nextCost = costOf(next, logits, labels, targets);
      if (nextCost <= cost) break;
    }
    const isDone = cost - nextCost < 1e-9 * rows;
    if (nextCost <= cost) [line, cost] = [next, nextCost];
    if (isDone) break;
  }
  return rounded(line.slope > 0 ? line : { slope: 0, offset: share });
}

/** As a file keeps it: a model read back says the same. */
function rounded({ slope, offset }: Calibration): Calibration {
  return { slope: Math.fround(slope), offset: Math.fround(offset) };
}

type Targets = readonly [no: number, yes: number];

function costOf(
  { slope, offset }: Calibration,
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  targets: Targets,
): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    const z = slope * logits[row]! + offset;
    sum += Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - z * targets[labels[row] === 1 ? 1 : 0];
  }
  return sum;
}

function newtonStep(
  { slope, offset }: Calibration,
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  targets: Targets,
  movesSlope: boolean,
): Calibration {
  const gradient = new Float64Array(2);
  const ridge = 1e-9 * (1 + labels.length); // logits that are all the same have no slope
  const curvature = Float64Array.of(ridge, 0, 0, ridge);
  for (let row = 0; row < labels.length; row++) {
    const logit = logits[row]!;
    const chance = 1 / (1 + Math.exp(-(slope * logit + offset)));
    const missed = targets[labels[row] === 1 ? 1 : 0] - chance;
    const spread = chance * (1 - chance);
    gradient[0]! += missed * logit;
    gradient[1]! += missed;
    curvature[0]! += spread * logit * logit;
    curvature[2]! += spread * logit;
    curvature[3]! += spread;
  }
  if (!movesSlope) return { slope: 0, offset: gradient[1]! / curvature[3]! };
  const [bySlope = 0, byOffset = 0] = solveSymmetric(curvature, gradient);
  return { slope: bySlope, offset: byOffset };
}
