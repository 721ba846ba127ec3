import { rename, rm } from "node:fs/promises";
import { PlatformError, type ProgressListener, SystemClock } from "#base";
import { type Config, defaultConfig } from "#declarations";
import {
  Actions,
  Catalogue,
  decodeEvent,
  encodeSharedRecord,
  followShared,
  itemRowOf,
  nameNames,
  SHARED_PARTITION,
  type SharedRecord,
} from "#events";
import { applyFeatures, differenceOf, FEATURE_FORMAT } from "#features";
import {
  Applier,
  applyDropped,
  droppedRecords,
  hashState,
  readAllProgress,
  type StateHash,
} from "#sequences";
import {
  DuckDbLake,
  type EventLog,
  LmdbStateStore,
  type LogRecord,
  lockFolder,
  SegmentedEventLog,
} from "#storage";
import { planOf } from "../features/features.ts";
import { paths, readManifest, writeManifest } from "../folder/data-folder.ts";
import { changeOf, type Declared, declaredBy, numberPurposes } from "../folder/declared.ts";

/** What a replay found. */
export interface Replay {
  /** Of the state as it was; absent when there was none. */
  readonly before: StateHash | undefined;
  readonly rebuilt: StateHash;
  /** Records of users replayed: those that the state had taken in, or all when there was none. */
  readonly records: number;
  /** Records of users that retention has dropped from the log; their events were taken from the lake. */
  readonly dropped: number;
  readonly isIdentical: boolean;
  /** What the declarations that were applied add and remove; absent when they are those the state was built with. */
  readonly change?: string;
}

export interface ReplayOptions {
  /** Puts the rebuilt state in the place of the one there is, in one step. */
  readonly keepsRebuilt: boolean;
  /** Declarations to build with, when the rebuilt state is kept; default: those the folder was built with. */
  readonly config?: Config;
}

/**
 * Builds the state of users again from the log, and from the lake where retention has dropped the log's beginning, beside the
 * one there is and as far as that one had come (after a crash it is behind the log; the next start brings it level), and compares
 * the two. With other declarations than the folder was built with, the names they make known are numbered first, so that events
 * stored as undeclared become rows. Nothing else may have the folder open.
 * @throws PlatformError `data-locked`, `no-data`, `data-damaged`
 */
export async function replay(
  folder: string,
  { keepsRebuilt, config }: ReplayOptions,
  progress: ProgressListener,
): Promise<Replay> {
  const lock = await lockFolder(folder);
  const beside = besideState(folder);
  try {
    const manifest = await readManifest(folder);
    if (!manifest) throw new PlatformError("no-data", `${folder} is empty; there is nothing to replay`);
    await rm(beside, { recursive: true, force: true });
    const { partitionCount } = manifest;
    const reached = await readReached(folder, partitionCount);
    const wanted = keepsRebuilt ? (config ? declaredBy(config) : ownOf(manifest)) : manifest;
    const nameChange = changeOf(manifest, wanted);
    if (nameChange !== undefined) await numberNames(folder, reached, wanted, progress);
    const change = nameChange ?? featureChangeOf(manifest, wanted);
    const ends = endsFor(reached);
    const log = await SegmentedEventLog.open(paths.log(folder), { partitionCount, isReadOnly: true, ends });
    const starts = startsOf(log);
    const rebuilt = await rebuild(folder, log, wanted, progress);
    let records = 0;
    for (let partition = 1; partition < partitionCount; partition++)
      records += log.end(partition) - log.start(partition);
    const dropped = starts.reduce((sum, start) => sum + start, 0);
    await log.close();
    const before = await hashOf(paths.state(folder), starts);
    const isIdentical = before?.hash === rebuilt.hash;
    if (keepsRebuilt) {
      // What was computed of another state; the next refresh computes it again.
      if (!isIdentical) await rm(paths.vectors(folder), { recursive: true, force: true });
      // A crash between leaves no state, which is built again by the manifest there is, whichever of the two.
      await rm(paths.state(folder), { recursive: true, force: true });
      const { pendingFeatures: _, ...kept } = manifest; // the rebuilt state has what they were to bring, or what there is now
      await writeManifest(folder, { ...kept, ...ownOf(wanted) });
      await rename(beside, paths.state(folder));
    }
    return { before, rebuilt, records, dropped, isIdentical, ...(change !== undefined && { change }) };
  } finally {
    await rm(beside, { recursive: true, force: true });
    await lock.release();
  }
}

function besideState(folder: string): string {
  return `${paths.state(folder)}-rebuilt`;
}

/** Per partition, the first record the log still has. */
function startsOf(log: EventLog): number[] {
  return Array.from({ length: log.partitionCount }, (_, partition) => log.start(partition));
}

/** Uses the lake when there is something that only it has. @throws PlatformError `data-damaged` when it has not */
async function withDropped(
  folder: string,
  starts: readonly number[],
  use: (lake: DuckDbLake) => Promise<void>,
): Promise<void> {
  if (starts.every((start) => start === 0)) return;
  const lake = await DuckDbLake.open(paths.lake(folder)); // makes an empty one where there is none: told to fall short
  try {
    await use(lake);
  } finally {
    await lake.close();
  }
}

/** What the folder was built with; one from before there were purposes takes the built-in ones. */
function ownOf({ actions, purposes, features }: Declared): Declared {
  return {
    actions,
    purposes: purposes.length > 0 ? purposes : declaredBy(defaultConfig).purposes,
    features: { ...features, format: FEATURE_FORMAT }, // as it is built now
  };
}

function featureChangeOf(built: Declared, wanted: Declared): string | undefined {
  const difference = differenceOf(built.features.definitions, wanted.features.definitions);
  return difference.needsBackfill ? "changes features" : undefined;
}

const BATCH_RECORDS = 10_000;

/** Numbers what the declarations make known in events there are: actions, and the items and surfaces they were about. */
async function numberNames(
  folder: string,
  acknowledged: readonly number[],
  wanted: Declared,
  progress: ProgressListener,
): Promise<void> {
  const partitionCount = acknowledged.length;
  const log = await SegmentedEventLog.open(paths.log(folder), { partitionCount, acknowledged });
  try {
    const catalogue = new Catalogue();
    const names = { catalogue, actions: new Actions(wanted.actions) };
    const shared = followShared(log, { catalogue }, () => {});
    await shared.catchUp(() => {});
    await numberPurposes(log, catalogue, wanted.purposes);
    const number = async (records: readonly LogRecord[]): Promise<void> => {
      const fresh = new Map<string, SharedRecord>();
      for (const { bytes } of records) {
        const event = bytes.length > 0 ? decodeEvent(bytes) : undefined; // an empty one was erased
        if (event?.kind === "track") nameNames(event, itemRowOf(event, catalogue), names, fresh);
      }
      if (fresh.size > 0) await log.append(SHARED_PARTITION, [...fresh.values()].map(encodeSharedRecord));
      await shared.catchUp(() => {});
    };
    const starts = startsOf(log);
    await withDropped(folder, starts, async (lake) => {
      for await (const { records } of droppedRecords(lake, starts)) await number(records);
    });
    for (let partition = 1; partition < partitionCount; partition++) {
      for (let next = log.start(partition); next < log.end(partition); ) {
        const records = await log.read(partition, next, BATCH_RECORDS);
        await number(records);
        next = records.at(-1)!.offset + 1;
        progress({ stage: `naming, partition ${partition}`, done: next, total: log.end(partition) });
      }
    }
  } finally {
    await log.close();
  }
}

/** Per partition, how far the state there is had come; zeros when there is none. */
async function readReached(folder: string, partitionCount: number): Promise<number[]> {
  const state = new LmdbStateStore(paths.state(folder), new SystemClock());
  try {
    return (await readAllProgress(state, partitionCount)).map(({ offset }) => offset);
  } finally {
    await state.close();
  }
}

/** Per partition, how far a rebuilt state is to come; the names of the shared partition are all known, as in the one there is. */
function endsFor(reached: readonly number[]): number[] {
  const isThere = reached.some((offset) => offset > 0);
  return reached.map((offset, partition) =>
    isThere && partition !== SHARED_PARTITION ? offset : Number.POSITIVE_INFINITY,
  );
}

async function rebuild(
  folder: string,
  log: SegmentedEventLog,
  wanted: Declared,
  progress: ProgressListener,
): Promise<StateHash> {
  const actions = new Actions(wanted.actions);
  const alsoApply = applyFeatures(planOf(wanted));
  const state = new LmdbStateStore(besideState(folder), new SystemClock());
  const onFailure = (error: unknown): never => {
    throw error;
  };
  try {
    const starts = startsOf(log);
    await withDropped(folder, starts, async (lake) => {
      const catalogue = new Catalogue();
      await followShared(log, { catalogue }, onFailure).catchUp(() => {});
      await applyDropped(lake, starts, {
        state,
        catalogue,
        actions,
        alsoApply: applyFeatures(planOf(wanted)),
      });
    });
    const parts = { log, state, actions, alsoApply, onApplied: () => {}, onFailure };
    const applier = await Applier.start(parts, (done, total) =>
      progress({ stage: "replaying the log", done, total }),
    );
    await applier.close();
    return await hashState(state, starts);
  } finally {
    await state.close();
  }
}

async function hashOf(folder: string, starts: readonly number[]): Promise<StateHash | undefined> {
  const state = new LmdbStateStore(folder, new SystemClock());
  try {
    const found = await hashState(state, starts);
    return found.entries > 0 ? found : undefined;
  } finally {
    await state.close();
  }
}
