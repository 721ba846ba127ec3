import { DAY_MS } from "#base";
import { type Driver, driversOf, type PresenceModel, type Propensity, probabilityOf } from "#models";
import type { ReliabilityBin } from "#numeric";
import { type Act, activityFeatures, goalFeature, withGoalFeature } from "./activity-features.ts";
import { outcomeOf, type PredictionTarget, type TargetQuestion } from "./prediction-targets.ts";
import type { PurchaseModel } from "./repeat-purchases.ts";
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
  readonly targets: Readonly<Partial<Record<PredictionTarget, Propensity>>>;
  /** Of goals whose events say what they are worth. */
  readonly purchases: readonly PurchaseModel[];
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

const DRIVERS = 3;

/** What is foretold of a person at a moment, from what they did before it; none for somebody who had done nothing. */
export function predict(model: PredictionModel, acts: readonly Act[], atMs: number): Prediction[] {
  const values = activityFeatures(acts, atMs, contextOf(model));
  if (!values) return [];
  const newest = acts.findLast(({ timestampMs }) => timestampMs < atMs)!; // else there were no features
  const isAway = newest.timestampMs < atMs - STATE_DAYS * DAY_MS;
  return model.questions.flatMap(({ target, kind, goal }) => {
    const fitted = model.targets[target];
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

/** What a model's features are worked out with. */
export type FeatureBasis = Pick<PredictionModel, "questions" | "presence">;

function contextOf({ questions, presence }: FeatureBasis) {
  return { goals: questions.flatMap(({ goal }) => goal ?? []), presence };
}

/** Everybody known at a moment, and what happened to them after it. */
export interface Snapshot {
  /** Place of each row in the list of people. */
  readonly people: readonly number[];
  /** Features of each row for each question, and 1, 0, or `undefined` for whom it is not asked. */
  readonly of: Readonly<Partial<Record<PredictionTarget, readonly SnapshotRow[]>>>;
}

export interface SnapshotRow {
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
    const values = activityFeatures(acts, atMs, contextOf(basis));
    return values ? { values, person, acts } : [];
  });
  const rowsOf = (question: TargetQuestion): SnapshotRow[] =>
    known.map(({ values, acts }) => ({
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
