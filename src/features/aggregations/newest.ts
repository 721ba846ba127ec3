import type { Scalar } from "#declarations";
import { type Aggregation, isLater, type Place } from "../aggregation.ts";
import type { PackedReader, PackedWriter } from "../packed-bytes.ts";

/** @file Aggregations that keep the newest events, by time and, where times are equal, by place in the log. */
interface Kept extends Place {
  readonly value: Scalar;
}

function writeKept({ timestampMs, offset, value }: Kept, out: PackedWriter): void {
  out.scalar(value);
  out.time(timestampMs);
  out.place(offset);
}

/** `undefined` where none was written but an absent value. */
function readKept(bytes: PackedReader): Kept | undefined {
  const value = bytes.scalar();
  return value === null ? undefined : { value, timestampMs: bytes.time(), offset: bytes.place() };
}

interface NewestState {
  newest: Kept | undefined;
}

export const lastOf: Aggregation<NewestState> = {
  needsValue: true,
  prepare: () => ({ newest: undefined }),
  update: (state, value, place) => {
    if (state.newest && !isLater(place, state.newest)) return;
    state.newest = { value, timestampMs: place.timestampMs, offset: place.offset };
  },
  merge: (state, { newest }) => {
    if (newest && (!state.newest || isLater(newest, state.newest))) state.newest = newest;
  },
  finalize: ({ newest }) => newest?.value ?? null,
  write: ({ newest }, out) => {
    if (newest) writeKept(newest, out);
    else out.scalar(null);
  },
  read: (bytes) => ({ newest: readKept(bytes) }),
  skip: (bytes) => {
    if (!bytes.skipScalar()) return;
    bytes.time();
    bytes.place();
  },
  tell: (bytes) => {
    const value = bytes.scalar();
    if (value === null) return null;
    bytes.time();
    bytes.place();
    return value;
  },
};

/** The newest `k`, newest first. */
export function lastKOf(k: number): Aggregation<Kept[]> {
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
      for (const one of state) writeKept(one, out);
    },
    read: (bytes) => Array.from({ length: bytes.whole() }, () => readKept(bytes)!), // as written
  };
}

function insertedBy(
  insert: (kept: Kept[], one: Kept) => void,
): Pick<Aggregation<Kept[]>, "update" | "merge"> {
  return {
    update: (state, value, { timestampMs, offset }) => insert(state, { value, timestampMs, offset }),
    merge: (state, other) => {
      for (const one of other) insert(state, one);
    },
  };
}

/** The `k` values that came newest, each once, newest first; of one event in the order it has them. */
export function lastDistinctOf(k: number): Aggregation<Kept[]> {
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
  return { ...lastKOf(k), ...insertedBy(insert) };
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
