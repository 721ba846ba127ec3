import type { Scalar } from "#declarations";
import type { PackedReader, PackedWriter } from "./packed-bytes.ts";

/**
 * @file The contract of an aggregation: `prepare` an empty state, `update` it by an event, `merge` another state into it, `finalize`
 * it to a value (Chronon's, airbnb/chronon aggregator/BaseAggregator.scala). A state is a function of the *set* of events it has
 * seen, whatever the order and however they were merged, so that streaming, batch and a walk over all events give the same
 * value, bit for bit: sums are kept exactly and rounded once (`exact-sum.ts`), sketches hash alike and never depend on order.
 */
export interface Aggregation<State = unknown> {
  prepare(): State;
  /** Takes in one event. Only called with a value where `needsValue`. */
  update(state: State, value: Scalar, at: Place): void;
  /** Takes in what another state has seen, which stays as it is. */
  merge(state: State, other: State): void;
  /** The value at a time, which is not before any event seen. `null` where there is none to tell. */
  finalize(state: State, atMs: number): FeatureValue;
  /** Takes back an event it has seen, where that is possible: then windows slide without counting again. */
  remove?(state: State, value: Scalar, at: Place): void;
  /** False: the event alone counts, whatever its value. */
  readonly needsValue: boolean;
  write(state: State, out: PackedWriter): void;
  read(bytes: PackedReader): State;
  /** Goes past a state that nobody asks for, where that is cheaper than to read it. */
  skip?(bytes: PackedReader): void;
  /** The state without the values that came of items for which `isHidden` holds, by their row in the catalogue; where it tells what items are about. */
  without?(state: State, isHidden: (itemRow: number) => boolean): State;
  /** The value of a state as it was written, where that is cheaper than to read the state and finalize it. */
  tell?(bytes: PackedReader, atMs: number): FeatureValue;
}

/** Where an event stands among those of its user: by time, and by its place in the log where times are equal. */
export interface Place {
  readonly timestampMs: number;
  readonly offset: number;
  /** The item it was of, by its row in the catalogue, where that is kept. */
  readonly itemRow?: number | undefined;
}

export type FeatureValue =
  | Scalar
  | null
  | readonly Scalar[]
  | Readonly<Record<string, Scalar | readonly Scalar[] | null>>;

export function isLater(left: Place, right: Place): boolean {
  return (
    left.timestampMs > right.timestampMs ||
    (left.timestampMs === right.timestampMs && left.offset > right.offset)
  );
}
