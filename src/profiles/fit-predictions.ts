import { DAY_MS, PlatformError } from "#base";
import {
  calibrate,
  fitPresence,
  fitPropensity,
  type PersonTable,
  type PresenceModel,
  type Propensity,
  probabilityOf,
} from "#models";
import { areaUnderCurve, calibrationError, reliability } from "#numeric";
import { type Act, activityFeatureNames, dailyVisits } from "./activity-features.ts";
import { type Goal, type PredictionTarget, questionsOf, type TargetQuestion } from "./prediction-targets.ts";
import { type PredictionModel, type PredictionReport, snapshot } from "./predictions.ts";
import { fitRepeatPurchases } from "./repeat-purchases.ts";
import { STATE_DAYS } from "./user-state.ts";

/** Fewer people, or fewer to whom it happened or did not, say nothing. */
const LEAST_PEOPLE = 50;
const LEAST_OF_EACH = 10;
/** One person of so many is kept for the calibration. */
const HELD_EVERY = 3;
/** Moments that are learned from, and the days between them; none so early that features look behind the first event of all. */
const MOMENTS = 3;
const MOMENT_DAYS = 3;
/** What repeat purchases are of, where no goal is declared. */
const USUAL_PURCHASE: Goal = { name: "purchase", action: "purchase", withinDays: STATE_DAYS };
/** People whose coming and going says how everybody's goes. */
const PRESENCE_PEOPLE = 1000;

/**
 * Predictions learned on the past: what was known of everybody at one moment against what happened after it, the moments so far back that all of it has
 * happened; calibrated on people they were not fitted on, and held against them.
 * @throws PlatformError `no-data` when there are too few people
 */
export function fitPredictions(
  people: readonly (readonly Act[])[],
  { untilMs, goals }: { readonly untilMs: number; readonly goals: readonly Goal[] },
): PredictionModel {
  const isHeld = (place: number): boolean => place % HELD_EVERY === 0;
  const learning = people.filter((_, place) => !isHeld(place));
  const holding = people.filter((_, place) => isHeld(place));
  const firstMs = people.reduce((least, [act]) => Math.min(least, act?.timestampMs ?? least), untilMs);
  const questions = questionsOf(goals);
  const basis = { questions, presence: presenceOf(learning, untilMs) };
  const targets: Partial<Record<PredictionTarget, Propensity>> = {};
  const reports: PredictionReport[] = [];
  let known = 0;
  for (const alike of byHorizon(questions)) {
    const lastMs = untilMs - alike[0]!.withinDays * DAY_MS; // there is one of each horizon
    const momentsMs = Array.from({ length: MOMENTS }, (_, n) => lastMs - n * MOMENT_DAYS * DAY_MS).filter(
      (atMs) => atMs === lastMs || atMs >= firstMs + STATE_DAYS * DAY_MS,
    );
    const shots = momentsMs.map((atMs) => snapshot(learning, atMs, basis, alike));
    const held = snapshot(holding, lastMs, basis, alike);
    for (const { target, withinDays, goal } of alike) {
      const learned = partOf(shots.flatMap((shot) => shot.of[target]!)); // asked for above
      const apart = partOf(held.of[target]!);
      if (!hasBoth(learned.labels) || !hasBoth(apart.labels)) continue;
      known = Math.max(known, learned.labels.length / momentsMs.length + apart.labels.length);
      const fitted = fitPropensity(learned.table, learned.labels);
      targets[target] = calibrate(fitted, apart.table, apart.labels);
      const about = { target, withinDays, ...(goal !== undefined && { goal }) };
      reports.push({ ...about, ...reportOf(fitted, apart) });
    }
  }
  if (known < LEAST_PEOPLE)
    throw new PlatformError("no-data", `predictions need ${LEAST_PEOPLE} people seen over some weeks`);
  const purchases = purchasesOf(goals).flatMap((goal) => fitRepeatPurchases(people, goal, untilMs) ?? []);
  return { ...basis, targets, purchases, reports, trainedUntilMs: untilMs, people: Math.round(known) };
}

/** The goals whose events are read for what they are worth: the declared ones, or a purchase. */
export function purchasesOf(goals: readonly Goal[]): readonly Goal[] {
  return goals.length > 0 ? goals : [USUAL_PURCHASE];
}

/** Of some, spread over all. */
function presenceOf(people: readonly (readonly Act[])[], untilMs: number): PresenceModel {
  const seen = people
    .map((acts) => dailyVisits(acts.slice(0, countBefore(acts, untilMs)), untilMs))
    .filter(({ length }) => length > 0);
  if (seen.length === 0)
    throw new PlatformError("no-data", `predictions need ${LEAST_PEOPLE} people seen over some weeks`);
  const every = Math.ceil(seen.length / PRESENCE_PEOPLE);
  return fitPresence(seen.filter((_, at) => at % every === 0));
}

function countBefore(acts: readonly Act[], timeMs: number): number {
  return acts.findLastIndex(({ timestampMs }) => timestampMs < timeMs) + 1;
}

function byHorizon(questions: readonly TargetQuestion[]): TargetQuestion[][] {
  const horizons = [...new Set(questions.map(({ withinDays }) => withinDays))];
  return horizons.map((days) => questions.filter(({ withinDays }) => withinDays === days));
}

interface Part {
  readonly table: PersonTable;
  readonly labels: readonly number[];
}

/** Those of whom the question is asked. */
function partOf(
  rows: readonly { readonly values: readonly number[]; readonly label: number | undefined }[],
): Part {
  const asked = rows.filter(({ label }) => label !== undefined);
  const width = activityFeatureNames.length;
  const values = new Float64Array(asked.length * width);
  for (const [at, row] of asked.entries()) values.set(row.values, at * width);
  return { table: { names: activityFeatureNames, values }, labels: asked.map(({ label }) => label!) };
}

function hasBoth(labels: readonly number[]): boolean {
  const happened = labels.reduce((sum, label) => sum + label, 0);
  return happened >= LEAST_OF_EACH && labels.length - happened >= LEAST_OF_EACH;
}

/** Held against people half of whom it is calibrated on, each half by the other. */
function reportOf(
  fitted: Propensity,
  { table, labels }: Part,
): Pick<PredictionReport, "tested" | "rate" | "auc" | "ece" | "reliability"> {
  const width = table.names.length;
  const rowOf = (at: number): Float64Array => table.values.subarray(at * width, (at + 1) * width);
  const said = new Float64Array(labels.length);
  for (const half of [0, 1]) {
    const others = [...labels.keys()].filter((at) => at % 2 !== half);
    const values = Float64Array.from(others.flatMap((at) => [...rowOf(at)]));
    const own = others.map((at) => labels[at]!);
    const calibrated = calibrate(fitted, { names: table.names, values }, own);
    for (let at = half; at < labels.length; at += 2) said[at] = probabilityOf(calibrated, rowOf(at));
  }
  return {
    tested: labels.length,
    rate: labels.reduce((sum, label) => sum + label, 0) / labels.length,
    auc: areaUnderCurve(said, labels),
    ece: calibrationError(said, labels),
    reliability: reliability(said, labels),
  };
}
