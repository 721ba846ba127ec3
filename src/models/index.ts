export {
  type ClusterConfig,
  clusterVectors,
  landmarksOf,
  medoidOf,
} from "./interest-clusters/cluster-vectors.ts";
export { kMeans } from "./interest-clusters/k-means.ts";
export type { FitContext, FittedModel, Model, ModelConfig } from "./model.ts";
export { modelNamed, models } from "./models.ts";
export { type EncoderConfig, nextItemNetwork } from "./sequence-encoder/encoder-network.ts";
export { nextItemBatch } from "./sequence-encoder/next-item-batch.ts";
export {
  type ModelId,
  type ModelInService,
  referenceOf,
  type ServedModel,
  ServedModels,
} from "./served-models.ts";
export {
  type ModelReference,
  modelReference,
  similarities,
  similarity,
  type Vector,
  type VectorTable,
} from "./vector.ts";
export type { TensorSpec, VectorEncoder } from "./vector-encoder.ts";
export { vocabularyHash } from "./vocabulary-hash.ts";
