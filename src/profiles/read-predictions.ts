import { nextTurn } from "#base";
import type { Catalogue } from "#events";
import { type PersonState, readPersonSequence, type SequenceQuery } from "#sequences";
import type { StateReader } from "#storage";
import type { Act } from "./activity-features.ts";
import { type Prediction, type PredictionModel, predict } from "./predictions.ts";
import { foreseePurchases, type RepeatPurchases } from "./repeat-purchases.ts";

const ALL_ROWS = 1_000_000;

/** Everything that is foretold of a person. */
export interface Foretold {
  readonly predictions: readonly Prediction[];
  /** Of each goal whose events say what they are worth, where they reached it before. */
  readonly repeatPurchases: readonly RepeatPurchases[];
}

/** What is foretold of a person as of a time, from all rows of their sequence. */
export async function readPredictions(
  { state, catalogue }: { readonly state: StateReader; readonly catalogue: Catalogue },
  model: PredictionModel,
  person: PersonState,
  { asOfMs, isUsable }: Pick<SequenceQuery, "asOfMs" | "isUsable">,
): Promise<Foretold> {
  const atMs = asOfMs + 1; // what happens at the moment asked about is known
  const query = { limit: ALL_ROWS, asOfMs, ...(isUsable && { isUsable }) };
  const window = await readPersonSequence(state, person, query);
  await nextTurn();
  const acts: Act[] = [];
  window.forEach((rows, n) => {
    const [timestampMs, value] = [rows.timestampMs(n), rows.value(n)];
    const action = catalogue.actions.nameOf(rows.action(n));
    acts.push(value === undefined ? { timestampMs, action } : { timestampMs, action, value });
  });
  acts.reverse();
  return {
    predictions: predict(model, acts, atMs),
    repeatPurchases: model.purchases.flatMap((one) => foreseePurchases(one, acts, atMs) ?? []),
  };
}
