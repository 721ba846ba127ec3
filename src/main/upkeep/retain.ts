import { rm } from "node:fs/promises";
import { DAY_MS, PlatformError, type ProgressListener, SystemClock } from "#base";
import type { Config } from "#declarations";
import { expiredIn, expireInLog } from "#governance";
import { readAllProgress } from "#sequences";
import { type Expiry, type Lake, LmdbStateStore, lockFolder, SegmentedEventLog } from "#storage";
import { type DataManifest, paths, readManifest } from "../folder/data-folder.ts";
import { nowOf } from "../folder/folder-now.ts";
import { openLake } from "../folder/open-lake.ts";
import { type Replay, replay } from "./replay.ts";

/** What was past its time. */
export interface Retained {
  /** Records of the log that are empty now. */
  readonly events: number;
  /** Rows of the lake that are gone. */
  readonly rows: number;
  /** The state as it was built of what is left; absent when nothing was past its time and the state was there. */
  readonly replay?: Replay;
}

/**
 * Lets go of every event that is past the `retentionDays` of its action: out of log and lake, and then state is built of what is left, so that nothing counts them
 * either. State goes first: whatever is cut off, it is never more than log and lake say, and doing it again finishes it, twice on a historical clock, which without a state
 * does not know the time until it is built. Nothing else may have the folder open.
 * @throws PlatformError `data-locked`, `no-data`, `data-damaged`
 */
export async function retain(folder: string, config: Config, progress: ProgressListener): Promise<Retained> {
  const lock = await lockFolder(folder);
  let gone: Omit<Retained, "replay"> | undefined;
  let isStateThere = false;
  try {
    const manifest = await readManifest(folder);
    if (!manifest) throw new PlatformError("no-data", `${folder} is empty; there is nothing to let go of`);
    const { reached, nowMs } = await readReached(folder, manifest);
    isStateThere = reached.some((offset) => offset > 0);
    gone = await letGo(folder, reached, expiriesOf(config, nowMs), progress);
  } finally {
    await lock.release();
  }
  if (!gone && isStateThere) return { events: 0, rows: 0 };
  return { events: 0, rows: 0, ...gone, replay: await replay(folder, { keepsRebuilt: true }, progress) };
}

/** Of the declared actions that are kept for so many days, from when on they are kept. */
function expiriesOf({ actions }: Config, nowMs: number): Expiry[] {
  return Object.entries(actions).flatMap(([name, { retentionDays }]) =>
    retentionDays === undefined ? [] : [{ name, beforeMs: nowMs - retentionDays * DAY_MS }],
  );
}

/** Per partition, how far state has come, and now by the folder's clock. */
async function readReached(
  folder: string,
  manifest: DataManifest,
): Promise<{ readonly reached: number[]; readonly nowMs: number }> {
  const state = new LmdbStateStore(paths.state(folder), new SystemClock());
  try {
    const progress = await readAllProgress(state, manifest.partitionCount);
    return { reached: progress.map(({ offset }) => offset), nowMs: await nowOf(manifest, state) };
  } finally {
    await state.close();
  }
}

/** `undefined`, and nothing touched, when nothing is past its time. */
async function letGo(
  folder: string,
  acknowledged: readonly number[],
  expiries: readonly Expiry[],
  progress: ProgressListener,
): Promise<Omit<Retained, "replay"> | undefined> {
  const partitionCount = acknowledged.length;
  const log = await SegmentedEventLog.open(paths.log(folder), { partitionCount, acknowledged });
  let lake: Lake | undefined;
  try {
    lake = await openLake(folder);
    progress({ stage: "looking for events past their time", done: 0, total: 1 });
    if (!(await expiredIn(log, lake, expiries))) return undefined;
    await rm(paths.state(folder), { recursive: true });
    progress({ stage: "letting go of events past their time", done: 0, total: 1 });
    const events = await expireInLog(log, expiries);
    const { rowsRemoved = 0 } = (await lake?.expire(expiries)) ?? {};
    return { events, rows: rowsRemoved };
  } finally {
    await lake?.close();
    await log.close();
  }
}
