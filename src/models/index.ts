export type { CheckpointPlace, FitContext, FittedModel, LearningPoint, Model, ModelConfig } from "./model.ts";
export { modelNamed, models } from "./models.ts";
export { nextItemBatch } from "./sequence-encoder/encoder-batch.ts";
export { itemsAlone } from "./sequence-encoder/encoder-inputs.ts";
export type { EncoderConfig } from "./sequence-encoder/encoder-network.ts";
export { nextItemNetwork } from "./sequence-encoder/objective.ts";
