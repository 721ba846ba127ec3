import type { Catalogue } from "#events";
import type { StateReader } from "#storage";
import { decodeOpenRows } from "./open-rows.ts";
import { compareRows, decodeBlock, NO_ITEM, type SequenceRow } from "./sequence-block.ts";
import { blockKey, blockPrefix, headKey } from "./state-keys.ts";
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
  readonly isUsable?: (row: SequenceRow) => boolean;
}

const U48_MAX = 2 ** 48 - 1;

/** The head of each user id, `undefined` for one never seen. */
export async function readHeads(
  state: StateReader,
  userIds: readonly string[],
): Promise<(UserHead | undefined)[]> {
  const stored = await state.get(userIds.map(headKey));
  return stored.map((bytes) => bytes && decodeUserHead(bytes));
}

/** The rows of a user's sequence that answer the query, newest first; none for a user never seen. Reads only what it needs. */
export async function readSequence(
  state: StateReader,
  userId: string,
  query: SequenceQuery,
): Promise<SequenceRow[]> {
  const [head] = await readHeads(state, [userId]);
  return head ? readSequenceOf(state, userId, head, query) : [];
}

/** As {@link readSequence}, for a caller who has the head. */
export async function readSequenceOf(
  state: StateReader,
  userId: string,
  head: UserHead,
  query: SequenceQuery,
): Promise<SequenceRow[]> {
  const { limit, asOfMs, sinceMs = 0, actions, surfaces, isUsable } = query;
  const found: SequenceRow[] = [];
  const isWanted = (row: SequenceRow): boolean =>
    row.timestampMs >= sinceMs &&
    row.timestampMs <= asOfMs &&
    (!actions || actions.has(row.action)) &&
    (!surfaces || surfaces.has(row.surface)) &&
    (!isUsable || isUsable(row));
  // Open rows arrived last but may have happened earlier: they are merged in by time as blocks are read, newest first.
  const open = decodeOpenRows(head.openRows).filter(isWanted).sort(compareRows);
  if (head.record.newestBlock) {
    for await (const block of blocksBackwards(state, userId, asOfMs, limit)) {
      if (found.length >= limit || block.at(-1)!.timestampMs < sinceMs) break;
      for (let n = block.length - 1; n >= 0 && found.length < limit; n--) {
        const row = block[n]!;
        while (open.length > 0 && found.length < limit && compareRows(open.at(-1)!, row) > 0)
          found.push(open.pop()!);
        if (isWanted(row) && found.length < limit) found.push(row);
      }
    }
  }
  while (open.length > 0 && found.length < limit) found.push(open.pop()!);
  return found;
}

/** Sealed blocks that may hold rows up to a time, newest first. */
async function* blocksBackwards(
  state: StateReader,
  userId: string,
  asOfMs: number,
  rowsWanted: number,
): AsyncGenerator<SequenceRow[]> {
  const prefix = blockPrefix(userId);
  const blocksAtOnce = Math.max(1, Math.min(8, Math.ceil(rowsWanted / 64)));
  let from = blockKey(userId, {
    timestampMs: Math.min(Math.max(0, Math.floor(asOfMs)), U48_MAX),
    offset: U48_MAX,
  });
  for (;;) {
    const entries = await state.scan({ prefix, from, reverse: true, limit: blocksAtOnce + 1 });
    for (const { value } of entries.slice(0, blocksAtOnce)) yield decodeBlock(value);
    const next = entries[blocksAtOnce];
    if (!next) return;
    from = next.key;
  }
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
export function hasItem(row: SequenceRow): boolean {
  return row.itemRow !== NO_ITEM;
}
