import { nextTurn } from "#base";
import type { Actions, Catalogue } from "#events";
import { type PersonState, readControls, readPersonSequence, type SequenceQuery } from "#sequences";
import type { StateReader } from "#storage";
import { type Prediction, type PredictionModel, predict } from "./predictions.ts";
import { actsIn } from "./read-acts.ts";
import { foreseePurchases, type RepeatPurchases } from "./repeat-purchases.ts";
import type { TasteReader } from "./taste.ts";

const ALL_ROWS = 1_000_000;

/** Everything that is foretold of a person. */
export interface Foretold {
  readonly predictions: readonly Prediction[];
  /** Of each goal whose events say what they are worth, where they reached it before. */
  readonly repeatPurchases: readonly RepeatPurchases[];
}

export interface PredictionContext {
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly actions: Actions;
}

/** A model, and what reads tastes for it. */
export interface Foreteller {
  readonly model: PredictionModel;
  readonly tastes: TasteReader | undefined;
}

/** What is foretold of a person as of a time, from all rows of their sequence. */
export async function readPredictions(
  context: PredictionContext,
  { model, tastes }: Foreteller,
  person: PersonState,
  { asOfMs, isUsable }: Pick<SequenceQuery, "asOfMs" | "isUsable">,
): Promise<Foretold> {
  const atMs = asOfMs + 1; // what happens at the moment asked about is known
  const query = { limit: ALL_ROWS, asOfMs, ...(isUsable && { isUsable }) };
  const [window, controls] = await Promise.all([
    readPersonSequence(context.state, person, query),
    readControls(context.state, person),
  ]);
  await nextTurn();
  const acts = actsIn(window, context, controls);
  await nextTurn();
  const predictions = predict(model, acts, atMs, tastes);
  await nextTurn();
  return {
    predictions,
    repeatPurchases: model.purchases.flatMap((one) => foreseePurchases(one, acts, atMs) ?? []),
  };
}
