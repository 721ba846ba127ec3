export { invertPositiveDefinite } from "./inverse.ts";
export { type Matrix, matrixOf, multiply } from "./matrix.ts";
export {
  addAt,
  copyRow,
  elementAt,
  type PackedSymmetric,
  packedBytes,
  packedSymmetric,
} from "./packed-symmetric.ts";
export { decodeSafetensors, encodeSafetensors, type NamedTensor } from "./safetensors.ts";
export { symmetricEigen } from "./symmetric-eigen.ts";
