import { rename, rm } from "node:fs/promises";
import { PlatformError, type ProgressListener, SystemClock } from "#base";
import { Actions, SHARED_PARTITION } from "#events";
import { Applier, hashState, readAllProgress, type StateHash } from "#sequences";
import { LmdbStateStore, lockFolder, SegmentedEventLog } from "#storage";
import { paths, readManifest } from "./data-folder.ts";

/** What a replay found. */
export interface Replay {
  /** Of the state as it was; absent when there was none. */
  readonly before: StateHash | undefined;
  readonly rebuilt: StateHash;
  /** Records of users replayed: those that the state had taken in, or all when there was none. */
  readonly records: number;
  readonly isIdentical: boolean;
}

/**
 * Builds the state of users again from the log alone, beside the one there is and as far as that one had come (after a crash it
 * is behind the log; the next start brings it level), and compares the two. With `keepsRebuilt` the rebuilt one takes its place
 * in one step. Nothing else may have the folder open.
 * @throws PlatformError `data-locked`, `no-data`, `data-damaged`
 */
export async function replay(
  folder: string,
  keepsRebuilt: boolean,
  progress: ProgressListener,
): Promise<Replay> {
  const lock = await lockFolder(folder);
  const beside = `${paths.state(folder)}-rebuilt`;
  try {
    const manifest = await readManifest(folder);
    if (!manifest) throw new PlatformError("no-data", `${folder} is empty; there is nothing to replay`);
    await rm(beside, { recursive: true, force: true });
    const { partitionCount } = manifest;
    const { before, ends } = await examine(paths.state(folder), partitionCount);
    const log = await SegmentedEventLog.open(paths.log(folder), { partitionCount, isReadOnly: true, ends });
    const rebuilt = await rebuild(log, beside, new Actions(manifest.actions), progress);
    let records = 0;
    for (let partition = 1; partition < partitionCount; partition++)
      records += log.end(partition) - log.start(partition);
    await log.close();
    if (keepsRebuilt) {
      await rm(paths.state(folder), { recursive: true, force: true });
      await rename(beside, paths.state(folder));
    }
    return { before, rebuilt, records, isIdentical: before?.hash === rebuilt.hash };
  } finally {
    await rm(beside, { recursive: true, force: true });
    await lock.release();
  }
}

async function rebuild(
  log: SegmentedEventLog,
  folder: string,
  actions: Actions,
  progress: ProgressListener,
): Promise<StateHash> {
  const state = new LmdbStateStore(folder, new SystemClock());
  const onFailure = (error: unknown): never => {
    throw error;
  };
  try {
    const parts = { log, state, actions, onApplied: () => {}, onFailure };
    const applier = await Applier.start(parts, (done, total) =>
      progress({ stage: "replaying the log", done, total }),
    );
    await applier.close();
    return await hashState(state);
  } finally {
    await state.close();
  }
}

/** What a state comes to, when there is one, and how far it had come in each partition of users. */
async function examine(
  folder: string,
  partitionCount: number,
): Promise<{ before: StateHash | undefined; ends: number[] }> {
  const state = new LmdbStateStore(folder, new SystemClock());
  try {
    const found = await hashState(state);
    const isThere = found.entries > 0;
    const progress = await readAllProgress(state, partitionCount);
    const ends = progress.map(({ offset }, partition) =>
      isThere && partition !== SHARED_PARTITION ? offset : Number.POSITIVE_INFINITY,
    );
    return { before: isThere ? found : undefined, ends };
  } finally {
    await state.close();
  }
}
