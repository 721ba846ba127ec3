import { parentPort, workerData } from "node:worker_threads";
import { assert, giveWay, HOUR_MS, isDue, SystemClock, useLargeBufferPool } from "#base";
import { type NamedGoal, type NamedPurpose, sensitiveTopics, type TopicPolicy } from "#declarations";
import { Actions, Purposes } from "#events";
import { type ItemMap, makeItemMap, type ServedPredictions, type Survey, surveyPeople } from "#profiles";
import { countUsers } from "#sequences";
import { FileBlobStore } from "#storage";
import { type PastFolder, withPast } from "../features/training-set.ts";
import type { ThreadManners } from "../folder/background-look.ts";
import { type DataManifest, paths } from "../folder/data-folder.ts";
import { nowOf } from "../folder/folder-now.ts";
import { learnWithoutErased } from "../folder/learn-without-erased.ts";
import { ModelStore } from "../models/model-store.ts";
import { servedModel } from "../models/served-models.ts";
import { FACTORS_MODEL, factorsOf, openInterests } from "./interests.ts";
import { keepItemMap, keptItemMap } from "./item-map.ts";
import { fitPredictionsFrom, keepPredictions, keptPredictions } from "./predictions.ts";

/**
 * @file The thread that looks once at everybody: fits predictions anew when they are a day old, lays the items out anew when the map is of another
 * item space or lacks too many, and surveys all people with both.
 */
export interface PopulationTask {
  readonly folder: string;
  readonly manifest: Pick<DataManifest, "actions" | "clock" | "partitionCount">;
  readonly purposes: readonly NamedPurpose[];
  readonly goals: readonly NamedGoal[];
  readonly topics: TopicPolicy;
  /** Traits to slice by; absent: those that have few values. */
  readonly traits?: readonly string[];
}

export type PopulationMessage =
  /** Before anybody is read, which takes longest. */
  | { readonly kind: "map"; readonly map: ItemMap; readonly predictions: ServedPredictions | undefined }
  | { readonly kind: "done"; readonly survey: Survey }
  | { readonly kind: "failed"; readonly message: string };

const REFIT_HOURS = 24;
/** Part of the catalogue that may be missing on the map. */
const STALE = 0.02;
/** What a survey is for, beside personalization, where it is declared. */
const ANALYTICS = "analytics";

async function look(task: PopulationTask): Promise<PopulationMessage> {
  const { folder, manifest } = task;
  const blobs = new FileBlobStore(paths.blobs(folder));
  return withPast(folder, async (past) => {
    const asOfMs = await nowOf(manifest, past.state);
    const actions = new Actions(manifest.actions);
    const purposes = new Purposes(task.purposes);
    const isSensitive = sensitiveTopics(task.topics);
    const predictions = await freshPredictions(task, past, asOfMs);
    past.state.refresh(); // no page is kept for a read that is over
    const models = new ModelStore(blobs);
    const factors = await servedModel({ folder, models, catalogue: past.catalogue }, FACTORS_MODEL);
    const config = { topics: task.topics }; // names of journeys are not looked at
    const engagement = factors && factorsOf(factors);
    const interests = openInterests({ ...past, actions, purposes, isSensitive, config }, engagement);
    const analytics = purposes.named(ANALYTICS);
    past.state.refresh();
    const map = await freshMap(blobs, interests.knowledge.space, past.catalogue.itemCount);
    tell({ kind: "map", map, predictions });
    const survey = await surveyPeople(
      {
        ...{ ...past, actions, isSensitive, interests },
        predictions: predictions?.model,
        purposes: [purposes.personalization, ...(analytics ? [analytics] : [])],
        ...(task.traits && { traits: task.traits }),
      },
      asOfMs,
    );
    return { kind: "done", survey };
  });
}

async function freshPredictions(
  { folder, manifest, purposes, goals, topics }: PopulationTask,
  { state }: PastFolder,
  untilMs: number,
): Promise<ServedPredictions | undefined> {
  const blobs = new FileBlobStore(paths.blobs(folder));
  const kept = await keptPredictions(blobs);
  if (kept && !isDue(Date.parse(kept.version), REFIT_HOURS * HOUR_MS, new SystemClock().nowMs())) return kept;
  const learned = {
    actions: new Actions(manifest.actions),
    purpose: new Purposes(purposes).personalization,
    userCount: await countUsers(state),
    ...{ untilMs, goals, topics },
  };
  // Opened by itself: a log that is open goes on reading what was erased since.
  const model = await learnWithoutErased(folder, () =>
    withPast(folder, (past) => fitPredictionsFrom(past, learned)),
  );
  if (model) await keepPredictions(blobs, model);
  return keptPredictions(blobs);
}

async function freshMap(
  blobs: FileBlobStore,
  space: Parameters<typeof makeItemMap>[0],
  itemCount: number,
): Promise<ItemMap> {
  const kept = await keptItemMap(blobs);
  if (kept?.spaceVersion === space.version && itemCount - kept.itemCount <= STALE * kept.itemCount)
    return kept;
  const map = makeItemMap(space, itemCount, kept);
  await keepItemMap(blobs, map);
  return map;
}

assert(parentPort, "this file runs as a worker thread");
const port = parentPort;
const task = workerData as PopulationTask & ThreadManners;
if (task.givesWay) giveWay();
useLargeBufferPool();
const tell = (said: PopulationMessage): void => port.postMessage(said);
const message = await look(task).catch(
  (error: unknown): PopulationMessage => ({
    kind: "failed",
    message: error instanceof Error ? error.message : String(error),
  }),
);
tell(message);
