import { assert } from "#base";

/** Inner product of two vectors of the same length. */
export function dot(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < left.length; at++) sum += left[at]! * right[at]!;
  return sum;
}

/** Scales a vector to length 1, in place, and returns it; one of zeros stays as it is. */
export function normalize<Vector extends Float32Array | Float64Array>(vector: Vector): Vector {
  const length = Math.sqrt(dot(vector, vector));
  if (length > 0) for (let at = 0; at < vector.length; at++) vector[at]! /= length;
  assert(Number.isFinite(length), "a vector has finite numbers");
  return vector;
}
