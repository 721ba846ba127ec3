import { DAY_MS, PlatformError } from "#base";
import {
  calibrate,
  type Driver,
  driversOf,
  fitPropensity,
  type PersonTable,
  type Propensity,
  probabilityOf,
} from "#models";
import { areaUnderCurve, calibrationError, type ReliabilityBin, reliability } from "#numeric";
import { type Act, activityFeatureNames, activityFeatures } from "./activity-features.ts";
import { CASUAL_DAYS, CORE_DAYS, STATE_DAYS } from "./user-state.ts";

/** What is foretold of a person. */
export const predictionTargets = ["return7", "churn28", "downgrade28", "convert7"] as const;
export type PredictionTarget = (typeof predictionTargets)[number];

/** Fitted predictions: plain data. */
export interface PredictionModel {
  /** Name of the action that is the goal of `convert7`. */
  readonly goal: string;
  readonly targets: Readonly<Partial<Record<PredictionTarget, Propensity>>>;
  /** How true each was of people it was neither fitted nor calibrated on. */
  readonly reports: readonly PredictionReport[];
  /** Time of the newest moment it learned from, ms. */
  readonly trainedUntilMs: number;
  readonly people: number;
}

/** What was foretold of people against what happened to them. */
export interface PredictionReport {
  readonly target: PredictionTarget;
  readonly withinDays: number;
  /** Action of a conversion. */
  readonly goal?: string;
  /** People held against. */
  readonly tested: number;
  readonly rate: number;
  readonly auc: number;
  /** Expected calibration error. */
  readonly ece: number;
  readonly reliability: readonly ReliabilityBin[];
}

/** A fitted model in service. */
export interface ServedPredictions {
  readonly model: PredictionModel;
  /** When it was fitted, ISO 8601. */
  readonly version: string;
}

/** One figure for one person, and what it is made of. */
export interface Prediction {
  readonly target: PredictionTarget;
  readonly probability: number;
  readonly drivers: readonly Driver[];
}

/** Fewer people, or fewer to whom it happened or did not, say nothing. */
const LEAST_PEOPLE = 50;
const LEAST_OF_EACH = 10;
const DRIVERS = 3;
/** One person of so many is kept for the calibration. */
const HELD_EVERY = 3;
const HORIZON_DAYS: Readonly<Record<PredictionTarget, number>> = {
  return7: 7,
  churn28: 28,
  downgrade28: 28,
  convert7: 7,
};
/** Moments that are learned from, and the days between them; none so early that features look behind the first event of all. */
const MOMENTS = 3;
const MOMENT_DAYS = 3;

/**
 * @file Return within 7 days, churn (nothing in 28), downgrade (so much less that it is another state) and conversion to a declared goal within 7. Learned on
 * the past: what was known of everybody at one moment against what happened after it, the moments so far back that all of it has
 * happened; calibrated on people it was not fitted on.
 */
export function fitPredictions(
  people: readonly (readonly Act[])[],
  { untilMs, goal }: { readonly untilMs: number; readonly goal: string },
): PredictionModel {
  const targets: Partial<Record<PredictionTarget, Propensity>> = {};
  const reports: PredictionReport[] = [];
  let known = 0;
  const firstMs = people.reduce((least, [act]) => Math.min(least, act?.timestampMs ?? least), untilMs);
  const isHeld = (place: number): boolean => place % HELD_EVERY === 0;
  const parts = [
    people.filter((_, place) => !isHeld(place)),
    people.filter((_, place) => isHeld(place)),
  ] as const;
  for (const target of predictionTargets) {
    const lastMs = untilMs - HORIZON_DAYS[target] * DAY_MS;
    const momentsMs = Array.from({ length: MOMENTS }, (_, n) => lastMs - n * MOMENT_DAYS * DAY_MS).filter(
      (atMs) => atMs === lastMs || atMs >= firstMs + STATE_DAYS * DAY_MS,
    );
    const learned = joinParts(momentsMs.map((atMs) => partFor(snapshot(parts[0], atMs, goal), target)));
    const held = partFor(snapshot(parts[1], lastMs, goal), target);
    if (!hasBoth(learned.labels) || !hasBoth(held.labels)) continue;
    known = Math.max(known, learned.labels.length / momentsMs.length + held.labels.length);
    const fitted = fitPropensity(learned.table, learned.labels);
    targets[target] = calibrate(fitted, held.table, held.labels);
    reports.push({ ...reportOf(fitted, held), ...aboutTarget(target, goal) });
  }
  if (known < LEAST_PEOPLE)
    throw new PlatformError("no-data", `predictions need ${LEAST_PEOPLE} people seen over some weeks`);
  return { goal, targets, reports, trainedUntilMs: untilMs, people: Math.round(known) };
}

function aboutTarget(target: PredictionTarget, goal: string) {
  return { target, withinDays: HORIZON_DAYS[target], ...(target === "convert7" && { goal }) };
}

/** Held against people half of whom it is calibrated on, each half by the other. */
function reportOf(
  fitted: Propensity,
  { table, labels }: Part,
): Pick<PredictionReport, "tested" | "rate" | "auc" | "ece" | "reliability"> {
  const width = table.names.length;
  const said = new Float64Array(labels.length);
  for (const half of [0, 1]) {
    const places = [...labels.keys()];
    const others = places.filter((at) => at % 2 !== half);
    const values = Float64Array.from(
      others.flatMap((at) => [...table.values.subarray(at * width, (at + 1) * width)]),
    );
    const calibrated = calibrate(
      fitted,
      { names: table.names, values },
      others.map((at) => labels[at]!),
    );
    for (const at of places)
      if (at % 2 === half)
        said[at] = probabilityOf(calibrated, table.values.subarray(at * width, (at + 1) * width));
  }
  return {
    tested: labels.length,
    rate: labels.reduce((sum, label) => sum + label, 0) / labels.length,
    auc: areaUnderCurve(said, labels),
    ece: calibrationError(said, labels),
    reliability: reliability(said, labels),
  };
}

/** What is foretold of a person at a moment, from what they did before it; none for somebody who had done nothing. */
export function predict(
  { goal, targets }: PredictionModel,
  acts: readonly Act[],
  atMs: number,
): Prediction[] {
  const row = activityFeatures(acts, atMs, goal);
  if (!row) return [];
  const isAway =
    acts.findLast(({ timestampMs }) => timestampMs < atMs)!.timestampMs < atMs - STATE_DAYS * DAY_MS;
  return predictionTargets.flatMap((target) => {
    const model = targets[target];
    if (!model || (isAway && needsPresence(target))) return [];
    return {
      target,
      probability: probabilityOf(model, row),
      drivers: driversOf(model, row).slice(0, DRIVERS),
    };
  });
}

/** Who has left cannot leave. */
function needsPresence(target: PredictionTarget): boolean {
  return target === "churn28" || target === "downgrade28";
}

/** Everybody known at a moment, and what happened to them after it. */
export interface Snapshot {
  readonly rows: number;
  readonly values: readonly (readonly number[])[];
  /** 1, 0, or `undefined` for whom the question is not asked. */
  readonly labels: Readonly<Record<PredictionTarget, readonly (number | undefined)[]>>;
  /** Place of each row in the list of people. */
  readonly people: readonly number[];
}

export function snapshot(people: readonly (readonly Act[])[], atMs: number, goal: string): Snapshot {
  const known = people.flatMap((acts, person) => {
    const values = activityFeatures(acts, atMs, goal);
    return values ? { values, person, outcome: outcomeOf(acts, atMs, goal) } : [];
  });
  const labelsOf = (target: PredictionTarget): (number | undefined)[] =>
    known.map(({ outcome }) => outcome[target]);
  return {
    rows: known.length,
    values: known.map(({ values }) => values),
    labels: {
      return7: labelsOf("return7"),
      churn28: labelsOf("churn28"),
      downgrade28: labelsOf("downgrade28"),
      convert7: labelsOf("convert7"),
    },
    people: known.map(({ person }) => person),
  };
}

function outcomeOf(
  acts: readonly Act[],
  atMs: number,
  goal: string,
): Record<PredictionTarget, number | undefined> {
  const monthMs = STATE_DAYS * DAY_MS;
  const after = acts.filter(({ timestampMs }) => timestampMs >= atMs && timestampMs < atMs + monthMs);
  const week = after.filter(({ timestampMs }) => timestampMs < atMs + 7 * DAY_MS);
  const before = acts.filter(({ timestampMs }) => timestampMs < atMs && timestampMs >= atMs - monthMs);
  const isPresent = before.length > 0;
  return {
    return7: Number(week.length > 0),
    churn28: isPresent ? Number(after.length === 0) : undefined,
    downgrade28: isPresent ? Number(levelOf(after, atMs) < levelOf(before, atMs)) : undefined,
    convert7: Number(week.some(({ action }) => action === goal)),
  };
}

/** Level of activity in 28 days: that of the state, for whom it is not too early to say. */
function levelOf(acts: readonly Act[], atMs: number): number {
  const days = new Set(acts.map(({ timestampMs }) => Math.floor((timestampMs - atMs) / DAY_MS))).size;
  if (days >= CORE_DAYS) return 3;
  return days >= CASUAL_DAYS ? 2 : Math.min(1, days);
}

interface Part {
  readonly table: PersonTable;
  readonly labels: readonly number[];
}

function partFor({ values, labels }: Snapshot, target: PredictionTarget): Part {
  const asked = labels[target].flatMap((label, row) => (label === undefined ? [] : { label, row }));
  return {
    table: {
      names: activityFeatureNames,
      values: Float64Array.from(asked.flatMap(({ row }) => values[row]!)),
    },
    labels: asked.map(({ label }) => label),
  };
}

function joinParts(parts: readonly Part[]): Part {
  return {
    table: {
      names: activityFeatureNames,
      values: Float64Array.from(parts.flatMap(({ table }) => [...table.values])),
    },
    labels: parts.flatMap(({ labels }) => labels),
  };
}

function hasBoth(labels: readonly number[]): boolean {
  const happened = labels.reduce((sum, label) => sum + label, 0);
  return happened >= LEAST_OF_EACH && labels.length - happened >= LEAST_OF_EACH;
}
