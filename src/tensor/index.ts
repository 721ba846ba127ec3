export { constant, type Expression, input } from "./graph/expression.ts";
export { gradientsOf } from "./graph/gradients.ts";
export { type Initial, Network } from "./graph/network.ts";
export { onnxGraph } from "./graph/onnx-graph.ts";
export { invertPositiveDefinite } from "./inverse.ts";
export { type Matrix, matrixOf, multiply } from "./matrix.ts";
export { encodeOnnx, type OnnxGraph } from "./onnx-file.ts";
export type { ExecutionProvider } from "./onnx-session.ts";
export {
  attention,
  causalBias,
  causalMask,
  joinHeads,
  siluAttention,
  splitHeads,
} from "./ops/attention.ts";
export { add, exp, mul, relu, scale, sigmoid, silu, sub } from "./ops/elementwise.ts";
export {
  asRows,
  concatenate,
  firstRows,
  reshape,
  split,
  transpose,
  transposed,
  unsqueeze,
} from "./ops/layout.ts";
export { binaryLoss, fullSoftmaxLoss, gbceBeta, gbceLoss, sampledSoftmaxLoss } from "./ops/loss.ts";
export { l2Normalize, layerNorm, softmax } from "./ops/normalization.ts";
export { largest } from "./ops/pooling.ts";
export { affine, matmul, matmulGiven } from "./ops/product.ts";
export { stretchOuterLike, sum, total } from "./ops/reduction.ts";
export { gather, gatherDistinct } from "./ops/selection.ts";
export {
  addAt,
  copyRow,
  elementAt,
  type PackedSymmetric,
  packedBytes,
  packedSymmetric,
} from "./packed-symmetric.ts";
export { Program } from "./program.ts";
export { decodeSafetensors, encodeSafetensors, type NamedTensor } from "./safetensors.ts";
export { symmetricEigen } from "./symmetric-eigen.ts";
export { adamWDefaults } from "./training/adam-w.ts";
export { lengthBuckets } from "./training/length-buckets.ts";
export { type TrainingData, type TrainingEvent, train } from "./training/train.ts";
export { type Batch, Trainer, type TrainerOptions } from "./training/trainer.ts";
