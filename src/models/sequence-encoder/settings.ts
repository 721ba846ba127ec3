import { PlatformError } from "#base";
import { checkConfig, type Limits } from "../config.ts";
import type { ModelConfig } from "../model.ts";
import { type ContentChoice, contentChoices } from "./content-vocabulary.ts";
import { type BlockKind, blockNames, type ContentBags, type EncoderConfig } from "./encoder-network.ts";
import type { Objective } from "./objective.ts";
import type { StartConfig } from "./start-token.ts";
import { type TimeEncoding, timeEncodings } from "./time-features.ts";
import { type WindowChoice, windowChoices } from "./training-windows.ts";

export type SequenceEncoderConfig = {
  /** D, numbers per item and per person. */
  readonly embeddingSize: number;
  readonly blocks: number;
  readonly block: BlockKind;
  readonly heads: number;
  /** Items are scored by the vectors they come in with, or by others. */
  readonly output: "tied" | "separate";
  /** `cosine`: people and items are vectors of length 1. */
  readonly similarity: "dot" | "cosine";
  /** What is minimised: cross-entropy among all items, or among drawn ones, or gBCE. */
  readonly loss: "full-softmax" | "sampled-softmax" | "gbce";
  /** Of the sampled losses: items drawn uniformly for a batch. */
  readonly negatives: number;
  /** Of the sampled softmax: items drawn from what the batch predicts. */
  readonly inBatchNegatives: number;
  /** Of gBCE: from 0, plain cross-entropy, to 1, fully corrected for sampling. */
  readonly calibration: number;
  /** What of an engagement is read beside its item; what the data does not have is not. */
  readonly tokens: (typeof tokenParts)[number];
  /** What is read of the times of engagements, where they are known. */
  readonly time: TimeEncoding;
  readonly timeBias: "none" | "spans";
  /** What of its description an item is made of beside its id, so that one nobody met yet has a vector. */
  readonly content: ContentChoice;
  /** With content: share of items known by their description alone, at random at every step. */
  readonly idDropout: number;
  /** What answers somebody of whom nothing is known: what is popular, or what others engaged with first who came like them. */
  readonly coldStart: "popular" | "context";
  /** What is named after each engagement: the next one, or any one that follows within the horizon. */
  readonly predicts: "next-item" | "all-actions";
  readonly horizonDays: number;
  /** Names of the actions worth predicting, separated by commas; all when empty. */
  readonly positives: string;
  /** How much it counts to tell a target from what was shown in between and left, where impressions are known. */
  readonly impressionWeight: number;
  /** Share of values left out at random while training. */
  readonly dropout: number;
  /** Newest engagements that are looked at. */
  readonly maxLength: number;
  /** Which windows of a history longer than `maxLength` are learned from. */
  readonly windows: WindowChoice;
  /** Passes over all people. */
  readonly epochs: number;
  /** Windows per step. */
  readonly batchSize: number;
  /** Of AdamW, at its peak. */
  readonly learningRate: number;
  /** Share of all steps in which the learning rate grows to its peak. */
  readonly warmUp: number;
  /** How the learning rate sinks after its peak. */
  readonly decay: "none" | "linear" | "cosine";
  /** Of AdamW: share of each weight, times the learning rate, taken away at every step. */
  readonly weightDecay: number;
  /** Share that a running average of the weights keeps at every step, which then takes their place; 0 for none. */
  readonly averaging: number;
  /** People whose last engagement is held out to measure by; the best weights of all passes are kept. 0 for none. */
  readonly validationPeople: number;
  /** Passes without a better validation after which learning ends; 0 for never. */
  readonly patience: number;
};

const tokenParts = ["item", "item-action", "item-action-surface"] as const;

export const defaultSettings: SequenceEncoderConfig = {
  embeddingSize: 64,
  blocks: 2,
  block: "sasrec",
  heads: 1,
  output: "tied",
  similarity: "dot",
  loss: "full-softmax",
  negatives: 512,
  inBatchNegatives: 512,
  calibration: 0.75,
  tokens: "item",
  time: "none",
  timeBias: "none",
  content: "tags",
  idDropout: 0.1,
  coldStart: "context",
  predicts: "next-item",
  horizonDays: 28,
  positives: "",
  impressionWeight: 0,
  dropout: 0.2,
  maxLength: 200,
  windows: "newest",
  epochs: 40,
  batchSize: 64,
  learningRate: 2e-3,
  warmUp: 0.05,
  decay: "cosine",
  weightDecay: 0,
  averaging: 0,
  validationPeople: 0,
  patience: 0,
};

export const settingLimits: Limits<SequenceEncoderConfig> = {
  embeddingSize: { min: 1, max: 4096, isInteger: true },
  blocks: { min: 0, max: 64, isInteger: true },
  block: { oneOf: blockNames },
  heads: { min: 1, max: 64, isInteger: true },
  output: { oneOf: ["tied", "separate"] },
  similarity: { oneOf: ["dot", "cosine"] },
  loss: { oneOf: ["full-softmax", "sampled-softmax", "gbce"] },
  negatives: { min: 1, max: 1e6, isInteger: true },
  inBatchNegatives: { min: 0, max: 1e6, isInteger: true },
  calibration: { min: 0, max: 1 },
  tokens: { oneOf: tokenParts },
  time: { oneOf: timeEncodings },
  timeBias: { oneOf: ["none", "spans"] },
  content: { oneOf: contentChoices },
  idDropout: { min: 0, max: 0.9 },
  coldStart: { oneOf: ["popular", "context"] },
  predicts: { oneOf: ["next-item", "all-actions"] },
  horizonDays: { min: 1e-6, max: 36_500 },
  positives: { isText: true },
  impressionWeight: { min: 0, max: 100 },
  dropout: { min: 0, max: 0.9 },
  maxLength: { min: 1, max: 16_384, isInteger: true },
  windows: { oneOf: windowChoices },
  epochs: { min: 1, max: 10_000, isInteger: true },
  batchSize: { min: 1, max: 65_536, isInteger: true },
  learningRate: { min: 1e-9, max: 10 },
  warmUp: { min: 0, max: 0.9 },
  decay: { oneOf: ["none", "linear", "cosine"] },
  weightDecay: { min: 0, max: 1 },
  averaging: { min: 0, max: 0.999_999 },
  validationPeople: { min: 0, max: 1e6, isInteger: true },
  patience: { min: 0, max: 10_000, isInteger: true },
};

/** @throws PlatformError `invalid-config` */
export function checkSettings(config: ModelConfig): asserts config is SequenceEncoderConfig {
  checkConfig("sequence-encoder", config, settingLimits);
  if (config.embeddingSize % config.heads !== 0)
    throw new PlatformError(
      "invalid-config",
      `sequence-encoder: "embeddingSize" ${config.embeddingSize} is not divided evenly by "heads" ${config.heads}.`,
    );
}

/** How many different things there are to tell apart. */
export interface VocabularySizes {
  readonly items: number;
  /** Codes of actions and of surfaces; 0 where the data has none. */
  readonly actions: number;
  readonly surfaces: number;
  /** What tells those apart who come without a history; absent where nothing does. */
  readonly start?: StartConfig | undefined;
}

/** What the network looks like by these settings; `content` while it learns. */
export function networkConfig(
  config: SequenceEncoderConfig,
  { items, actions, surfaces, start }: VocabularySizes,
  content?: ContentBags,
): EncoderConfig {
  const { embeddingSize, blocks, block, heads, output, similarity, dropout, maxLength } = config;
  const { time, timeBias, idDropout, tokens } = config;
  return {
    ...{ items, embeddingSize, blocks, block, heads, output, similarity, dropout, maxLength },
    ...{ time, timeBias, idDropout },
    actions: tokens === "item" ? 0 : actions,
    surfaces: tokens === "item-action-surface" ? surfaces : 0,
    ...(start && { start }),
    ...(content && { content }),
  };
}

/** What the network learns by these settings; gBCE knows uniform negatives only. */
export function objectiveOf(config: SequenceEncoderConfig, hasImpressions: boolean): Objective {
  const { loss: kind, negatives, inBatchNegatives, calibration } = config;
  const impressionWeight = hasImpressions ? config.impressionWeight : 0;
  switch (kind) {
    case "full-softmax":
      return { kind, impressionWeight };
    case "sampled-softmax":
      return { kind, candidates: negatives + inBatchNegatives, impressionWeight };
    case "gbce":
      return { kind, candidates: negatives, calibration, impressionWeight };
  }
}
