export type { FitContext, FittedModel, Model, ModelConfig } from "./model.ts";
