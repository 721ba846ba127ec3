import { PlatformError } from "#base";
import type { FittedModel, ServedModel } from "#models";
import type { History } from "#sequences";
import type { ModelManifest } from "./model-manifest.ts";

/** Engagements of the person that a model is tried with. */
const ENGAGEMENTS = 3;

/**
 * Asks a model about somebody made up, as a request would: it is what its manifest says, and what it says are numbers. What it compiles
 * for that, the first real request finds ready.
 * @throws PlatformError `data-damaged`
 */
export async function checkModel({ model, version }: ServedModel, manifest: ModelManifest): Promise<void> {
  const refuse = (what: string): never => {
    throw new PlatformError(
      "data-damaged",
      `${model.name}@${version} ${what}; fit it again with: inkling train ${model.name}`,
    );
  };
  if (model.name !== manifest.name) refuse(`is a file of ${model.name}, not of ${manifest.name}`);
  if (model.itemCount < manifest.itemCount)
    refuse(`knows ${model.itemCount} items, not the ${manifest.itemCount} it was fitted on`);
  const itemRows = Uint32Array.from({ length: Math.min(ENGAGEMENTS, model.itemCount) }, (_, row) => row);
  const history = {
    itemRows,
    weights: new Float32Array(itemRows.length).fill(1),
    timestampsMs: Float64Array.from(itemRows, () => manifest.dataUntilMs),
    actions: new Uint8Array(itemRows.length),
    surfaces: new Uint8Array(itemRows.length),
  };
  const { ranker, encoder } = model;
  if (ranker) {
    const moment = { timeMs: manifest.dataUntilMs, surface: 0 };
    const said = await ranker.rank(history, itemRows, moment);
    if (said.length !== itemRows.length * ranker.heads.length || said.some(Number.isNaN))
      refuse("does not say how likely each action is");
    return;
  }
  const scores = await scoresOf(model, history, manifest.itemCount);
  if (scores.some(Number.isNaN)) refuse("does not score every item");
  if ((encoder?.dimension ?? null) !== manifest.dimension)
    refuse(`makes vectors of ${encoder?.dimension ?? "no"} numbers, not of ${manifest.dimension}`);
  const vector = await encoder?.userVectors([history]);
  if (encoder && (vector?.length !== encoder.dimension || vector.some(Number.isNaN)))
    refuse("makes no vectors of people");
}

/** Items of a large catalogue that are scored for a trial: all at once would keep everybody else waiting. */
const TRIED = 2000;

/** Of every item the model was fitted on, or of some from first to last where it can say of some alone. */
async function scoresOf(model: FittedModel, history: History, fitted: number): Promise<Float32Array> {
  if (model.scoreItems && fitted > TRIED) {
    const rows = Array.from({ length: TRIED }, (_, at) => Math.floor((at * fitted) / TRIED));
    return model.scoreItems(history, rows);
  }
  const scores = await model.score([history]);
  return scores.length === model.itemCount ? scores : Float32Array.of(Number.NaN);
}
