import type { ModelConfig } from "#models";

/**
 * @file Settings of models on public data sets: published ones, and small searches on validation data carved out of the
 * training part (`inkling evaluate --on validation --set ...`); never chosen on the test.
 */

/** What published encoders go by: no descriptions of items, nothing about those who have not engaged yet. */
const idsAlone = { content: "ignored", coldStart: "popular" } as const;

const recipes: Readonly<Record<string, ModelConfig>> = {
  // D and reg as in Rendle et al. 2022, "Revisiting the performance of iALS"; unobservedWeight searched near theirs.
  "pinterest-20 ncf ials": { embeddingSize: 192, epochs: 16, reg: 0.02, unobservedWeight: 0.009 },
  "pinterest-20 ncf item-knn": { neighbours: 1000, shrinkage: 30 },
  "pinterest-20 split-full ials": { embeddingSize: 512, epochs: 12, reg: 0.012, unobservedWeight: 0.012 },
  "pinterest-20 split-full item-knn": { neighbours: 1000, shrinkage: 30 },
  "pinterest-20 split-full ease": { reg: 500, regExponent: 0.5, userDamping: 1 },
  "ml-1m ncf ials": { embeddingSize: 192, epochs: 12, reg: 0.007, unobservedWeight: 0.3 },
  "ml-1m ncf item-knn": { neighbours: 50, shrinkage: 100 },
  "ml-1m ncf ease": { reg: 1000, regExponent: 0.5, userDamping: 0.5 },
  "deskdrop deskdrop ials": { embeddingSize: 128, epochs: 16, reg: 0.04, unobservedWeight: 0.02 },
  "deskdrop deskdrop ease": { reg: 200, regExponent: 0.5, userDamping: 0.5 },
  "deskdrop deskdrop recent-popularity": { halfLifeDays: 120 },
  "deskdrop future-disjoint ease": { reg: 50 },
  "deskdrop future-disjoint item-knn": { shrinkage: 100 },
  // docs/measurements/encoder.md has what these were chosen among, and their figures on validation (decision 0021).
  "ml-1m loo-full sequence-encoder": { block: "hstu", blocks: 4, heads: 2, ...idsAlone },
  "s3-beauty loo-full sequence-encoder": {
    blocks: 1,
    dropout: 0.4,
    maxLength: 50,
    batchSize: 128,
    ...idsAlone,
  },
  "beauty loo-full sequence-encoder": {
    ...{ blocks: 1, dropout: 0.4, maxLength: 50, batchSize: 128, epochs: 16 },
    ...{ loss: "sampled-softmax", negatives: 2048, inBatchNegatives: 1024, ...idsAlone },
  },
  "deskdrop future-disjoint sequence-encoder": {
    ...{ tokens: "item-action", predicts: "all-actions", horizonDays: 14 },
    ...{ windows: "all", maxLength: 100, dropout: 0.3, epochs: 25, ...idsAlone },
  },
};

/** The settings recommended for a model on a data set, by whichever protocol they were found first. */
export function recommendedFor(dataset: string, model: string): ModelConfig {
  const [, settings = {}] =
    Object.entries(recipes).find(([key]) => key.startsWith(`${dataset} `) && key.endsWith(` ${model}`)) ?? [];
  return settings;
}

/** The settings that differ from the model's defaults. What a stale history costs is asked of the model that asks others. */
export function recipeFor(dataset: string, protocol: string, model: string): ModelConfig {
  const kind = protocol.startsWith("staleness-") ? "future-disjoint" : protocol;
  return recipes[`${dataset} ${kind} ${model}`] ?? {};
}
