import {
  type Actions,
  type Catalogue,
  consentBits,
  type EventView,
  INTEREST_CONTROLLED,
  interestControlOf,
  isStandingChoice,
  UNNAMED,
  viewEvent,
} from "#events";
import type { LogRecord, StateOperation, StateReader } from "#storage";
import { AppliedIds, type OlderIds } from "./applied-ids.ts";
import { CappedBlocks } from "./capped-blocks.ts";
import { countOne } from "./event-counts.ts";
import type { IdSet } from "./id-set.ts";
import { keepControl } from "./interest-controls.ts";
import { encodeOpenRow, type NewRow } from "./open-rows.ts";
import { decodeOpenRows } from "./open-rows-view.ts";
import { compareRows, NO_ITEM } from "./sequence-block.ts";
import { countChoices, decodeChoices, encodeChoices } from "./standing-choices.ts";
import { duplicateKey, headKey, undeclaredKey } from "./state-keys.ts";
import { decodeHead, emptyHead, encodeHead, type HeadParts } from "./user-head.ts";
import { addTraitChange, decodeTraitChanges, encodeTraitChanges } from "./user-record.ts";

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
  readonly olderIds: OlderIds;
  /** The partition the records are from. */
  readonly partition: number;
  /** What else is derived of the same events, in the same step. */
  readonly alsoApply?: AlsoApply | undefined;
}

/**
 * Operations that new events of users bring about elsewhere in the state. Each event comes once, the events of a user in the order of the log;
 * what it writes lies behind the user's prefix, or is of this partition alone, and depends on that order alone.
 */
export type AlsoApply = (
  byUser: ReadonlyMap<string, readonly Arrival[]>,
  context: Pick<ApplyContext, "state" | "catalogue" | "partition">,
) => Promise<readonly StateOperation[]>;

/** What a run of records changes, and the time of its newest event. */
export interface Step {
  readonly operations: StateOperation[];
  readonly newestMs: number;
}

/** Rows in the head before they are sealed. */
const OPEN_ROWS = 32;

export async function applyEvents(records: readonly LogRecord[], context: ApplyContext): Promise<Step> {
  const { state, partition } = context;
  const byUser = new Map<string, Arrival[]>();
  let newestMs = 0;
  for (const { offset, bytes } of records) {
    const event = viewEvent(bytes);
    newestMs = Math.max(newestMs, event.timestampMs);
    const arrivals = byUser.get(event.userId);
    if (arrivals) arrivals.push({ offset, event });
    else byUser.set(event.userId, [{ offset, event }]);
  }
  const keys = Array.from(byUser.keys(), headKey);
  const stored = await state.get(keys);
  const operations: StateOperation[] = [];
  const undeclared = new Map<string, number>();
  const repeated = new Set<Arrival>();
  let n = 0;
  for (const [userId, arrivals] of byUser) {
    const key = keys[n]!;
    const bytes = stored[n++];
    const head = bytes ? decodeHead(bytes) : emptyHead();
    const older = head.hashChunks > 0 ? await context.olderIds.of(userId, state) : undefined;
    const update = new UserUpdate(userId, head, older, context);
    for (const arrival of arrivals) {
      const isNew = update.add(arrival);
      if (update.isFull) await update.seal();
      if (!isNew) {
        operations.push(markDuplicate(partition, arrival.offset));
        repeated.add(arrival);
      } else if (isUndeclared(arrival.event, context)) countName(undeclared, arrival.event.name);
    }
    update.addOperations(key, operations);
  }
  operations.push(...(await addCounts(undeclared, context)));
  if (context.alsoApply) {
    for (const more of await context.alsoApply(without(byUser, repeated), context)) operations.push(more);
  }
  return { operations, newestMs };
}

/** The arrivals of every user that repeat nothing. */
function without(
  byUser: ReadonlyMap<string, readonly Arrival[]>,
  repeated: ReadonlySet<Arrival>,
): ReadonlyMap<string, readonly Arrival[]> {
  if (repeated.size === 0) return byUser;
  return new Map(
    Array.from(byUser, ([userId, arrivals]) => [
      userId,
      arrivals.filter((arrival) => !repeated.has(arrival)),
    ]),
  );
}

/** An event and its place in its partition of the log. */
export interface Arrival {
  readonly offset: number;
  readonly event: EventView;
}

/** One user's state on its way through a run of events. */
class UserUpdate {
  readonly #userId: string;
  readonly #context: ApplyContext;
  readonly #head: HeadParts;
  readonly #ids: AppliedIds;
  /** Encoded rows; those of the stored head first. */
  #open: Uint8Array[];
  #blocks: CappedBlocks | undefined;
  readonly #controls: StateOperation[] = [];
  #isChanged = false;

  constructor(userId: string, head: HeadParts, older: IdSet | undefined, context: ApplyContext) {
    this.#userId = userId;
    this.#context = context;
    this.#head = head;
    this.#open = [...head.openRows];
    this.#ids = new AppliedIds(userId, head.hashes, head.hashChunks, older, context.olderIds);
  }

  /** Takes in one event; false when it was there. The caller seals when that makes the head full. */
  add({ offset, event }: Arrival): boolean {
    if (!this.#ids.add(event)) return false;
    this.#isChanged = true;
    const head = this.#head;
    const { kind, name, timestampMs } = event;
    head.firstMs = Math.min(head.firstMs, timestampMs);
    head.lastMs = Math.max(head.lastMs, timestampMs);
    head.eventCount++;
    const isDeclared = kind !== "track" || this.#context.actions.named(name) !== undefined;
    head.counts = countOne(head.counts, kind === "track" ? name : kind, isDeclared);
    if (kind === "identify") {
      const { traits } = event.event();
      head.traits = encodeTraitChanges(
        addTraitChange(decodeTraitChanges(head.traits), { timestampMs, traits }),
      );
    }
    if (isStandingChoice(event)) this.#countChoices(event);
    if (name === INTEREST_CONTROLLED) this.#keepControl(event);
    const row = rowOf(event, offset, this.#context);
    if (!row) return true;
    head.rowCount++;
    head.openCount++;
    this.#open.push(encodeOpenRow(row));
    return true;
  }

  #keepControl(event: EventView): void {
    const control = interestControlOf(event.event());
    if (control) this.#controls.push(keepControl(this.#userId, control));
  }

  #countChoices(event: EventView): void {
    if (event.consent() === undefined) return;
    const { purposes } = this.#context.catalogue;
    this.#head.choices = encodeChoices(countChoices(decodeChoices(this.#head.choices), event, purposes));
  }

  get isFull(): boolean {
    return this.#head.openCount >= OPEN_ROWS;
  }

  async seal(): Promise<void> {
    const head = this.#head;
    this.#blocks ??= new CappedBlocks(this.#userId, head, this.#context);
    const rows = decodeOpenRows(Buffer.concat(this.#open)).sort(compareRows);
    await this.#blocks.seal(rows, head); // which counts them
    this.#open = [];
    head.openCount = 0;
    head.newestBlock = this.#blocks.newest;
    head.sealedMs = this.#blocks.newestMs;
  }

  /** What it changes, the head under its key included. */
  addOperations(key: Uint8Array, operations: StateOperation[]): void {
    if (!this.#isChanged) return;
    const head = this.#head;
    head.hashes = this.#ids.stored;
    head.newHashes = this.#ids.added;
    head.hashChunks = this.#ids.chunkCount;
    head.openRows = this.#open;
    operations.push({ kind: "put", key, value: encodeHead(head) });
    for (const operation of this.#ids.operations) operations.push(operation);
    operations.push(...this.#controls);
    if (this.#blocks) operations.push(...this.#blocks.operations());
  }
}

/** The sequence row of a declared action; `undefined` for events that are counted only. */
function rowOf(event: EventView, offset: number, { catalogue, actions }: ApplyContext): NewRow | undefined {
  if (event.kind !== "track" || !actions.named(event.name)) return undefined;
  const { itemId, surface, dwellMs, value, position, slateId, source } = event.rowProperties();
  return {
    timestampMs: Math.floor(event.timestampMs),
    offset,
    id: event,
    itemRow: itemId === undefined ? NO_ITEM : (catalogue.rowOf(itemId) ?? NO_ITEM),
    action: catalogue.actions.codeOf(event.name) ?? UNNAMED,
    surface: surface === undefined ? UNNAMED : (catalogue.surfaces.codeOf(surface) ?? UNNAMED),
    dwellMs,
    value,
    position,
    consent: consentBits(event.consent(), catalogue.purposes),
    slateId,
    source,
  };
}

/** Whoever reads the log after us need not find out again which records repeat an event. */
function markDuplicate(partition: number, offset: number): StateOperation {
  return { kind: "put", key: duplicateKey(partition, offset), value: new Uint8Array(0) };
}

function isUndeclared({ kind, name }: EventView, { actions }: ApplyContext): boolean {
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
