import { randomUUID } from "node:crypto";
import { SystemClock } from "#base";
import { jsonSchemaOf } from "#declarations";
import { SHARED_PARTITION } from "#events";
import { OnlineFeatures } from "#features";
import { countInLog } from "#governance";
import type { ServedModels } from "#models";
import { Pulse, type Services } from "#serving";
import { FileBlobStore } from "#storage";
import { readVersion } from "./code-version.ts";
import { paths } from "./data-folder.ts";
import { createRecommender } from "./discovery.ts";
import { openInterests } from "./interests.ts";
import { createMetrics } from "./metrics.ts";
import { bodyNamed, readModelBodies } from "./model-bodies.ts";
import type { Platform } from "./platform.ts";
import { keptPredictions } from "./predictions.ts";

/** Of events only: links between ids are not applied to state. */
async function hasUnapplied({ log, applier }: Platform, ids: readonly string[]): Promise<boolean> {
  const applied = applier.appliedOffsets();
  const ends = applied.map((offset, partition) =>
    partition === SHARED_PARTITION ? offset : log.end(partition),
  );
  return (await countInLog(log, ids, applied, ends)) > 0;
}

/** What the routes of a platform's server stand on. */
export async function createServices(platform: Platform, served: ServedModels): Promise<Services> {
  const { state, catalogue, identity, actions, purposes, clock, applier, config, manifest, models } =
    platform;
  const { ingestion, deadLetters, servedLists, erasures } = platform;
  const wall = new SystemClock();
  const interests = await openInterests(platform, served);
  return {
    ...{
      state,
      catalogue,
      identity,
      actions,
      purposes,
      clock,
      ingestion,
      deadLetters,
      servedLists,
      erasures,
    },
    declared: jsonSchemaOf(config),
    recommender: await createRecommender(platform, served, interests),
    features: new OnlineFeatures({
      ...{ state, catalogue, identity, clock, plan: platform.plan },
      services: config.featureServices ?? {},
    }),
    featureHealth: () => platform.health.report,
    noteServed: platform.servedFeatures.note,
    vectors: platform.vectors.of(served),
    interests,
    isSensitive: platform.isSensitive,
    predictions: await keptPredictions(new FileBlobStore(paths.blobs(platform.folder))),
    models: () => readModelBodies(models),
    model: async (reference) => bodyNamed(await readModelBodies(models), reference),
    metrics: createMetrics(platform),
    pulse: new Pulse(() => wall.nowMs()),
    lake: () => platform.lake,
    about: {
      name: "inkling",
      version: await readVersion(),
      dataset: manifest.dataset,
      areTimesMadeUp: manifest.areTimesMadeUp,
    },
    fault: () => platform.fault(),
    lagRecords: () => applier.lag(),
    hasUnapplied: (ids) => hasUnapplied(platform, ids),
    newRecommendationId: randomUUID,
  };
}
