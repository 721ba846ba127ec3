import { assert } from "#base";
import { solveSymmetric } from "#numeric";

/** A table of numbers that says what is known of each person: `values` is (rows, names), row-major. Columns of one name, such as those of a vector, are one driver. */
export interface PersonTable {
  readonly names: readonly string[];
  readonly values: Float64Array;
  /** Names of columns that do not bend: of many that turn together each bend would be noise. */
  readonly straight?: readonly string[];
}

export interface PropensityConfig {
  /** Ridge penalty of every weight but the constant. */
  readonly reg: number;
  /** Places at which the line of a feature may bend, as quantiles. */
  readonly knots: readonly number[];
}

export const propensityDefaults: PropensityConfig = { reg: 3, knots: [0.2, 0.4, 0.6, 0.8] };

/** How one feature speaks: `weight x z + sum over bends of weight x max(0, z - bend)`, z standardized. */
interface Curve {
  readonly name: string;
  readonly mean: number;
  readonly scale: number;
  readonly bends: readonly number[];
  /** Of the straight line, then of each bend. */
  readonly weights: readonly number[];
  /** Its mean contribution, so that what it adds for one person is against everybody. */
  readonly center: number;
}

/** A fitted propensity: plain data, to be kept as JSON. */
export interface Propensity {
  readonly constant: number;
  readonly curves: readonly Curve[];
  /** Platt's line over the score: `sigmoid(slope x score + offset)`. */
  readonly slope: number;
  readonly offset: number;
}

/** What speaks for or against, in units of the logit against everybody's mean. */
export interface Driver {
  readonly name: string;
  readonly effect: number;
}

const STEPS = 25;
const SMALL = 1e-8;

/**
 * @file P(something happens to a person), additive: each feature bends where its quantiles are (a linear spline), the sum goes through a
 * logistic curve, weights by Newton's method with a ridge penalty. Additive, so that the drivers of one person's figure are
 * exactly what it is the sum of; then calibrated on people it was not fitted on (Platt 1999). Where boosted trees find
 * interactions we leave them: what depends on two features together has to be a feature.
 */
export function fitPropensity(
  table: PersonTable,
  labels: ArrayLike<number>,
  config: PropensityConfig = propensityDefaults,
): Propensity {
  const rows = labels.length;
  assert(table.values.length === rows * table.names.length, "there is a label for every row");
  const curves = table.names.map((name, column) =>
    blankCurve(name, columnOf(table, column), table.straight?.includes(name) ? [] : config.knots),
  );
  const terms = curves.flatMap((curve) => [undefined, ...curve.bends].map((bend) => ({ curve, bend })));
  const columns = terms.map(({ curve, bend }) => {
    const values = columnOf(table, curves.indexOf(curve));
    return values.map((value) => termOf(curve, bend, value));
  });
  const weights = newton([new Float64Array(rows).fill(1), ...columns], labels, config.reg);
  let next = 1;
  const fitted = curves.map((curve, column) => {
    const own = [undefined, ...curve.bends].map(() => weights[next++]!);
    const withWeights = { ...curve, weights: own };
    const values = columnOf(table, column);
    const center =
      values.reduce((sum, value) => sum + contribution(withWeights, value), 0) / Math.max(1, rows);
    return { ...withWeights, center };
  });
  const constant = weights[0]! + fitted.reduce((sum, { center }) => sum + center, 0);
  return { constant, curves: fitted, slope: 1, offset: 0 };
}

/** The same with its probabilities set right on other people. */
export function calibrate(model: Propensity, table: PersonTable, labels: ArrayLike<number>): Propensity {
  const raw = Float64Array.from({ length: labels.length }, (_, row) => scoreOf(model, rowOf(table, row)));
  const [offset = 0, slope = 1] = newton([new Float64Array(raw.length).fill(1), raw], labels, SMALL);
  return { ...model, slope, offset };
}

/** P for one person. */
export function probabilityOf(model: Propensity, row: ArrayLike<number>): number {
  return 1 / (1 + Math.exp(-(model.slope * scoreOf(model, row) + model.offset)));
}

/** What the probability is made of, the strongest first. */
export function driversOf(model: Propensity, row: ArrayLike<number>): Driver[] {
  const effects = new Map<string, number>();
  for (const [at, curve] of model.curves.entries()) {
    const effect = model.slope * (contribution(curve, row[at]!) - curve.center);
    effects.set(curve.name, (effects.get(curve.name) ?? 0) + effect);
  }
  return Array.from(effects, ([name, effect]) => ({ name, effect })).sort(
    (left, right) => Math.abs(right.effect) - Math.abs(left.effect),
  );
}

function scoreOf({ constant, curves }: Propensity, row: ArrayLike<number>): number {
  return curves.reduce((sum, curve, at) => sum + contribution(curve, row[at]!) - curve.center, constant);
}

function contribution(curve: Curve, value: number): number {
  return curve.weights.reduce(
    (sum, weight, at) => sum + weight * termOf(curve, at === 0 ? undefined : curve.bends[at - 1], value),
    0,
  );
}

function termOf({ mean, scale }: Curve, bend: number | undefined, value: number): number {
  const z = (value - mean) / scale;
  return bend === undefined ? z : Math.max(0, z - bend);
}

function blankCurve(name: string, values: Float64Array, quantiles: readonly number[]): Curve {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length);
  const scale = Math.sqrt(variance) || 1;
  const sorted = values.map((value) => (value - mean) / scale).sort();
  const bends = quantiles.map((quantile) => sorted[Math.floor(quantile * sorted.length)] ?? 0);
  const inner = [...new Set(bends)].filter(
    (bend) => bend > (sorted[0] ?? 0) + SMALL && bend < (sorted.at(-1) ?? 0) - SMALL,
  );
  return { name, mean, scale, bends: inner, weights: [], center: 0 };
}

/** Weights of a logistic regression, the first column without penalty. */
function newton(columns: readonly Float64Array[], labels: ArrayLike<number>, reg: number): Float64Array {
  const size = columns.length;
  const rows = labels.length;
  const table = byRow(columns, rows);
  const weights = new Float64Array(size);
  for (let step = 0; step < STEPS; step++) {
    const gradient = new Float64Array(size);
    const curvature = new Float64Array(size * size);
    for (let row = 0; row < rows; row++) {
      const values = table.subarray(row * size, (row + 1) * size);
      let score = 0;
      for (let at = 0; at < size; at++) score += weights[at]! * values[at]!;
      const chance = 1 / (1 + Math.exp(-score));
      const spread = chance * (1 - chance);
      for (let at = 0; at < size; at++) {
        const value = values[at]!;
        if (value === 0) continue; // on this side of a bend: nearly half of all
        gradient[at]! += (labels[row]! - chance) * value;
        const weight = spread * value;
        for (let other = 0, to = at * size; other <= at; other++)
          curvature[to + other]! += weight * values[other]!;
      }
    }
    for (let at = 0; at < size; at++) {
      const penalty = at === 0 ? SMALL : reg;
      if (at > 0) gradient[at]! -= penalty * weights[at]!;
      curvature[at * size + at]! += penalty;
    }
    const change = solveSymmetric(curvature, gradient);
    for (let at = 0; at < size; at++) weights[at]! += change[at]!;
    if (change.every((value) => Math.abs(value) < 1e-7)) break;
  }
  return weights;
}

/** (rows, columns) */
function byRow(columns: readonly Float64Array[], rows: number): Float64Array {
  const size = columns.length;
  const table = new Float64Array(rows * size);
  for (const [at, column] of columns.entries())
    for (let row = 0; row < rows; row++) table[row * size + at] = column[row]!;
  return table;
}

function columnOf({ names, values }: PersonTable, column: number): Float64Array {
  const width = names.length;
  return Float64Array.from({ length: values.length / width }, (_, row) => values[row * width + column]!);
}

function rowOf({ names, values }: PersonTable, row: number): Float64Array {
  return values.subarray(row * names.length, (row + 1) * names.length);
}
