import { type Awaitable, whenThere } from "#base";
import type { Catalogue } from "#events";
import type { StateReader } from "#storage";
import { BlockView } from "./block-view.ts";
import { OpenRowsView } from "./open-rows-view.ts";
import type { RowsView } from "./rows-view.ts";
import { BLOCK_ROWS, NO_ITEM } from "./sequence-block.ts";
import { compareAt, SequenceWindow } from "./sequence-window.ts";
import { type BlockStart, blockKey, blockPrefix, blockStartOf, headKey } from "./state-keys.ts";
import type { ConsentedRow } from "./usable-rows.ts";
import { decodeUserHead, type UserHead } from "./user-head.ts";

/** Which part of a user's sequence. */
export interface SequenceQuery {
  /** At most so many rows. */
  readonly limit: number;
  /** Nothing later than this is read. */
  readonly asOfMs: number;
  /** Nothing earlier than this. */
  readonly sinceMs?: number;
  /** Only these action codes. */
  readonly actions?: ReadonlySet<number>;
  /** Only these surface codes. */
  readonly surfaces?: ReadonlySet<number>;
  /** Only rows for which it holds: those that may be used for a purpose. */
  readonly isUsable?: (row: ConsentedRow) => boolean;
}

const U48_MAX = 2 ** 48 - 1;

/** The head of each user id, `undefined` for one never seen. */
export function readHeads(
  state: StateReader,
  userIds: readonly string[],
): Awaitable<(UserHead | undefined)[]> {
  return whenThere(state.get(userIds.map(headKey)), (stored) =>
    stored.map((bytes) => bytes && decodeUserHead(bytes)),
  );
}

/** The rows of a user's sequence that answer the query; none for a user never seen. Reads only what it needs. */
export async function readSequence(
  state: StateReader,
  userId: string,
  query: SequenceQuery,
): Promise<SequenceWindow> {
  const [head] = await readHeads(state, [userId]);
  return head ? readSequenceOf(state, userId, head, query) : new SequenceWindow();
}

/** As {@link readSequence}, for a caller who has the head. */
export async function readSequenceOf(
  state: StateReader,
  userId: string,
  head: UserHead,
  query: SequenceQuery,
): Promise<SequenceWindow> {
  const reading = new Reading(new OpenRowsView(head.openRows), query);
  const blocks = blocksOf(state, userId, head, query.asOfMs);
  let taken = 0;
  for (let limit = firstBlocks(query.limit); !reading.isDone; limit = Math.min(2 * limit, BLOCKS_AT_ONCE)) {
    await blocks.reach(taken + limit);
    if (taken === blocks.views.length) break;
    while (taken < blocks.views.length && !reading.isDone) reading.takeBlock(blocks.views[taken++]!);
  }
  return reading.finish();
}

/** Blocks of a user, the newest first, read as far as somebody wants them. */
class Blocks {
  readonly state: StateReader;
  readonly views: BlockView[] = [];
  readonly #userId: string;
  #next: BlockStart | undefined;
  #reading: Promise<void> | undefined;

  constructor(state: StateReader, userId: string, start: BlockStart | undefined) {
    this.state = state;
    this.#userId = userId;
    this.#next = start;
  }

  /** Resolves when so many are there, or all. */
  async reach(count: number): Promise<void> {
    while (this.views.length < count && this.#next) {
      this.#reading ??= this.#readOn(this.#next, count - this.views.length);
      await this.#reading;
    }
  }

  async #readOn(next: BlockStart, limit: number): Promise<void> {
    const from = blockKey(this.#userId, next);
    const found = await this.state.scan({ prefix: blockPrefix(this.#userId), from, reverse: true, limit });
    for (const { value } of found) this.views.push(new BlockView(value));
    this.#next = found.length === limit ? placeBefore(blockStartOf(found.at(-1)!.key)) : undefined;
    this.#reading = undefined;
  }
}

/** Of heads that somebody still holds: all that is said of a person in one answer rests on the same blocks. */
const known = new WeakMap<UserHead, Blocks>();

function blocksOf(state: StateReader, userId: string, head: UserHead, asOfMs: number): Blocks {
  const { newestBlock, lastMs } = head.record;
  if (asOfMs < lastMs) return new Blocks(state, userId, newestBlock && placeAt(asOfMs));
  const kept = known.get(head);
  if (kept?.state === state) return kept;
  const blocks = new Blocks(state, userId, newestBlock && placeAt(U48_MAX));
  known.set(head, blocks);
  return blocks;
}

/** Blocks of one scan at most. */
const BLOCKS_AT_ONCE = 64;

/** Blocks that likely hold so many rows: the newest one may be half full. */
function firstBlocks(rows: number): number {
  return Math.min(Math.ceil(rows / BLOCK_ROWS) + 1, BLOCKS_AT_ONCE);
}

/** One user's rows being gathered, newest first: blocks as they come, and open rows, which may have happened at any time. */
class Reading {
  readonly #query: SequenceQuery;
  readonly #window = new SequenceWindow();
  readonly #open: OpenRowsView;
  readonly #openPart: number;
  /** Places of the open rows that are wanted and not taken yet, oldest first. */
  readonly #waiting: number[] = [];
  #isPastSince = false;
  /** Of the row looked at what consent asks: one object for all of them. */
  readonly #asked = { timestampMs: 0, consent: 0 };

  constructor(open: OpenRowsView, query: SequenceQuery) {
    this.#query = query;
    this.#open = open;
    this.#openPart = this.#window.addPart(open);
    for (let n = 0; n < open.count; n++) if (this.#isWanted(open, n)) this.#waiting.push(n);
    this.#waiting.sort((left, right) => compareAt(open, left, open, right));
  }

  /** True when no older block can add anything. */
  get isDone(): boolean {
    return this.#isPastSince || this.#window.length >= this.#query.limit;
  }

  /** Adds the wanted rows of the next older block, and the open rows that are newer. */
  takeBlock(block: BlockView): void {
    const part = this.#window.addPart(block);
    for (let n = block.count - 1; n >= 0 && !this.isDone; n--) {
      if (!this.#isWanted(block, n)) continue;
      this.#takeOpen(block, n);
      if (!this.isDone) this.#window.add(part, n);
    }
    if (block.timestampMs(0) < (this.#query.sinceMs ?? 0)) this.#isPastSince = true;
  }

  finish(): SequenceWindow {
    this.#takeOpen();
    return this.#window;
  }

  /** Takes open rows, newest first, while there is room: those newer than a row of a block, or all. */
  #takeOpen(block?: BlockView, n = 0): void {
    while (this.#waiting.length > 0 && this.#window.length < this.#query.limit) {
      const open = this.#waiting.at(-1)!;
      if (block && compareAt(this.#open, open, block, n) <= 0) return;
      this.#window.add(this.#openPart, open);
      this.#waiting.length--;
    }
  }

  #mayUse(isUsable: NonNullable<SequenceQuery["isUsable"]>, timestampMs: number, consent: number): boolean {
    this.#asked.timestampMs = timestampMs;
    this.#asked.consent = consent;
    return isUsable(this.#asked);
  }

  #isWanted(rows: RowsView, n: number): boolean {
    const { asOfMs, sinceMs = 0, actions, surfaces, isUsable } = this.#query;
    const timestampMs = rows.timestampMs(n);
    return (
      timestampMs >= sinceMs &&
      timestampMs <= asOfMs &&
      (!actions || actions.has(rows.action(n))) &&
      (!surfaces || surfaces.has(rows.surface(n))) &&
      (!isUsable || this.#mayUse(isUsable, timestampMs, rows.consent(n)))
    );
  }
}

/** The last place of a time. */
function placeAt(timeMs: number): BlockStart {
  return { timestampMs: Math.min(Math.max(0, Math.floor(timeMs)), U48_MAX), offset: U48_MAX };
}

/** The place right before another; `undefined` before the first there can be. */
function placeBefore({ timestampMs, offset }: BlockStart): BlockStart | undefined {
  if (offset > 0) return { timestampMs, offset: offset - 1 };
  return timestampMs > 0 ? { timestampMs: timestampMs - 1, offset: U48_MAX } : undefined;
}

/** Codes of the named actions that have been met; names never met match nothing. */
export function actionCodes(catalogue: Catalogue, names: readonly string[]): Set<number> {
  return new Set(names.flatMap((name) => catalogue.actions.codeOf(name) ?? []));
}

/** Codes of the named surfaces that have been met. */
export function surfaceCodes(catalogue: Catalogue, names: readonly string[]): Set<number> {
  return new Set(names.flatMap((name) => catalogue.surfaces.codeOf(name) ?? []));
}

/** True for rows that are about an item. */
export function hasItem({ itemRow }: { readonly itemRow: number }): boolean {
  return itemRow !== NO_ITEM;
}
