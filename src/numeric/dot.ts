import { assert } from "#base";

/** Inner product of two vectors of one length, summed in double precision. */
export function dot(left: Float32Array, right: Float32Array): number {
  assert(left.length === right.length, "the vectors have one length");
  let product = 0;
  for (let at = 0; at < left.length; at++) product += left[at]! * right[at]!;
  return product;
}
