import { randomUUID } from "node:crypto";
import { SystemClock } from "#base";
import { jsonSchemaOf } from "#declarations";
import { published } from "#evaluation";
import { SHARED_PARTITION } from "#events";
import { OnlineFeatures, userPartitions } from "#features";
import { countInLog } from "#governance";
import type { ServedModels } from "#models";
import { PersonSignals } from "#profiles";
import { EventFeed } from "#sequences";
import { Pulse, type Services } from "#serving";
import { readVersion } from "./code-version.ts";
import { createRecommender } from "./discovery.ts";
import { ServedFeatureNumbers } from "./feature-numbers.ts";
import { openInterests } from "./interests.ts";
import { createMetrics } from "./metrics.ts";
import { bodyNamed, readModelBodies } from "./model-bodies.ts";
import type { Platform } from "./platform.ts";
import { TrainingRuns } from "./training-runs.ts";

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
  const { ingestion, deadLetters, servedLists, erasures, itemIndexes } = platform;
  const wall = new SystemClock();
  const interests = await openInterests(platform, served);
  const features = onlineFeatures(platform);
  const numbers = new ServedFeatureNumbers(platform.plan, features, clock);
  await platform.population.load();
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
      itemIndexes,
    },
    declared: jsonSchemaOf(config),
    recommender: await createRecommender(platform, served, interests, numbers),
    feed: new EventFeed({ ...{ state, catalogue, identity, log: platform.log }, applied: applier.applied }),
    features,
    featureHealth: () => platform.health.report,
    featureLooks: (name) => platform.health.looksOf(name),
    noteServed: platform.servedFeatures.note,
    vectors: platform.vectors.of(served),
    interests,
    isSensitive: platform.isSensitive,
    signals: new PersonSignals({
      ...{ state, catalogue, identity, actions, purposes },
      ...{ predictions: () => platform.population.predictions, isSensitive: platform.isSensitive },
    }),
    population: platform.population,
    models: () => readModelBodies(models),
    model: async (reference) => bodyNamed(await readModelBodies(models), reference),
    published: publishedOn(manifest.dataset),
    runs: new TrainingRuns(platform),
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

/** The applied features, as they are now. */
export function onlineFeatures({
  state,
  catalogue,
  identity,
  clock,
  plan,
  log,
  config,
}: Platform): OnlineFeatures {
  return new OnlineFeatures({
    ...{ state, catalogue, identity, clock, plan },
    partitions: userPartitions(log),
    services: config.featureServices ?? {},
  });
}

function publishedOn(dataset: string | null): Services["published"] {
  return published
    .filter((figure) => figure.dataset === dataset)
    .map(({ model, protocol, metrics, source, recalled = false, note }) => ({
      ...{ model, protocol, source, isRecalled: recalled },
      metrics: Object.fromEntries(
        Object.entries(metrics).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
      ...(note !== undefined && { note }),
    }));
}
