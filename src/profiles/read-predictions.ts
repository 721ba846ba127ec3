import type { Catalogue } from "#events";
import { type PersonState, readPersonSequence, type SequenceQuery } from "#sequences";
import type { StateReader } from "#storage";
import type { Act } from "./activity-features.ts";
import { type Prediction, type PredictionModel, predict } from "./predictions.ts";

const ALL_ROWS = 1_000_000;

/** What is foretold of a person as of a time, from all rows of their sequence. */
export async function readPredictions(
  { state, catalogue }: { readonly state: StateReader; readonly catalogue: Catalogue },
  model: PredictionModel,
  person: PersonState,
  { asOfMs, isUsable }: Pick<SequenceQuery, "asOfMs" | "isUsable">,
): Promise<Prediction[]> {
  const atMs = asOfMs + 1; // what happens at the moment asked about is known
  const query = { limit: ALL_ROWS, asOfMs, ...(isUsable && { isUsable }) };
  const window = await readPersonSequence(state, person, query);
  const acts: Act[] = [];
  window.forEach((rows, n) => {
    acts.push({ timestampMs: rows.timestampMs(n), action: catalogue.actions.nameOf(rows.action(n)) });
  });
  return predict(model, acts.reverse(), atMs);
}
