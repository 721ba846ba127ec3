import { assert } from "#base";
import { type Actions, type Catalogue, decodeEvent, type Fields, type StoredEvent, UNNAMED } from "#events";
import type { LogRecord, StateOperation, StateReader } from "#storage";
import {
  compareRows,
  decodeBlock,
  encodeBlock,
  NO_ITEM,
  type SequenceRow,
  splitIntoBlocks,
} from "./sequence-block.ts";
import {
  appliedEventKey,
  type BlockStart,
  blockKey,
  blockPrefix,
  blockStartOf,
  undeclaredKey,
  userKey,
} from "./state-keys.ts";
import { countEvent, decodeUserRecord, encodeUserRecord, type UserRecord } from "./user-record.ts";

/**
 * @file The step from the log to the state of users: given a run of records, the operations that bring every user they are
 * about up to date. Pure but for reads, so the caller writes the operations and the new log offset in one atomic step, and
 * a crash between two steps repeats nothing.
 *
 * Events may arrive late and twice. A late one is put in the block that covers its time; one whose id the user already has
 * changes nothing.
 */
export interface ApplyContext {
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly actions: Actions;
}

export async function applyEvents(records: readonly LogRecord[], context: ApplyContext): Promise<Step> {
  const arrivals = records.map(({ offset, bytes }) => ({ offset, event: decodeEvent(bytes) }));
  const newestMs = arrivals.reduce((newest, { event }) => Math.max(newest, event.timestampMs), 0);
  const fresh = await dropDuplicates(arrivals, context.state);
  const operations: StateOperation[] = fresh.map(({ event: { userId, eventId } }) => ({
    kind: "put",
    key: appliedEventKey(userId, eventId),
    value: new Uint8Array(0),
  }));
  const byUser = new Map<string, Arrival[]>();
  for (const arrival of fresh) {
    const own = byUser.get(arrival.event.userId);
    if (own) own.push(arrival);
    else byUser.set(arrival.event.userId, [arrival]);
  }
  const userIds = [...byUser.keys()];
  const stored = await context.state.get(userIds.map(userKey));
  for (const [n, userId] of userIds.entries()) {
    const before = stored[n] && decodeUserRecord(stored[n]);
    operations.push(...(await applyToUser(userId, before, byUser.get(userId)!, context)));
  }
  operations.push(...(await countUndeclared(fresh, context)));
  return { operations, newestMs };
}

/** What a run of records changes, and the time of its newest event. */
export interface Step {
  readonly operations: StateOperation[];
  readonly newestMs: number;
}

interface Arrival {
  readonly offset: number;
  readonly event: StoredEvent;
}

async function dropDuplicates(arrivals: readonly Arrival[], state: StateReader): Promise<Arrival[]> {
  const keys = arrivals.map(({ event: { userId, eventId } }) => appliedEventKey(userId, eventId));
  const known = await state.get(keys);
  const seen = new Set<string>();
  return arrivals.filter((_, n) => {
    const key = Buffer.from(keys[n]!).toString("latin1");
    if (known[n] || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

async function applyToUser(
  userId: string,
  before: UserRecord | undefined,
  arrivals: readonly Arrival[],
  context: ApplyContext,
): Promise<StateOperation[]> {
  let record = before;
  for (const { event } of arrivals) record = countEvent(record, event);
  assert(record, "a user in the batch has at least one event");
  const rows = arrivals.flatMap((arrival) => rowOf(arrival, context) ?? []).sort(compareRows);
  if (rows.length === 0) return [{ kind: "put", key: userKey(userId), value: encodeUserRecord(record) }];
  const { operations, tail } = await insertRows(userId, record.tail, rows, context.state);
  const after: UserRecord = { ...record, rowCount: record.rowCount + rows.length, tail };
  return [...operations, { kind: "put", key: userKey(userId), value: encodeUserRecord(after) }];
}

/** The sequence row of a declared action; `undefined` for events that are counted only. */
function rowOf({ offset, event }: Arrival, { catalogue, actions }: ApplyContext): SequenceRow | undefined {
  if (event.kind !== "track" || !actions.named(event.name)) return undefined;
  const { itemId, surface, dwellMs, value, position, slateId, source } = event.properties;
  return {
    timestampMs: Math.floor(event.timestampMs),
    offset,
    eventId: event.eventId,
    itemRow: typeof itemId === "string" ? (catalogue.rowOf(itemId) ?? NO_ITEM) : NO_ITEM,
    action: catalogue.actions.codeOf(event.name) ?? UNNAMED,
    surface: typeof surface === "string" ? (catalogue.surfaces.codeOf(surface) ?? UNNAMED) : UNNAMED,
    ...numbersOf({ dwellMs, value, position }),
    ...(typeof slateId === "string" && { slateId }),
    ...(typeof source === "string" && { source }),
  };
}

function numbersOf(fields: Fields): { dwellMs?: number; value?: number; position?: number } {
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => typeof field === "number"));
}

/** Merges rows (in order) into the blocks that cover their times, and names the newest block afterwards. */
async function insertRows(
  userId: string,
  tail: BlockStart | undefined,
  rows: readonly SequenceRow[],
  state: StateReader,
): Promise<{ operations: StateOperation[]; tail: BlockStart }> {
  const operations: StateOperation[] = [];
  let newest = tail;
  let waiting = rows;
  while (waiting.length > 0) {
    const target = await coveringBlock(userId, tail, waiting.at(-1)!, state);
    const inside = target ? waiting.filter((row) => !isBefore(row, target)) : waiting;
    // Rows older than the oldest block go into it.
    const takesAll =
      inside.length === 0 ||
      (inside.length < waiting.length && !(await hasOlderBlock(userId, target!, state)));
    const taken = takesAll ? waiting : inside;
    const stored = target && (await state.get([blockKey(userId, target)]))[0];
    const blocks = splitIntoBlocks([...(stored ? decodeBlock(stored) : []), ...taken].sort(compareRows));
    if (target) operations.push({ kind: "delete", key: blockKey(userId, target) });
    for (const block of blocks)
      operations.push({ kind: "put", key: blockKey(userId, block[0]!), value: encodeBlock(block) });
    if (target === tail) newest = startOf(blocks.at(-1)!);
    waiting = waiting.slice(0, waiting.length - taken.length);
  }
  assert(newest, "a sequence with rows has a newest block");
  return { operations, tail: newest };
}

/** The block a row belongs to: the last that starts at or before it, else the oldest; `undefined` for an empty sequence. */
async function coveringBlock(
  userId: string,
  tail: BlockStart | undefined,
  row: SequenceRow,
  state: StateReader,
): Promise<BlockStart | undefined> {
  if (!tail || !isBefore(row, tail)) return tail;
  const prefix = blockPrefix(userId);
  const [before] = await state.scan({ prefix, from: blockKey(userId, row), reverse: true, limit: 1 });
  const [found] = before ? [before] : await state.scan({ prefix, limit: 1 });
  const start = blockStartOf(found!.key); // there is a tail, so there is a block
  return start.timestampMs === tail.timestampMs && start.offset === tail.offset ? tail : start;
}

async function hasOlderBlock(userId: string, block: BlockStart, state: StateReader): Promise<boolean> {
  const found = await state.scan({
    prefix: blockPrefix(userId),
    from: blockKey(userId, block),
    reverse: true,
    limit: 2,
  });
  return found.length === 2;
}

function isBefore(row: SequenceRow, start: BlockStart): boolean {
  return (
    row.timestampMs < start.timestampMs ||
    (row.timestampMs === start.timestampMs && row.offset < start.offset)
  );
}

function startOf(block: readonly SequenceRow[]): BlockStart {
  const { timestampMs, offset } = block[0]!;
  return { timestampMs, offset };
}

async function countUndeclared(
  arrivals: readonly Arrival[],
  { state, actions }: ApplyContext,
): Promise<StateOperation[]> {
  const counts = new Map<string, number>();
  for (const { event } of arrivals) {
    if (event.kind === "track" && !actions.named(event.name))
      counts.set(event.name, (counts.get(event.name) ?? 0) + 1);
  }
  const names = [...counts.keys()];
  const stored = await state.get(names.map(undeclaredKey));
  return names.map((name, n) => {
    const value = Buffer.alloc(8);
    value.writeDoubleLE((stored[n] ? Buffer.from(stored[n]).readDoubleLE(0) : 0) + counts.get(name)!);
    return { kind: "put", key: undeclaredKey(name), value };
  });
}
