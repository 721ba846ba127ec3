import type { ModelConfig } from "#models";

/**
 * @file Settings of models on public data sets, chosen on validation data carved out of the training part
 * (`inkling evaluate --on validation --set ...`), never on the test.
 */
const recipes: Readonly<Record<string, ModelConfig>> = {};

/** The settings that differ from the model's defaults. */
export function recipeFor(dataset: string, protocol: string, model: string): ModelConfig {
  return recipes[`${dataset} ${protocol} ${model}`] ?? {};
}
