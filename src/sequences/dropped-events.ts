import { assert, PlatformError } from "#base";
import { type Actions, type Catalogue, encodeEvent, SHARED_PARTITION, type StoredEvent } from "#events";
import type { EventLog, Lake, LakeEvent, LakeScanOptions, LogRecord, StateStore } from "#storage";
import { OlderIds } from "./applied-ids.ts";
import { encodeProgress } from "./applier.ts";
import { type AlsoApply, applyEvents } from "./apply-events.ts";
import { progressKey } from "./state-keys.ts";

/**
 * @file What retention has dropped from the log, out of the lake, which had taken it by then: the first occurrence of every event
 * with everything that was said in it. Whole users at a time, each in the order of the log, which is the order state depends on.
 */
const COLUMNS = [
  ...(["userId", "eventId", "kind", "name", "timestampMs", "receivedAtMs"] as const),
  ...(["properties", "traits", "rest", "partition", "logOffset"] as const),
];
type Row = Pick<LakeEvent, (typeof COLUMNS)[number]>;

const RUN_RECORDS = 10_000;

/**
 * Runs of records of one partition each, all before the partition's place in `starts`; records that repeated an event are left out.
 * @throws PlatformError `data-damaged` when the lake does not reach up to there
 */
export async function* droppedRecords(
  lake: Lake,
  starts: readonly number[],
): AsyncGenerator<{ partition: number; records: LogRecord[] }> {
  requireReach(lake, starts);
  let runs = new Map<number, LogRecord[]>();
  let gathered = 0;
  let userId: string | undefined;
  for await (const { rows } of lake.scan({ columns: COLUMNS })) {
    for (const row of rows) {
      if (row.logOffset >= (starts[row.partition] ?? 0)) continue;
      if (row.userId !== userId && gathered >= RUN_RECORDS) {
        yield* inLogOrder(runs);
        runs = new Map();
        gathered = 0;
      }
      userId = row.userId;
      const record = { offset: row.logOffset, bytes: encodeEvent(eventOf(row)) };
      const records = runs.get(row.partition);
      if (records) records.push(record);
      else runs.set(row.partition, [record]);
      gathered++;
    }
  }
  yield* inLogOrder(runs);
}

/**
 * Rows of what retention has dropped from the log: those that a scan of the lake asks for. Where the log reaches back to its beginning there are none, and no lake is opened.
 * @throws PlatformError `data-damaged` when the lake does not reach up to where the log begins
 */
export async function* droppedRows<Column extends keyof LakeEvent>(
  log: EventLog,
  lake: (() => Promise<Lake>) | undefined,
  scan: LakeScanOptions<Column>,
): AsyncGenerator<Pick<LakeEvent, Column | "logOffset">> {
  const starts = Array.from({ length: log.partitionCount }, (_, partition) => log.start(partition));
  if (starts.every((start, partition) => start === 0 || partition === SHARED_PARTITION)) return;
  assert(lake, "a log that retention has dropped from is read with its lake");
  const opened = await lake();
  requireReach(opened, starts);
  const columns = [...scan.columns, "partition", "logOffset"] as const;
  for await (const { rows } of opened.scan({ ...scan, columns }))
    for (const row of rows) if (row.logOffset < starts[row.partition]!) yield row;
}

/** @throws PlatformError `data-damaged` when the lake does not reach up to where the log begins */
function requireReach(lake: Lake, starts: readonly number[]): void {
  for (const [partition, start] of starts.entries()) {
    if (partition === 0 || lake.committed(partition) >= start) continue;
    throw new PlatformError(
      "data-damaged",
      `the log of partition ${partition} begins at record ${start} and the lake ends at ${lake.committed(partition)}: what is between is ` +
        "in neither. Restore the folder from a backup.",
    );
  }
}

/** Brings an empty state to where the log begins. */
export async function applyDropped(
  lake: Lake,
  starts: readonly number[],
  {
    state,
    ...context
  }: { state: StateStore; catalogue: Catalogue; actions: Actions; alsoApply?: AlsoApply | undefined },
): Promise<void> {
  const olderIds = new OlderIds();
  let newestMs = 0;
  for await (const { partition, records } of droppedRecords(lake, starts)) {
    const step = await applyEvents(records, { ...context, state, olderIds, partition });
    newestMs = Math.max(newestMs, step.newestMs);
    await state.write(step.operations);
  }
  await state.write(
    starts.map((offset, partition) => ({
      kind: "put",
      key: progressKey(partition),
      value: encodeProgress({ offset: partition === 0 ? 0 : offset, newestMs }),
    })),
  );
}

function* inLogOrder(
  runs: ReadonlyMap<number, LogRecord[]>,
): Generator<{ partition: number; records: LogRecord[] }> {
  for (const [partition, records] of runs)
    yield { partition, records: records.sort((left, right) => left.offset - right.offset) };
}

/** The event that a row was made of: what has a column of its own is in `properties` too, and no sender's field is called `itemEdition`. */
function eventOf(row: Row): StoredEvent {
  const { userId, eventId, kind, name, timestampMs, receivedAtMs, properties, traits } = row;
  const { itemEdition, ...rest } = fieldsOf(row.rest);
  return {
    ...({ userId, eventId, kind } as Pick<StoredEvent, "userId" | "eventId" | "kind">), // as they were stored
    ...{ name, timestampMs, receivedAtMs },
    properties: fieldsOf(properties),
    traits: fieldsOf(traits),
    rest,
    ...(typeof itemEdition === "number" && { itemEdition }),
  };
}

/** What was written as JSON; nothing where there was nothing. */
export function fieldsOf(json: string | null): StoredEvent["rest"] {
  return json === null ? {} : (JSON.parse(json) as StoredEvent["rest"]); // written by us
}
