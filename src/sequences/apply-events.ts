import {
  type Actions,
  type Catalogue,
  consentBits,
  consentOf,
  decodeEvent,
  type StoredEvent,
  UNNAMED,
} from "#events";
import type { LogRecord, StateOperation, StateReader } from "#storage";
import { AppliedIds } from "./applied-ids.ts";
import { decodeOpenRows, encodeOpenRow } from "./open-rows.ts";
import { SealedBlocks } from "./sealed-blocks.ts";
import { compareRows, NO_ITEM, type SequenceRow } from "./sequence-block.ts";
import { duplicateKey, headKey, undeclaredKey } from "./state-keys.ts";
import { decodeUserHead, encodeUserHead, type UserHead } from "./user-head.ts";
import { countEvent, type UserRecord } from "./user-record.ts";

/**
 * @file The step from the log to the state of users: given a run of records, the operations that bring every user they are
 * about up to date. Pure but for reads, so the caller writes the operations and the new log offset in one atomic step, and
 * a crash between two steps repeats nothing. The state depends on the order of records alone, not on how they were cut into runs.
 *
 * Events may arrive late and twice. One whose id the user already has changes nothing. New rows are added to the head; every
 * `OPEN_ROWS` of them are sealed into the blocks that cover their times, so that a user's newest events cost bytes, not blocks.
 */
export interface ApplyContext {
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly actions: Actions;
  /** The partition the records are from. */
  readonly partition: number;
}

/** What a run of records changes, and the time of its newest event. */
export interface Step {
  readonly operations: StateOperation[];
  readonly newestMs: number;
}

/** Rows in the head before they are sealed: half a block, so that a sealed block fills in two goes. */
const OPEN_ROWS = 32;

export async function applyEvents(records: readonly LogRecord[], context: ApplyContext): Promise<Step> {
  const byUser = new Map<string, Arrival[]>();
  let newestMs = 0;
  for (const { offset, bytes } of records) {
    const event = decodeEvent(bytes);
    newestMs = Math.max(newestMs, event.timestampMs);
    const arrivals = byUser.get(event.userId);
    if (arrivals) arrivals.push({ offset, event });
    else byUser.set(event.userId, [{ offset, event }]);
  }
  const userIds = [...byUser.keys()];
  const heads = await context.state.get(userIds.map(headKey));
  const operations: StateOperation[] = [];
  const undeclared = new Map<string, number>();
  for (const [n, userId] of userIds.entries()) {
    const update = await UserUpdate.open(userId, heads[n], context);
    for (const arrival of byUser.get(userId)!) {
      const isNew = update.add(arrival);
      if (update.isFull) await update.seal();
      if (!isNew) operations.push(markDuplicate(context.partition, arrival.offset));
      else if (isUndeclared(arrival.event, context)) countName(undeclared, arrival.event.name);
    }
    for (const operation of update.operations()) operations.push(operation);
  }
  operations.push(...(await addCounts(undeclared, context)));
  return { operations, newestMs };
}

interface Arrival {
  readonly offset: number;
  readonly event: StoredEvent;
}

/** One user's state on its way through a run of events. */
class UserUpdate {
  readonly #userId: string;
  readonly #context: ApplyContext;
  readonly #ids: AppliedIds;
  readonly #blocks: SealedBlocks;
  #record: UserRecord | undefined;
  #openCount: number;
  /** Encoded rows; those of the stored head first. */
  #open: Uint8Array[];
  #isChanged = false;

  private constructor(userId: string, head: UserHead | undefined, ids: AppliedIds, context: ApplyContext) {
    this.#userId = userId;
    this.#context = context;
    this.#ids = ids;
    this.#record = head?.record;
    this.#openCount = head?.openCount ?? 0;
    this.#open = head ? [head.openRows] : [];
    this.#blocks = new SealedBlocks(userId, head?.record.newestBlock, context.state);
  }

  static async open(
    userId: string,
    stored: Uint8Array | undefined,
    context: ApplyContext,
  ): Promise<UserUpdate> {
    const head = stored && decodeUserHead(stored);
    const hashes = head?.hashes ?? new Uint32Array(0);
    const ids = await AppliedIds.open(userId, hashes, head?.record.hashChunks ?? 0, context.state);
    return new UserUpdate(userId, head, ids, context);
  }

  /** Takes in one event; false when it was there. The caller seals when that makes the head full. */
  add({ offset, event }: Arrival): boolean {
    if (!this.#ids.add(event.eventId)) return false;
    this.#isChanged = true;
    const record = countEvent(this.#record, event, this.#context.catalogue.purposes);
    const row = rowOf(event, offset, this.#context);
    this.#record = row ? { ...record, rowCount: record.rowCount + 1 } : record;
    if (!row) return true;
    this.#open.push(Uint8Array.from(encodeOpenRow(row)));
    this.#openCount++;
    return true;
  }

  get isFull(): boolean {
    return this.#openCount === OPEN_ROWS;
  }

  async seal(): Promise<void> {
    await this.#blocks.insert(decodeOpenRows(Buffer.concat(this.#open)).sort(compareRows));
    this.#open = [];
    this.#openCount = 0;
  }

  operations(): StateOperation[] {
    if (!this.#isChanged || !this.#record) return [];
    const { newest } = this.#blocks;
    const record = {
      ...this.#record,
      hashChunks: this.#ids.chunkCount,
      ...(newest && { newestBlock: newest }),
    };
    const openRows = Buffer.concat(this.#open);
    const value = encodeUserHead({ record, openCount: this.#openCount, openRows, hashes: this.#ids.recent });
    return [
      { kind: "put", key: headKey(this.#userId), value },
      ...this.#ids.operations,
      ...this.#blocks.operations(),
    ];
  }
}

/** The sequence row of a declared action; `undefined` for events that are counted only. */
function rowOf(
  event: StoredEvent,
  offset: number,
  { catalogue, actions }: ApplyContext,
): SequenceRow | undefined {
  if (event.kind !== "track" || !actions.named(event.name)) return undefined;
  const { itemId, surface, dwellMs, value, position, slateId, source } = event.properties;
  const consent = consentBits(consentOf(event), catalogue.purposes);
  return {
    timestampMs: Math.floor(event.timestampMs),
    offset,
    eventId: event.eventId,
    itemRow: typeof itemId === "string" ? (catalogue.rowOf(itemId) ?? NO_ITEM) : NO_ITEM,
    action: catalogue.actions.codeOf(event.name) ?? UNNAMED,
    surface: typeof surface === "string" ? (catalogue.surfaces.codeOf(surface) ?? UNNAMED) : UNNAMED,
    ...(typeof dwellMs === "number" && { dwellMs }),
    ...(typeof value === "number" && { value }),
    ...(typeof position === "number" && { position }),
    ...(typeof slateId === "string" && { slateId }),
    ...(typeof source === "string" && { source }),
    ...(consent !== 0 && { consent }),
  };
}

/** Whoever reads the log after us need not find out again which records repeat an event. */
function markDuplicate(partition: number, offset: number): StateOperation {
  return { kind: "put", key: duplicateKey(partition, offset), value: new Uint8Array(0) };
}

function isUndeclared({ kind, name }: StoredEvent, { actions }: ApplyContext): boolean {
  return kind === "track" && !actions.named(name);
}

function countName(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

async function addCounts(
  counts: ReadonlyMap<string, number>,
  { state, partition }: ApplyContext,
): Promise<StateOperation[]> {
  const names = [...counts.keys()];
  const keys = names.map((name) => undeclaredKey(partition, name));
  const stored = await state.get(keys);
  return names.map((name, n) => {
    const value = Buffer.alloc(8);
    value.writeDoubleLE((stored[n] ? Buffer.from(stored[n]).readDoubleLE(0) : 0) + counts.get(name)!);
    return { kind: "put", key: keys[n]!, value };
  });
}
