import type { Scalar } from "#declarations";
import { type Aggregation, isLater, type Place } from "../aggregation.ts";
import type { PackedReader, PackedWriter } from "../packed-bytes.ts";

/**
 * @file Aggregations that keep the newest events, by time and, where times are equal, by place in the log. `isOfItems`: values are what items
 * are about, so each is kept with the item it came of, of which nothing may be said later.
 */
interface Kept extends Place {
  readonly value: Scalar;
}

function keptOf(value: Scalar, { timestampMs, offset, itemRow }: Place): Kept {
  return { value, timestampMs, offset, itemRow };
}

function writeKept(
  { timestampMs, offset, value, itemRow = 0 }: Kept,
  out: PackedWriter,
  isOfItems: boolean,
): void {
  out.scalar(value);
  out.time(timestampMs);
  out.place(offset);
  if (isOfItems) out.whole(itemRow);
}

/** `undefined` where none was written but an absent value. */
function readKept(bytes: PackedReader, isOfItems: boolean): Kept | undefined {
  const value = bytes.scalar();
  if (value === null) return undefined;
  return {
    value,
    timestampMs: bytes.time(),
    offset: bytes.place(),
    itemRow: isOfItems ? bytes.whole() : undefined,
  };
}

/** What lies behind a value. */
function skipPlace(bytes: PackedReader, isOfItems: boolean): void {
  bytes.time();
  bytes.place();
  if (isOfItems) bytes.whole();
}

function isHiddenBy({ itemRow }: Kept, isHidden: (itemRow: number) => boolean): boolean {
  return itemRow !== undefined && isHidden(itemRow);
}

interface NewestState {
  newest: Kept | undefined;
}

function lastOf(isOfItems: boolean): Aggregation<NewestState> {
  return {
    needsValue: true,
    prepare: () => ({ newest: undefined }),
    update: (state, value, place) => {
      if (!state.newest || isLater(place, state.newest)) state.newest = keptOf(value, place);
    },
    merge: (state, { newest }) => {
      if (newest && (!state.newest || isLater(newest, state.newest))) state.newest = newest;
    },
    finalize: ({ newest }) => newest?.value ?? null,
    write: ({ newest }, out) => {
      if (newest) writeKept(newest, out, isOfItems);
      else out.scalar(null);
    },
    read: (bytes) => ({ newest: readKept(bytes, isOfItems) }),
    skip: (bytes) => {
      if (bytes.skipScalar()) skipPlace(bytes, isOfItems);
    },
    tell: (bytes) => {
      const value = bytes.scalar();
      if (value !== null) skipPlace(bytes, isOfItems);
      return value;
    },
    ...(isOfItems && {
      without: (state, isHidden) =>
        state.newest && isHiddenBy(state.newest, isHidden) ? { newest: undefined } : state,
    }),
  };
}

/** One for all who ask, so that a read of many features has the same few objects before it. */
export const lastOfValues = lastOf(false);
export const lastOfItems = lastOf(true);

/** The newest `k`, newest first. */
export function lastKOf(k: number, isOfItems: boolean): Aggregation<Kept[]> {
  const insert = (kept: Kept[], one: Kept): void => {
    let position = kept.length;
    while (position > 0 && isLater(one, kept[position - 1]!)) position--;
    if (position >= k) return;
    kept.splice(position, 0, one);
    if (kept.length > k) kept.pop();
  };
  return {
    needsValue: true,
    prepare: () => [],
    ...insertedBy(insert),
    finalize: (state) => state.map(({ value }) => value),
    write: (state, out) => {
      out.whole(state.length);
      for (const one of state) writeKept(one, out, isOfItems);
    },
    read: (bytes) => Array.from({ length: bytes.whole() }, () => readKept(bytes, isOfItems)!), // as written
    ...(isOfItems && {
      without: (state, isHidden) => state.filter((one) => !isHiddenBy(one, isHidden)),
    }),
  };
}

function insertedBy(
  insert: (kept: Kept[], one: Kept) => void,
): Pick<Aggregation<Kept[]>, "update" | "merge"> {
  return {
    update: (state, value, place) => insert(state, keptOf(value, place)),
    merge: (state, other) => {
      for (const one of other) insert(state, one);
    },
  };
}

/** The `k` values that came newest, each once, newest first; of one event in the order it has them. */
export function lastDistinctOf(k: number, isOfItems: boolean): Aggregation<Kept[]> {
  const insert = (kept: Kept[], one: Kept): void => {
    const known = kept.findIndex(({ value }) => value === one.value);
    if (known >= 0 && !isLater(one, kept[known]!)) return;
    if (known >= 0) kept.splice(known, 1);
    let position = kept.length;
    while (position > 0 && isLater(one, kept[position - 1]!)) position--;
    if (position >= k) return;
    kept.splice(position, 0, one);
    if (kept.length > k) kept.pop();
  };
  return { ...lastKOf(k, isOfItems), ...insertedBy(insert) };
}

/** Seconds since the newest event. */
export const timeSinceOf: Aggregation<{ newestMs: number | undefined }> = {
  needsValue: false,
  prepare: () => ({ newestMs: undefined }),
  update: (state, _, { timestampMs }) => {
    state.newestMs = Math.max(state.newestMs ?? timestampMs, timestampMs);
  },
  merge: (state, { newestMs }) => {
    if (newestMs !== undefined) state.newestMs = Math.max(state.newestMs ?? newestMs, newestMs);
  },
  finalize: ({ newestMs }, atMs) => (newestMs === undefined ? null : (atMs - newestMs) / 1000),
  write: ({ newestMs }, out) => {
    out.byte(newestMs === undefined ? 0 : 1);
    if (newestMs !== undefined) out.time(newestMs);
  },
  read: (bytes) => ({ newestMs: bytes.byte() === 1 ? bytes.time() : undefined }),
  tell: (bytes, atMs) => (bytes.byte() === 1 ? (atMs - bytes.time()) / 1000 : null),
};
