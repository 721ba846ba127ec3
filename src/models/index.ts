export type { FitContext, FittedModel, Model, ModelConfig } from "./model.ts";
export { modelNamed, models } from "./models.ts";
