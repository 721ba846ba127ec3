export type { CandidateRanker, RankMoment } from "./candidate-ranker.ts";
export type { DeclaredFeatures, FeatureRows } from "./declared-features.ts";
export { beforeRanking, fitRetrieval } from "./fit-retrieval.ts";
export {
  type ClusterConfig,
  clusterVectors,
  landmarksOf,
  medoidOf,
} from "./interest-clusters/cluster-vectors.ts";
export { kMeans } from "./interest-clusters/k-means.ts";
export {
  drawSeeking,
  type EngagedItems,
  type Representation,
  represent,
  type SeekingVector,
} from "./interest-clusters/multi-interest.ts";
export {
  InterestLife,
  type InterestLifeRates,
  type InterestStage,
  interestStages,
} from "./interest-life/interest-life.ts";
export {
  type BgNbd,
  fitBgNbd,
  type Purchases,
  probabilityAlive,
  purchasesIfAlive,
} from "./lifetime-value/bg-nbd.ts";
export {
  expectedValue,
  fitGammaGamma,
  type GammaGamma,
  type Spending,
} from "./lifetime-value/gamma-gamma.ts";
export { layOut } from "./map-layout/lay-out.ts";
export { placeNear } from "./map-layout/place-near.ts";
export type {
  CheckpointPlace,
  FitContext,
  FittedModel,
  ItemContents,
  LearningPoint,
  Model,
  ModelConfig,
  Retrieval,
} from "./model.ts";
export { loadModel, modelNamed, models } from "./models.ts";
export { ModelsInService } from "./models-in-service.ts";
export { parseEncoderCard } from "./onnx-encoder/encoder-card.ts";
export { ONNX_ENCODER } from "./onnx-encoder/fitted-onnx-encoder.ts";
export { importOnnxEncoder } from "./onnx-encoder/import-onnx-encoder.ts";
export { type DailyVisits, fitPresence, foresee, type PresenceModel } from "./presence/presence.ts";
export {
  calibrate,
  type Driver,
  driversOf,
  fitPropensity,
  type PersonTable,
  type Propensity,
  probabilityOf,
} from "./propensity/propensity.ts";
export { answersTo, labelsOf, learn as learnRanker } from "./ranker/learn.ts";
export type { Lesson } from "./ranker/lesson.ts";
export { prepare as prepareRanker } from "./ranker/ranker.ts";
export { retrieverNames } from "./ranker/retrieval.ts";
export { defaultSettings as rankerDefaults, type RankerConfig } from "./ranker/settings.ts";
export { nextItemBatch } from "./sequence-encoder/encoder-batch.ts";
export { itemsAlone } from "./sequence-encoder/encoder-inputs.ts";
export type { EncoderConfig } from "./sequence-encoder/encoder-network.ts";
export { nextItemNetwork } from "./sequence-encoder/objective.ts";
export {
  type ModelId,
  type ModelInService,
  type ModelRoles,
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
export { vocabularyHash, vocabularyHashInTurns } from "./vocabulary-hash.ts";
