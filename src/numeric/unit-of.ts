import { unitRows } from "./unit-rows.ts";

/** Scales a vector to length 1, in place, and returns it; one of zeros stays as it is. */
export function unitOf(vector: Float32Array): Float32Array {
  return unitRows(vector, vector.length);
}
