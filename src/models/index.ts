export type { CheckpointPlace, FitContext, FittedModel, LearningPoint, Model, ModelConfig } from "./model.ts";
export { modelNamed, models } from "./models.ts";
export type { EncoderConfig } from "./sequence-encoder/encoder-network.ts";
export { nextItemBatch } from "./sequence-encoder/next-item-batch.ts";
export { nextItemNetwork } from "./sequence-encoder/objective.ts";
