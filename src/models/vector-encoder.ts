import { assert } from "#base";
import { dot } from "#numeric";
import type { History, ItemContent } from "#sequences";

/**
 * @file What a model can do beside scoring when it puts people and items into one space: give their vectors away, for retrieval,
 * for other teams' rankers, for finding people alike. All have length 1, so an inner product is a cosine. A vector says nothing
 * beside one of another version of the model (`vector.ts`).
 */
export interface VectorEncoder {
  /** D. */
  readonly dimension: number;
  /** Newest engagements that are looked at. */
  readonly maxLength: number;
  /** What the network takes in, and what comes out before it is brought to length 1. */
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /**
   * Vectors of people by what they did: `Float32Array` of shape (histories, D), row-major. Zeros for a history in which the
   * model knows nothing.
   */
  userVectors(histories: readonly History[]): Promise<Float32Array>;
  /** Items that were there at the fit. Rows above have vectors by what they are described by, where the model reads that. */
  readonly learnedItems: number;
  /** Whether an engagement with the item says anything to the model. */
  knows(itemRow: number): boolean;
  /** Vectors of all items: shape (itemCount, D). Zeros for an item without one. */
  itemVectors(): Promise<Float32Array>;
  /** The vector of an item by what it is described by alone: (D); `undefined` where that says nothing to the model. */
  contentVector?(content: ItemContent): Float32Array | undefined;
}

/** A tensor's name, element type and shape; a size given as text is free, equal texts are equal sizes. */
export interface TensorSpec {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

/** Cosine of every row of `vectors`, of shape (rows, D) and length 1, with row `row`; that row itself is -Infinity. */
export function cosinesTo(row: number, vectors: Float32Array, dimension: number): Float32Array {
  assert(row >= 0 && row * dimension < vectors.length, "the row is in the table");
  const vectorOf = (other: number) => vectors.subarray(other * dimension, (other + 1) * dimension);
  const own = vectorOf(row);
  const cosines = Float32Array.from({ length: vectors.length / dimension }, (_, other) =>
    dot(own, vectorOf(other)),
  );
  cosines[row] = Number.NEGATIVE_INFINITY;
  return cosines;
}
