import { type Config, goalsOf, purposesOf, spokenTraitsOf } from "#declarations";
import { type ModelId, modelNamed } from "#models";
import type { DataManifest } from "../folder/data-folder.ts";
import type { ModelManifest } from "../models/model-manifest.ts";
import type { ModelStore } from "../models/model-store.ts";
import { FACTORS_CONFIG, FACTORS_MODEL } from "../people/interests.ts";
import { type FitListeners, fitInWorker } from "./fit.ts";
import type { FitTask, ModelToFit } from "./fit-worker.ts";

/** @file Fitting on a data folder, by the process that owns it or beside it: the log is read as far as it is durable, and models are blobs. */

/** A data folder, as fitting sees it. */
export interface FitPlace {
  readonly folder: string;
  readonly manifest: DataManifest;
  readonly config: Config;
  readonly models: ModelStore;
}

export interface ServedManifests {
  readonly personal: ModelManifest;
  readonly coldStart: ModelManifest;
}

/** The model that answers people without a history: what is popular lately, where times mean something. */
export function coldStartModelOf({ areTimesMadeUp }: Pick<DataManifest, "areTimesMadeUp">): string {
  return areTimesMadeUp ? "popularity" : "recent-popularity";
}

/** Fits two models and puts them in service: one for people with a history, one for the others. */
export async function fitAndServe(
  place: FitPlace,
  models: readonly [personal: ModelToFit, coldStart: ModelToFit],
  listeners: FitListeners,
): Promise<ServedManifests> {
  const factors = models[0].name === FACTORS_MODEL ? [] : [{ name: FACTORS_MODEL, config: FACTORS_CONFIG }];
  const manifests = await fitAll(place, { models: [...models, ...factors] }, listeners);
  const served = { personal: manifests[0]!, coldStart: manifests[1]! }; // one for each model asked for
  await place.models.serve({ ...served, beside: manifests.slice(2) });
  return served;
}

/** Fits a model and keeps it, out of service. */
export async function fitBeside(
  place: FitPlace,
  model: ModelToFit,
  listeners: FitListeners,
): Promise<ModelManifest> {
  const [manifest] = await fitAll(place, { models: [model], withPredictions: false }, listeners);
  return manifest!; // one for each model asked for
}

/** Where a version comes to answer: as the personal model (one that orders what others found: beside it, by its name), or where the one of its name was. */
export type ServingPlace = "personal" | "unchanged";

/** Puts a version in service. */
export async function serveFitted(models: ModelStore, fitted: ModelId, place: ServingPlace): Promise<void> {
  const serving = await models.serving();
  const renewed = (id: ModelId): ModelId => (id.name === fitted.name ? fitted : id);
  if (serving && place === "unchanged")
    await models.serve({
      personal: renewed(serving.personal),
      coldStart: renewed(serving.coldStart),
      beside: serving.others.map(renewed),
    });
  else if (!serving || modelNamed(fitted.name).isRanker) await models.serveBeside(fitted);
  else await models.serve({ personal: fitted, coldStart: serving.coldStart });
}

async function fitAll(
  { folder, manifest, config, models }: FitPlace,
  what: Pick<FitTask, "models" | "withPredictions">,
  listeners: FitListeners,
): Promise<ModelManifest[]> {
  const { partitionCount, seed, actions } = manifest;
  const task = {
    ...{ folder, partitionCount, seed, declared: actions },
    ...{ purposes: purposesOf(config), goals: goalsOf(config), topics: config.topics ?? {} },
    traits: spokenTraitsOf(config),
    ...what,
  };
  const fitted = await fitInWorker(task, listeners);
  models.lookAgain();
  return fitted;
}
