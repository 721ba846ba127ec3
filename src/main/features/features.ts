import { PlatformError, type ProgressListener, SystemClock } from "#base";
import { actionsOf, type Config, purposesOf, sensitiveTopics, type TopicPolicy } from "#declarations";
import { Catalogue, followShared } from "#events";
import {
  backfillFeatures,
  differenceOf,
  FEATURE_FORMAT,
  type FeatureDifference,
  type FeaturePlan,
  planFeatures,
} from "#features";
import { readAllProgress } from "#sequences";
import {
  DuckDbLake,
  type Lake,
  LmdbStateStore,
  lockFolder,
  SegmentedEventLog,
  type StateStore,
} from "#storage";
import {
  type AppliedFeatures,
  type DataManifest,
  paths,
  readManifest,
  writeManifest,
} from "../folder/data-folder.ts";

/** @file The features of a data folder: which are applied, what others would change, and the change. */

/** The applied definitions as the runtimes work with them. What is sensitive is left out where values are read; state has it. */
export function planOf(
  { actions, features }: Pick<DataManifest, "actions" | "features">,
  topics?: TopicPolicy,
): FeaturePlan {
  return planFeatures(features.definitions, {
    actions: actions.map(({ name }) => name),
    purposes: features.purposes,
    isSensitive: sensitiveTopics(topics),
  });
}

export interface PlannedChange extends FeatureDifference {
  /** Definitions of a backfill that was interrupted are being applied already. */
  readonly isInterrupted: boolean;
  /** The state is in the format of an earlier version, and is made anew when the folder is opened. */
  readonly isOfEarlierFormat: boolean;
}

/** What applying the configuration's features would change. @throws PlatformError `no-data` */
export async function planChange(folder: string, config: Config): Promise<PlannedChange> {
  return changeTo(await requireManifest(folder), config);
}

function changeTo({ features, pendingFeatures }: DataManifest, config: Config): PlannedChange {
  const wanted = wantedBy(config);
  const difference = differenceOf(features.definitions, wanted.definitions);
  const used = new Set(wanted.definitions.flatMap((one) => (one.kind === "aggregate" ? [one.purpose] : [])));
  const isOther = wanted.purposes.some(
    (purpose) =>
      used.has(purpose.name) &&
      features.purposes.some(
        ({ name, default: before }) => name === purpose.name && before !== purpose.default,
      ),
  );
  const isPending = pendingFeatures !== undefined;
  const isOfEarlierFormat = features.format !== FEATURE_FORMAT;
  return {
    ...difference,
    needsBackfill: difference.needsBackfill || isOther || isPending,
    isInterrupted: isPending && !isOfEarlierFormat,
    isOfEarlierFormat,
  };
}

/** What the configuration's features would change of those the folder has; `undefined` where nothing, or only words about them. */
export function declaredChange(manifest: DataManifest, config: Config): FeatureDifference | undefined {
  const change = changeTo(manifest, config);
  return change.needsBackfill || change.added.length + change.removed.length > 0 ? change : undefined;
}

/** Says when the configuration's features are others than those of the folder, which go on being served. */
export function tellDifference(
  manifest: DataManifest,
  config: Config,
  onNotice: (message: string) => void,
): void {
  const change = declaredChange(manifest, config);
  if (!change) return;
  const { added, removed, changed } = change;
  onNotice(
    `the configuration's features are others than the folder has (${added.length} added, ${removed.length} removed, ` +
      `${changed.length} changed); those of the folder are served until: inkling features apply`,
  );
}

function wantedBy(config: Config): AppliedFeatures {
  return { format: FEATURE_FORMAT, definitions: config.features ?? [], purposes: purposesOf(config) };
}

/**
 * Applies the configuration's features: builds the state of everybody's anew where that takes it, and then makes them those of the folder.
 * Interrupted, it goes on when it is called again, or when the folder is opened. Nothing else may have the folder open.
 * @throws PlatformError `data-locked`, `no-data`, `data-mismatch` when the actions are others than the folder was built with
 */
export async function applyChange(
  folder: string,
  config: Config,
  { isForced }: { readonly isForced: boolean },
  progress: ProgressListener,
): Promise<PlannedChange & { readonly events: number }> {
  const lock = await lockFolder(folder);
  try {
    const manifest = await requireManifest(folder);
    requireActions(folder, manifest, config);
    const change = changeTo(manifest, config);
    const wanted = wantedBy(config);
    if (!change.needsBackfill && !isForced) {
      await writeManifest(folder, { ...manifest, features: wanted });
      return { ...change, events: 0 };
    }
    await writeManifest(folder, { ...manifest, pendingFeatures: wanted });
    const events = await finishBackfill(folder, progress);
    return { ...change, events };
  } finally {
    await lock.release();
  }
}

/** Brings a backfill to its end, if there is one; the caller has the folder to itself. Events applied. */
export async function finishBackfill(folder: string, progress: ProgressListener): Promise<number> {
  const manifest = await requireManifest(folder);
  const { pendingFeatures, ...kept } = manifest;
  if (!pendingFeatures) return 0;
  const { partitionCount } = manifest;
  const state = new LmdbStateStore(paths.state(folder), new SystemClock());
  let lake: Lake | undefined;
  try {
    const events = await withLog(folder, state, partitionCount, async (log) => {
      const catalogue = new Catalogue();
      await followShared(log, { catalogue }, () => {}).catchUp(() => {});
      const openLake = async (): Promise<Lake> => {
        lake ??= await DuckDbLake.open(paths.lake(folder));
        return lake;
      };
      const plan = planOf({ actions: manifest.actions, features: pendingFeatures });
      return backfillFeatures({ log, state, lake: openLake, catalogue, plan }, progress);
    });
    await state.flush();
    await writeManifest(folder, { ...kept, features: pendingFeatures });
    return events;
  } finally {
    await lake?.close();
    await state.close();
  }
}

async function withLog<Result>(
  folder: string,
  state: StateStore,
  partitionCount: number,
  use: (log: SegmentedEventLog) => Promise<Result>,
): Promise<Result> {
  const ends = (await readAllProgress(state, partitionCount)).map(({ offset }, partition) =>
    partition === 0 ? Number.POSITIVE_INFINITY : offset,
  );
  const log = await SegmentedEventLog.open(paths.log(folder), { partitionCount, isReadOnly: true, ends });
  try {
    return await use(log);
  } finally {
    await log.close();
  }
}

async function requireManifest(folder: string): Promise<DataManifest> {
  const manifest = await readManifest(folder);
  if (!manifest) throw new PlatformError("no-data", `${folder} is empty; fill it with: inkling import`);
  return manifest;
}

/** Features speak of actions by name; those of the folder are changed by a replay. */
function requireActions(folder: string, manifest: DataManifest, config: Config): void {
  const known = new Set(manifest.actions.map(({ name }) => name));
  const stranger = actionsOf(config).find(({ name }) => !known.has(name));
  if (!stranger) return;
  throw new PlatformError(
    "data-mismatch",
    `${folder} was built without the action ${stranger.name}; inkling replay --config FILE applies it, and the features with it`,
  );
}
