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
import { type Act, activityFeatureNames, countBefore, dailyVisits } from "./activity-features.ts";
import { type Goal, questionsOf, type TargetQuestion } from "./prediction-targets.ts";
import {
  type PredictionModel,
  type PredictionReport,
  type SnapshotRow,
  snapshot,
  type TasteGain,
} from "./predictions.ts";
import { fitRepeatPurchases } from "./repeat-purchases.ts";
import {
  learnTaste,
  TASTE_NAME,
  type TasteBasis,
  type TasteItems,
  TasteReader,
  tasteNames,
} from "./taste.ts";
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
/** One person that is learned from of so many judges whether tastes tell anything. */
const JUDGES_EVERY = 4;
/** A gain of so many standard errors is hardly ever chance. */
const SURE = 2;
/** People whose coming and going says how everybody's goes. */
const PRESENCE_PEOPLE = 1000;

type VectorUse = "where they help" | "everywhere";

/**
 * Predictions learned on the past: what was known of everybody at one moment against what happened after it, the moments so far back that all of it has
 * happened; calibrated on people they were not fitted on, and held against them.
 * @throws PlatformError `no-data` when there are too few people
 */
export function fitPredictions(
  people: readonly (readonly Act[])[],
  {
    untilMs,
    goals,
    items,
    vectors = "where they help",
  }: {
    readonly untilMs: number;
    readonly goals: readonly Goal[];
    /** What people's acts name; without them their tastes are not read. */
    readonly items?: TasteItems;
    /** Which fits read tastes: those they help, on people set aside for it, or all that can. */
    readonly vectors?: VectorUse;
  },
): PredictionModel {
  const isHeld = (place: number): boolean => place % HELD_EVERY === 0;
  const learning = people.filter((_, place) => !isHeld(place));
  const holding = people.filter((_, place) => isHeld(place));
  const firstMs = people.reduce((least, [act]) => Math.min(least, act?.timestampMs ?? least), untilMs);
  const questions = questionsOf(goals);
  const taste = items && learnTaste(learning, untilMs, items);
  const tastes = items && taste && new TasteReader(taste, items);
  const basis = { questions, presence: presenceOf(learning, untilMs) };
  const fitted: FittedTarget[] = [];
  let known = 0;
  for (const alike of byHorizon(questions)) {
    const lastMs = untilMs - alike[0]!.withinDays * DAY_MS; // there is one of each horizon
    const momentsMs = Array.from({ length: MOMENTS }, (_, n) => lastMs - n * MOMENT_DAYS * DAY_MS).filter(
      (atMs) => atMs === lastMs || atMs >= firstMs + STATE_DAYS * DAY_MS,
    );
    const shots = momentsMs.map((atMs) => snapshot(learning, atMs, { ...basis, tastes }, alike));
    const held = snapshot(holding, lastMs, { ...basis, tastes }, alike);
    for (const question of alike) {
      const seen = { shots: shots.map(({ of }) => of[question.target]!), held: held.of[question.target]! }; // asked for above
      const one = fitTarget(question, seen, taste, vectors);
      if (!one) continue;
      fitted.push(one);
      known = Math.max(known, one.learnedFrom / momentsMs.length + one.report.tested);
    }
  }
  if (known < LEAST_PEOPLE)
    throw new PlatformError("no-data", `predictions need ${LEAST_PEOPLE} people seen over some weeks`);
  const told = fitted.filter(({ withTaste }) => withTaste);
  return {
    ...basis,
    targets: Object.fromEntries(fitted.map(({ report, plain }) => [report.target, plain])),
    ...(taste &&
      told.length > 0 && {
        taste: {
          basis: taste,
          targets: Object.fromEntries(told.map(({ report, withTaste }) => [report.target, withTaste!])),
        },
      }),
    purchases: purchasesOf(goals).flatMap((goal) => fitRepeatPurchases(people, goal, untilMs) ?? []),
    reports: fitted.map(({ report }) => report),
    trainedUntilMs: untilMs,
    people: Math.round(known),
  };
}

interface FittedTarget {
  readonly plain: Propensity;
  readonly withTaste?: Propensity;
  /** Rows it was fitted on. */
  readonly learnedFrom: number;
  /** Of the one that is used. */
  readonly report: PredictionReport;
}

/** One target without tastes, and with them where they are to be used; `undefined` where too few did or did not. */
function fitTarget(
  { target, withinDays, goal }: TargetQuestion,
  /** At each moment, the newest first, and the people held out at that. */
  {
    shots,
    held,
  }: { readonly shots: readonly (readonly SnapshotRow[])[]; readonly held: readonly SnapshotRow[] },
  taste: TasteBasis | undefined,
  vectors: VectorUse,
): FittedTarget | undefined {
  const learned = partOf(shots.flat());
  const apart = partOf(held);
  if (!hasBoth(learned.labels) || !hasBoth(apart.labels)) return undefined;
  const gain = taste && gainOf(shots[0]!, taste);
  const about = { target, withinDays, ...(goal !== undefined && { goal }), ...(gain && { vectors: gain }) };
  const plain = fitPropensity(learned.table, learned.labels);
  const all = { plain: calibrate(plain, apart.table, apart.labels), learnedFrom: learned.labels.length };
  if (!taste || !(gain?.isUsed || vectors === "everywhere"))
    return { ...all, report: { ...about, ...reportOf(plain, apart) } };
  const told = partOf(shots.flat(), taste);
  const toldApart = partOf(held, taste);
  const fitted = fitPropensity(told.table, told.labels);
  const withTaste = calibrate(fitted, toldApart.table, toldApart.labels);
  return { ...all, withTaste, report: { ...about, ...reportOf(fitted, toldApart) } };
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

function byHorizon(questions: readonly TargetQuestion[]): TargetQuestion[][] {
  const horizons = [...new Set(questions.map(({ withinDays }) => withinDays))];
  return horizons.map((days) => questions.filter(({ withinDays }) => withinDays === days));
}

interface Part {
  readonly table: PersonTable;
  readonly labels: readonly number[];
}

/** Those of whom the question is asked: their activity, and with a basis their taste. */
function partOf(rows: readonly SnapshotRow[], taste?: TasteBasis): Part {
  const asked = rows.filter(({ label }) => label !== undefined);
  const names = taste ? [...activityFeatureNames, ...tasteNames(taste)] : activityFeatureNames;
  const values = new Float64Array(asked.length * names.length);
  for (const [at, row] of asked.entries()) values.set(row.values.slice(0, names.length), at * names.length);
  return { table: { names, values, straight: [TASTE_NAME] }, labels: asked.map(({ label }) => label!) };
}

/** What tastes add, on some of the people that are learned from, by fits of the others. */
function gainOf(rows: readonly SnapshotRow[], taste: TasteBasis): TasteGain | undefined {
  const isJudge = ({ person }: SnapshotRow): boolean => person % JUDGES_EVERY === 0;
  const [fitting, judging] = [rows.filter((row) => !isJudge(row)), rows.filter(isJudge)];
  const losses = [undefined, taste].map((basis) => {
    const { table, labels } = partOf(fitting, basis);
    const others = partOf(judging, basis);
    if (!hasBoth(labels) || !hasBoth(others.labels)) return [];
    const fitted = fitPropensity(table, labels);
    return others.labels.map((label, at) => {
      const chance = probabilityOf(fitted, rowOf(others.table, at));
      return -Math.log(label === 1 ? chance : 1 - chance);
    });
  });
  const [without, withTaste] = losses as [number[], number[]]; // of two
  const count = without.length;
  if (count < LEAST_PEOPLE) return undefined;
  const gains = without.map((loss, at) => loss - withTaste[at]!);
  const gain = gains.reduce((sum, one) => sum + one, 0) / count;
  const variance = gains.reduce((sum, one) => sum + (one - gain) ** 2, 0) / (count - 1);
  const standardError = Math.sqrt(variance / count);
  return { gain, standardError, isUsed: gain > SURE * standardError };
}

function rowOf({ names, values }: PersonTable, row: number): Float64Array {
  return values.subarray(row * names.length, (row + 1) * names.length);
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
  const said = new Float64Array(labels.length);
  for (const half of [0, 1]) {
    const others = [...labels.keys()].filter((at) => at % 2 !== half);
    const values = Float64Array.from(others.flatMap((at) => [...rowOf(table, at)]));
    const own = others.map((at) => labels[at]!);
    const calibrated = calibrate(fitted, { names: table.names, values }, own);
    for (let at = half; at < labels.length; at += 2) said[at] = probabilityOf(calibrated, rowOf(table, at));
  }
  return {
    tested: labels.length,
    rate: labels.reduce((sum, label) => sum + label, 0) / labels.length,
    auc: areaUnderCurve(said, labels),
    ece: calibrationError(said, labels),
    reliability: reliability(said, labels),
  };
}
