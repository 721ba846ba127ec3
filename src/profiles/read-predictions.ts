import { DAY_MS } from "#base";
import type { Catalogue } from "#events";
import { type PersonState, readPersonSequence, type SequenceQuery } from "#sequences";
import type { StateReader } from "#storage";
import type { Act } from "./activity-features.ts";
import { type Prediction, type PredictionModel, predict } from "./predictions.ts";
import { STATE_DAYS } from "./user-state.ts";

const ALL_ROWS = 1_000_000;

/** What is foretold of a person as of a time: from the rows of the last 28 days, and the newest before them. */
export async function readPredictions(
  { state, catalogue }: { readonly state: StateReader; readonly catalogue: Catalogue },
  model: PredictionModel,
  person: PersonState,
  { asOfMs, isUsable }: Pick<SequenceQuery, "asOfMs" | "isUsable">,
): Promise<Prediction[]> {
  const atMs = asOfMs + 1; // what happens at the moment asked about is known
  const sinceMs = atMs - STATE_DAYS * DAY_MS;
  const usable = isUsable ? { isUsable } : {};
  const [window, before] = await Promise.all([
    readPersonSequence(state, person, { limit: ALL_ROWS, asOfMs, sinceMs, ...usable }),
    readPersonSequence(state, person, { limit: 1, asOfMs: sinceMs - 1, ...usable }),
  ]);
  const acts: Act[] = [];
  for (const part of [window, before])
    part.forEach((rows, n) => {
      acts.push({ timestampMs: rows.timestampMs(n), action: catalogue.actions.nameOf(rows.action(n)) });
    });
  return predict(model, acts.reverse(), atMs);
}
