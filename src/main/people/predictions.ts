import { PlatformError, SystemClock } from "#base";
import { type NamedPurpose, sensitiveTopics, type TopicPolicy } from "#declarations";
import type { Actions } from "#events";
import {
  fitPredictions,
  type Goal,
  ItemKnowledge,
  type PredictionModel,
  purchasesOf,
  type ServedPredictions,
} from "#profiles";
import { actsFromLog } from "#sequences";
import type { BlobStore, EventLog, Lake } from "#storage";
import { readDerived } from "../folder/derived-blob.ts";

/** @file Predictions of one folder: fitted with its models, kept as one blob, read when serving begins. */

const BLOB = "profiles/predictions-3.json";
/** Learned from about so many people at most. */
const MOST_PEOPLE = 20_000;

/** Fitted on the log; `undefined` where there is too little to learn from. `lake` is opened where the log begins later. */
export async function fitPredictionsFrom(
  { log, lake }: { readonly log: EventLog; readonly lake: () => Promise<Lake> },
  {
    actions,
    purpose,
    userCount,
    untilMs,
    goals,
    topics,
  }: {
    readonly actions: Actions;
    readonly purpose: NamedPurpose;
    readonly userCount: number;
    readonly untilMs: number;
    readonly goals: readonly Goal[];
    readonly topics: TopicPolicy;
  },
): Promise<PredictionModel | undefined> {
  const { people, catalogue } = await actsFromLog(log, {
    ...{ actions, purpose, lake },
    share: Math.min(1, MOST_PEOPLE / Math.max(1, userCount)),
    priced: new Set(purchasesOf(goals).map(({ action }) => action)),
  });
  const { parents = {} } = topics;
  const isSensitive = sensitiveTopics(topics);
  const items = new ItemKnowledge(catalogue, { engagement: undefined, isSensitive, parents });
  try {
    return fitPredictions(people, { untilMs, goals, items });
  } catch (error) {
    if (error instanceof PlatformError && error.code === "no-data") return undefined;
    throw error;
  }
}

/** From the next look on these are the ones in service. */
export async function keepPredictions(blobs: BlobStore, model: PredictionModel): Promise<void> {
  const version = new Date(new SystemClock().nowMs()).toISOString();
  await blobs.put(BLOB, Buffer.from(JSON.stringify({ model, version } satisfies ServedPredictions)));
}

/** Those that were kept last; `undefined` before the first. */
export function keptPredictions(blobs: BlobStore): Promise<ServedPredictions | undefined> {
  return readDerived(blobs, BLOB, (bytes) => JSON.parse(Buffer.from(bytes).toString()) as ServedPredictions); // our own
}
