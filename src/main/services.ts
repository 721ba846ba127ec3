import { randomUUID } from "node:crypto";
import { SystemClock } from "#base";
import { jsonSchemaOf } from "#declarations";
import { published } from "#evaluation";
import { OnlineFeatures, userPartitions } from "#features";
import { type ModelId, ModelsInService } from "#models";
import { PersonSignals, type UserInterests } from "#profiles";
import type { Recommender } from "#recommendation";
import { EventFeed } from "#sequences";
import { Pulse, type Services } from "#serving";
import { ServedFeatureNumbers } from "./features/feature-numbers.ts";
import { declaredChange } from "./features/features.ts";
import { ModelRefits } from "./fitting/model-refits.ts";
import { TrainingRuns } from "./fitting/training-runs.ts";
import { readVersion } from "./folder/code-version.ts";
import { createRecommender } from "./lists/discovery.ts";
import { createMetrics } from "./metrics.ts";
import { ModelWatch } from "./model-watch.ts";
import { compareVersions } from "./models/compare-models.ts";
import { bodyNamed, readModelBodies } from "./models/model-bodies.ts";
import { servedModels } from "./models/served-models.ts";
import { factorsIn, openInterests } from "./people/interests.ts";
import type { Platform } from "./platform.ts";
import { hasTraces } from "./upkeep/traces.ts";

/** What answers, and what changes that. */
export interface Answers {
  readonly inService: ModelsInService;
  readonly interests: UserInterests;
  readonly watch: ModelWatch;
  readonly runs: TrainingRuns;
  /** Looks from now on whether other models are in service, and whether those that are have grown old. */
  start(): void;
  close(): Promise<void>;
}

/** By the models that the folder has in service. */
export async function openAnswers(platform: Platform, onNotice: (message: string) => void): Promise<Answers> {
  const { folder, models, catalogue, vectors, itemIndexes: indexes } = platform;
  const inService = new ModelsInService(await servedModels(platform));
  const interests = openInterests(platform, await factorsIn(inService.current));
  const { knowledge } = interests;
  const watched = { folder, models, catalogue, vectors, indexes, inService, knowledge };
  const watch = new ModelWatch({ ...watched, onNotice });
  const runs = new TrainingRuns(platform);
  const refits = openRefits(platform, runs, onNotice);
  return {
    ...{ inService, interests, watch, runs },
    start() {
      watch.start();
      refits?.start();
    },
    async close() {
      await runs.close();
      await refits?.close();
      await watch.close();
    },
  };
}

/** `undefined` where the config does not ask for any. */
function openRefits(
  platform: Platform,
  runs: TrainingRuns,
  onNotice: (message: string) => void,
): ModelRefits | undefined {
  const { models, log, config } = platform;
  const everyHours = config.models?.refitHours;
  if (everyHours === undefined) return undefined;
  const serveInPlace = (fitted: ModelId): Promise<void> => platform.serve(fitted, "unchanged");
  return new ModelRefits({ everyHours, runs, models, log, serveInPlace, clock: new SystemClock(), onNotice });
}

/** What answers with lists, without a server. Models must be in service. */
export async function openRecommender(platform: Platform): Promise<Recommender> {
  const inService = new ModelsInService(await servedModels(platform));
  const features = new ServedFeatureNumbers(platform.plan, onlineFeatures(platform), platform.clock);
  const interests = openInterests(platform, await factorsIn(inService.current));
  return createRecommender(platform, inService, interests, features);
}

/** What the routes of a platform's server stand on. */
export async function createServices(
  platform: Platform,
  { inService, interests, watch, runs }: Answers,
): Promise<Services> {
  const { state, catalogue, identity, actions, purposes, clock, applier, config, manifest, models } =
    platform;
  const { ingestion, deadLetters, servedLists, erasures, itemIndexes } = platform;
  const wall = new SystemClock();
  const features = onlineFeatures(platform);
  const numbers = new ServedFeatureNumbers(platform.plan, features, clock);
  const isUnsaid = (itemRow: number): boolean => interests.knowledge.isUnsaid(itemRow);
  const recommender = await createRecommender(platform, inService, interests, numbers);
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
    recommender,
    feed: new EventFeed({ ...{ state, catalogue, identity, log: platform.log }, applied: applier.applied }),
    features,
    featuresNotApplied: declaredChange(manifest, config),
    featureHealth: () => platform.health.report,
    featureLooks: (name) => platform.health.looksOf(name),
    noteServed: platform.servedFeatures.note,
    vectors: platform.vectors.of(inService),
    interests,
    ...{ isSensitive: platform.isSensitive, isUnsaid },
    signals: new PersonSignals({
      ...{ state, catalogue, identity, actions, purposes, knowledge: interests.knowledge },
      predictions: () => platform.population.predictions,
    }),
    population: platform.population,
    models: () => readModelBodies(models, inService.current.roles),
    model: async (reference) => bodyNamed(await readModelBodies(models, inService.current.roles), reference),
    compareModels: (references, asked) => {
      const parts = { ...asked, recommender, catalogue, nowMs: clock.nowMs() };
      return compareVersions({ folder: platform.folder, models, catalogue, inService }, references, parts);
    },
    modelChanges: () => watch.changes,
    published: publishedOn(manifest.dataset),
    runs,
    metrics: createMetrics(platform, { inService, watch }),
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
    hasTraces: (ids) => hasTraces(platform, ids),
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
    ...{ state, catalogue, identity, clock, plan, log },
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
