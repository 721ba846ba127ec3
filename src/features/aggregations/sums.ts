import type { Aggregation } from "../aggregation.ts";
import { ExactSum } from "./exact-sum.ts";

/** Events of a window. */
export const countOf: Aggregation<{ count: number }> = {
  needsValue: false,
  prepare: () => ({ count: 0 }),
  update: (state) => void state.count++,
  remove: (state) => void state.count--,
  merge: (state, other) => {
    state.count += other.count;
  },
  finalize: ({ count }) => count,
  write: ({ count }, out) => out.whole(count),
  read: (bytes) => ({ count: bytes.whole() }),
  tell: (bytes) => bytes.whole(),
};

/** Exact; a sum beyond the largest double has no value. */
export const sumOf: Aggregation<ExactSum> = {
  needsValue: true,
  prepare: () => new ExactSum(),
  update: (state, value) => state.add(value as number), // the definition's check
  remove: (state, value) => state.add(-(value as number)), // as above
  merge: (state, other) => state.addAll(other),
  finalize: (state) => finiteOrNull(state.value),
  write: (state, out) => state.write(out),
  read: (bytes) => ExactSum.read(bytes),
};

interface AverageState {
  count: number;
  readonly sum: ExactSum;
}

export const averageOf: Aggregation<AverageState> = {
  needsValue: true,
  prepare: () => ({ count: 0, sum: new ExactSum() }),
  update: (state, value) => {
    state.count++;
    state.sum.add(value as number); // the definition's check
  },
  remove: (state, value) => {
    state.count--;
    state.sum.add(-(value as number)); // as above
  },
  merge: (state, other) => {
    state.count += other.count;
    state.sum.addAll(other.sum);
  },
  finalize: ({ count, sum }) => (count === 0 ? null : finiteOrNull(sum.value / count)),
  write: ({ count, sum }, out) => {
    out.whole(count);
    sum.write(out);
  },
  read: (bytes) => ({ count: bytes.whole(), sum: ExactSum.read(bytes) }),
};

export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value + 0 : null; // no negative zero
}
