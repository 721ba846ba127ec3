import type { Catalogue } from "#events";
import type { StateReader } from "#storage";
import { decodeBlock, NO_ITEM, type SequenceRow } from "./sequence-block.ts";
import { blockKey, blockPrefix } from "./state-keys.ts";

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
}

const BLOCKS_AT_ONCE = 4;
const U48_MAX = 2 ** 48 - 1;

/** The rows of a user's sequence that answer the query, newest first; none for a user never seen. Reads only what it needs. */
export async function readSequence(
  state: StateReader,
  userId: string,
  query: SequenceQuery,
): Promise<SequenceRow[]> {
  const { limit, asOfMs, sinceMs = 0, actions, surfaces } = query;
  const rows: SequenceRow[] = [];
  const prefix = blockPrefix(userId);
  let from = blockKey(userId, {
    timestampMs: Math.min(Math.max(0, Math.floor(asOfMs)), U48_MAX),
    offset: U48_MAX,
  });
  for (;;) {
    const blocks = await state.scan({ prefix, from, reverse: true, limit: BLOCKS_AT_ONCE + 1 });
    for (const { value } of blocks.slice(0, BLOCKS_AT_ONCE)) {
      const block = decodeBlock(value);
      for (let n = block.length - 1; n >= 0; n--) {
        const row = block[n]!;
        if (row.timestampMs > asOfMs) continue;
        if (row.timestampMs < sinceMs || rows.length >= limit) return rows;
        if ((!actions || actions.has(row.action)) && (!surfaces || surfaces.has(row.surface))) rows.push(row);
      }
    }
    const next = blocks[BLOCKS_AT_ONCE];
    if (!next || rows.length >= limit) return rows;
    from = Buffer.from(next.key);
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
