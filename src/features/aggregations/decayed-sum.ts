import type { Aggregation } from "../aggregation.ts";
import { ExactSum } from "./exact-sum.ts";
import { finiteOrNull } from "./sums.ts";

/**
 * @file The sum of `value * 2 ^ (-(t - time) / halfLife)`. A time is so many whole half-lives since 1970 and a rest; the rest's factor is
 * rounded once, with the event, and whole half-lives are powers of two, which are exact: so terms add up exactly whatever their
 * order, and the value at any later time is the same sum times a factor. What lies `FORGOTTEN` half-lives behind the newest event
 * is dropped: it weighs less than 2 ^ -512 of one like it now.
 */
interface DecayedState {
  /** Whole half-lives since 1970 that the sum is told at; those of the newest event. */
  base: number;
  readonly sum: ExactSum;
}

const FORGOTTEN = 512;

export function decayedSumOf(halfLifeMs: number): Aggregation<DecayedState> {
  const add = (state: DecayedState, term: number, whole: number): void => {
    raise(state, whole);
    const behind = state.base - whole;
    if (behind <= FORGOTTEN) state.sum.add(term * 2 ** -behind);
  };
  const termOf = (value: number, timestampMs: number): readonly [term: number, whole: number] => {
    const whole = Math.floor(timestampMs / halfLifeMs);
    return [value * 2 ** ((timestampMs - whole * halfLifeMs) / halfLifeMs), whole];
  };
  return {
    needsValue: true,
    prepare: () => ({ base: Number.NEGATIVE_INFINITY, sum: new ExactSum() }),
    update: (state, value, { timestampMs }) => add(state, ...termOf(value as number, timestampMs)), // the definition's check
    remove: (state, value, { timestampMs }) => add(state, ...termOf(-(value as number), timestampMs)), // as above
    merge: (state, other) => {
      if (other.base === Number.NEGATIVE_INFINITY) return;
      raise(state, other.base);
      const behind = state.base - other.base;
      if (behind <= FORGOTTEN) state.sum.addAll(other.sum, 2 ** -behind);
    },
    finalize: ({ base, sum }, atMs) => {
      if (base === Number.NEGATIVE_INFINITY) return 0;
      const whole = Math.floor(atMs / halfLifeMs);
      const rest = (atMs - whole * halfLifeMs) / halfLifeMs;
      return finiteOrNull(sum.value * 2 ** (base - whole) * 2 ** -rest);
    },
    write: ({ base, sum }, out) => {
      out.float(base);
      sum.write(out);
    },
    read: (bytes) => ({ base: bytes.float(), sum: ExactSum.read(bytes) }),
  };
}

/** Tells the sum at a later half-life. */
function raise(state: DecayedState, whole: number): void {
  if (whole <= state.base) return;
  const steps = whole - state.base;
  if (steps <= FORGOTTEN) state.sum.scale(2 ** -steps);
  else state.sum.clear();
  state.base = whole;
}
