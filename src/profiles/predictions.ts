import { DAY_MS } from "#base";
import { type Driver, driversOf, type PresenceModel, type Propensity, probabilityOf } from "#models";
import type { ReliabilityBin } from "#numeric";
import {
  type Act,
  activityFeatures,
  countBefore,
  goalFeature,
  withGoalFeature,
} from "./activity-features.ts";
import { outcomeOf, type PredictionTarget, type TargetQuestion } from "./prediction-targets.ts";
import type { PurchaseModel } from "./repeat-purchases.ts";
import { type TasteBasis, type TasteItems, TasteReader } from "./taste.ts";
import { STATE_DAYS } from "./user-state.ts";

/**
 * @file Return within 7 days, churn (nothing in 28), downgrade (so much less that it is another state) and conversion to declared goals. From what a
 * person did before a moment, by one function for learning and serving.
 */

/** Fitted predictions: plain data. */
export interface PredictionModel {
  readonly questions: readonly TargetQuestion[];
  /** Coming and staying away, as everybody does it. */
  readonly presence: PresenceModel;
  readonly targets: Targets;
  /** Where what people engage with tells more: those fitted with it as well. */
  readonly taste?: { readonly basis: TasteBasis; readonly targets: Targets };
  /** Of goals whose events say what they are worth. */
  readonly purchases: readonly PurchaseModel[];
  /** How true each was of people it was neither fitted nor calibrated on. */
  readonly reports: readonly PredictionReport[];
  /** Time of the newest moment it learned from, ms. */
  readonly trainedUntilMs: number;
  readonly people: number;
}

type Targets = Readonly<Partial<Record<PredictionTarget, Propensity>>>;

/** What a vector of what people engage with is worth, on people that neither fit has seen. */
export interface TasteGain {
  /** Nats of log loss a person less with it than without. */
  readonly gain: number;
  readonly standardError: number;
  /** Where the gain is greater than twice its error. */
  readonly isUsed: boolean;
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
  /** Absent where no item is described. */
  readonly vectors?: TasteGain;
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

const DRIVERS = 3;

/**
 * What is foretold of a person at a moment, from what they did before it; none for somebody who had done nothing.
 * @param tastes by the model's basis; without it the fits are used that do without
 */
export function predict(
  model: PredictionModel,
  acts: readonly Act[],
  atMs: number,
  tastes?: TasteReader,
): Prediction[] {
  const values = valuesAt(acts, atMs, { ...model, tastes });
  if (!values) return [];
  const newest = acts.findLast(({ timestampMs }) => timestampMs < atMs)!; // else there were no features
  const isAway = newest.timestampMs < atMs - STATE_DAYS * DAY_MS;
  return model.questions.flatMap(({ target, kind, goal }) => {
    const withTaste = tastes && model.taste?.targets[target];
    const fitted = withTaste ?? model.targets[target];
    const needsPresence = kind === "churn" || kind === "downgrade"; // who has left cannot leave
    if (!fitted || (isAway && needsPresence)) return [];
    const row = goal === undefined ? values : withGoalFeature(values, goalFeature(acts, atMs, [goal]));
    return {
      target,
      probability: probabilityOf(fitted, row),
      drivers: driversOf(fitted, row).slice(0, DRIVERS),
    };
  });
}

/** What reads people's tastes for a model, where it reads any and items still lie in the space it learned in. */
export function tasteReaderOf({ taste }: PredictionModel, items: TasteItems): TasteReader | undefined {
  return taste && taste.basis.version === items.space.content.version
    ? new TasteReader(taste.basis, items)
    : undefined;
}

/** What a model's features are worked out with. */
export interface FeatureBasis extends Pick<PredictionModel, "questions" | "presence"> {
  readonly tastes?: TasteReader | undefined;
}

/** Activity, then the taste, where it is read: the columns of a fit without tastes are the first of one with them. */
function valuesAt(
  acts: readonly Act[],
  atMs: number,
  { questions, presence, tastes }: FeatureBasis,
): number[] | undefined {
  const goals = questions.flatMap(({ goal }) => goal ?? []);
  const activity = activityFeatures(acts, atMs, { goals, presence });
  return activity && tastes ? [...activity, ...tastes.read(acts, countBefore(acts, atMs), atMs)] : activity;
}

/** Everybody known at a moment, and what happened to them after it. */
export interface Snapshot {
  /** Place of each row in the list of people. */
  readonly people: readonly number[];
  /** Features of each row for each question, and 1, 0, or `undefined` for whom it is not asked. */
  readonly of: Readonly<Partial<Record<PredictionTarget, readonly SnapshotRow[]>>>;
}

export interface SnapshotRow {
  /** Place in the list of people. */
  readonly person: number;
  readonly values: readonly number[];
  readonly label: number | undefined;
}

export function snapshot(
  people: readonly (readonly Act[])[],
  atMs: number,
  basis: FeatureBasis,
  questions = basis.questions,
): Snapshot {
  const known = people.flatMap((acts, person) => {
    const values = valuesAt(acts, atMs, basis);
    return values ? { values, person, acts } : [];
  });
  const rowsOf = (question: TargetQuestion): SnapshotRow[] =>
    known.map(({ values, acts, person }) => ({
      person,
      values:
        question.goal === undefined
          ? values
          : withGoalFeature(values, goalFeature(acts, atMs, [question.goal])),
      label: outcomeOf(acts, atMs, question),
    }));
  return {
    people: known.map(({ person }) => person),
    of: Object.fromEntries(questions.map((question) => [question.target, rowsOf(question)])),
  };
}
