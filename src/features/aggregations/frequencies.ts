import type { Scalar } from "#declarations";
import type { Aggregation } from "../aggregation.ts";

/** Counts of values below the first bound, from each bound to the next, and from the last on. */
export function histogramOf(bounds: readonly number[]): Aggregation<number[]> {
  const binOf = (value: number): number => {
    const above = bounds.findIndex((bound) => value < bound);
    return above < 0 ? bounds.length : above;
  };
  const empty = (): number[] => Array.from({ length: bounds.length + 1 }, () => 0);
  return {
    needsValue: true,
    prepare: empty,
    update: (state, value) => void state[binOf(value as number)]!++, // the definition's check
    remove: (state, value) => void state[binOf(value as number)]!--, // as above
    merge: (state, other) => {
      for (const [n, count] of other.entries()) state[n]! += count;
    },
    finalize: (state) => [...state],
    write: (state, out) => {
      for (const count of state) out.whole(count);
    },
    read: (bytes) => empty().map(() => bytes.whole()),
  };
}

/** The most frequent `k`. Every value of the window is counted, so that it is exact. */
export function topKOf(k: number): Aggregation<Map<Scalar, number>> {
  const add = (counts: Map<Scalar, number>, value: Scalar, times: number): void => {
    const count = (counts.get(value) ?? 0) + times;
    if (count === 0) counts.delete(value);
    else counts.set(value, count);
  };
  return {
    needsValue: true,
    prepare: () => new Map(),
    update: (state, value) => add(state, value, 1),
    remove: (state, value) => add(state, value, -1),
    merge: (state, other) => {
      for (const [value, count] of other) add(state, value, count);
    },
    finalize: (state) => mostOf(state, k),
    write: (state, out) => {
      out.whole(state.size);
      for (const [value, count] of [...state].sort(([left], [right]) => compareTexts(left, right))) {
        out.scalar(value);
        out.whole(count);
      }
    },
    read: (bytes) =>
      new Map(Array.from({ length: bytes.whole() }, () => [bytes.scalar() as Scalar, bytes.whole()])), // as written
  };
}

/** Row of an item -> how often what it is about was counted with it. */
type ByItem = Map<number, number>;

/** As {@link topKOf}, of what items are about: each value is counted by the item it came of, of which nothing may be said later. */
export function topKOfItems(k: number): Aggregation<Map<Scalar, ByItem>> {
  const add = (counts: Map<Scalar, ByItem>, value: Scalar, itemRow: number, times: number): void => {
    const items = counts.get(value) ?? new Map<number, number>();
    const count = (items.get(itemRow) ?? 0) + times;
    if (count === 0) items.delete(itemRow);
    else items.set(itemRow, count);
    if (items.size === 0) counts.delete(value);
    else counts.set(value, items);
  };
  return {
    needsValue: true,
    prepare: () => new Map(),
    update: (state, value, { itemRow = 0 }) => add(state, value, itemRow, 1),
    remove: (state, value, { itemRow = 0 }) => add(state, value, itemRow, -1),
    merge: (state, other) => {
      for (const [value, items] of other)
        for (const [itemRow, count] of items) add(state, value, itemRow, count);
    },
    finalize: (state) =>
      mostOf(
        Array.from(state, ([value, items]) => [value, sumOf(items.values())] as const),
        k,
      ),
    write: (state, out) => {
      out.whole(state.size);
      for (const [value, items] of [...state].sort(([left], [right]) => compareTexts(left, right))) {
        out.scalar(value);
        out.whole(items.size);
        for (const [itemRow, count] of [...items].sort(([left], [right]) => left - right)) {
          out.whole(itemRow);
          out.whole(count);
        }
      }
    },
    read: (bytes) =>
      new Map(
        Array.from({ length: bytes.whole() }, () => [
          bytes.scalar() as Scalar, // as written
          new Map(Array.from({ length: bytes.whole() }, () => [bytes.whole(), bytes.whole()] as const)),
        ]),
      ),
    without: (state, isHidden) => {
      const left = new Map<Scalar, ByItem>();
      for (const [value, items] of state)
        for (const [itemRow, count] of items) if (!isHidden(itemRow)) add(left, value, itemRow, count);
      return left;
    },
  };
}

/** The most frequent, of equally frequent ones the first by name. */
function mostOf(counts: Iterable<readonly [Scalar, number]>, k: number): Scalar[] {
  return [...counts]
    .sort(([left, leftCount], [right, rightCount]) => rightCount - leftCount || compareTexts(left, right))
    .slice(0, k)
    .map(([value]) => value);
}

function sumOf(counts: Iterable<number>): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}

function compareTexts(left: Scalar, right: Scalar): number {
  const [one, other] = [String(left), String(right)];
  return one < other ? -1 : one > other ? 1 : 0;
}
