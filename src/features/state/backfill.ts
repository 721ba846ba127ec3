import type { ProgressListener } from "#base";
import { type Catalogue, viewEvent } from "#events";
import {
  type Arrival,
  droppedRecords,
  duplicatesBetween,
  ITEMS_PREFIX,
  listUsers,
  readAllProgress,
} from "#sequences";
import type { EventLog, Lake, LogRecord, StateOperation, StateStore } from "#storage";
import type { FeaturePlan } from "../definition/plan.ts";
import { FeatureState } from "./apply-features.ts";
import { FEATURE_FORMAT } from "./feature-head.ts";
import { featuresPrefix } from "./feature-keys.ts";

/**
 * @file The batch runtime: features of everybody anew, from everything that ever came, by the step that streams them, so that a new feature
 * can be served at once and not after its window's length. What was before is taken away first. How far it has come is written
 * with what it writes, so that it goes on where it was interrupted; only what comes from the lake is done from its beginning.
 */
export interface BackfillParts {
  readonly log: EventLog;
  /** Opened when the log does not reach back to the beginning. */
  readonly lake: () => Promise<Lake>;
  /** Nobody else writes it. */
  readonly state: StateStore;
  readonly catalogue: Catalogue;
  readonly plan: FeaturePlan;
}

const RUN_RECORDS = 20_000;
const USERS_AT_ONCE = 500;
const ENTRIES_AT_ONCE = 10_000;
const PROGRESS_KEY = Buffer.from("b");

/** How far a backfill has come: the next record of each partition. */
interface BackfillProgress {
  readonly version: string;
  readonly format?: number;
  readonly next: readonly number[];
}

/** Events applied, those of an interrupted run not counted again. */
export async function backfillFeatures(parts: BackfillParts, progress: ProgressListener): Promise<number> {
  const { log, lake, state, catalogue, plan } = parts;
  const features = new FeatureState(plan, catalogue);
  const starts = Array.from({ length: log.partitionCount }, (_, partition) => log.start(partition));
  const [stored] = await state.get([PROGRESS_KEY]);
  let reached = stored && (JSON.parse(Buffer.from(stored).toString()) as BackfillProgress); // written by us
  let events = 0;
  const apply = async (
    records: readonly LogRecord[],
    partition: number,
    next: readonly number[] | undefined,
  ): Promise<void> => {
    const operations = await features.apply(byUserOf(records), partition, state);
    events += records.length;
    if (next) operations.push(noteOf({ version: plan.version, format: FEATURE_FORMAT, next }));
    await state.write(operations);
  };
  if (reached?.version !== plan.version || reached.format !== FEATURE_FORMAT) {
    await clear(state, progress);
    if (starts.some((start, partition) => partition > 0 && start > 0))
      for await (const { partition, records } of droppedRecords(await lake(), starts))
        await apply(records, partition, undefined);
    reached = { version: plan.version, format: FEATURE_FORMAT, next: starts };
    await state.write([noteOf(reached)]);
  }
  const ends = (await readAllProgress(state, log.partitionCount)).map(({ offset }) => offset);
  const next = [...reached.next];
  for (let partition = 1; partition < log.partitionCount; partition++) {
    const end = ends[partition]!;
    while (next[partition]! < end) {
      const from = next[partition]!;
      const records = await log.read(partition, from, Math.min(RUN_RECORDS, end - from));
      next[partition] = records.at(-1)!.offset + 1;
      const repeated = await duplicatesBetween(state, partition, from, next[partition]!);
      await apply(
        records.filter(({ offset, bytes }) => bytes.length > 0 && !repeated.has(offset)), // an empty one was erased
        partition,
        next,
      );
      progress({
        stage: "backfilling features",
        done: next[partition]! - starts[partition]!,
        total: end - starts[partition]!,
      });
    }
  }
  await state.write([{ kind: "delete", key: PROGRESS_KEY }]);
  return events;
}

function noteOf(progress: BackfillProgress): StateOperation {
  return { kind: "put", key: PROGRESS_KEY, value: Buffer.from(JSON.stringify(progress)) };
}

function byUserOf(records: readonly LogRecord[]): ReadonlyMap<string, readonly Arrival[]> {
  const byUser = new Map<string, Arrival[]>();
  for (const { offset, bytes } of records) {
    const event = viewEvent(bytes);
    const known = byUser.get(event.userId);
    if (known) known.push({ offset, event });
    else byUser.set(event.userId, [{ offset, event }]);
  }
  return byUser;
}

/** Takes away the features of everybody and everything. */
async function clear(state: StateStore, progress: ProgressListener): Promise<void> {
  for (;;) {
    const entries = await state.scan({ prefix: ITEMS_PREFIX, limit: ENTRIES_AT_ONCE });
    if (entries.length === 0) break;
    await state.write(entries.map(({ key }) => ({ kind: "delete", key })));
  }
  let done = 0;
  for (let after: string | undefined; ; ) {
    const users = await listUsers(state, USERS_AT_ONCE, after);
    if (users.length === 0) return;
    after = users.at(-1)!;
    const operations: StateOperation[] = [];
    for (const userId of users) {
      const entries = await state.scan({ prefix: featuresPrefix(userId), limit: Number.MAX_SAFE_INTEGER });
      for (const { key } of entries) operations.push({ kind: "delete", key });
    }
    if (operations.length > 0) await state.write(operations);
    done += users.length;
    progress({ stage: "taking away features", done, total: done });
  }
}
