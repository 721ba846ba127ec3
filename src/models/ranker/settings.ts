import { checkConfig, type Limits } from "../config.ts";
import type { ModelConfig } from "../model.ts";
import { type ContentChoice, contentChoices } from "../sequence-encoder/content-vocabulary.ts";
import { type Fusion, fusions } from "./fusion.ts";

export type RankerConfig = {
  /** D, numbers per item and per action. */
  readonly embeddingSize: number;
  /** How a candidate meets the history: `fusion.ts` says which ways there are. */
  readonly fusion: Fusion;
  /** Transformer blocks over the history. */
  readonly blocks: number;
  /** With `cross`: how often candidates attend to what the blocks made of the history. */
  readonly crossings: number;
  /** Newest columns of the history that are read one by one beside their maximum. */
  readonly columns: number;
  /** Layers of the cross network (DCN-v2). */
  readonly crossLayers: number;
  /** Newest acts that are read. */
  readonly maxLength: number;
  /** Beside the newest, so many older ones that are most like the candidates; needs items with vectors or tags. */
  readonly nearest: number;
  /** Names of the actions that are read of a history, separated by commas; all, hides too, when empty. */
  readonly reads: string;
  /** Longest time just before a request that learning may not see, drawn anew for every request; 0 for none. */
  readonly maskHours: number;
  /** An act belongs to the last time its item was shown, if that is no longer ago. */
  readonly outcomeHours: number;
  /** Where nobody knows what was shown: items drawn beside each that was engaged with. */
  readonly negatives: number;
  /** Share of them that is drawn by how often items were engaged with; then what is popular is no longer likely for it. */
  readonly popularNegatives: number;
  /**
   * These are of what anybody engaged with within so many hours before and after; 0 for all before. Where what is new goes fast, as news, an item of any
   * other time is told from a wanted one by its age alone.
   */
  readonly negativeHours: number;
  /**
   * Names of models, separated by commas, that are asked about each candidate, as those are that found it: they learn from the oldest four fifths of the
   * time, the ranker from the rest. In service those of these names answer.
   */
  readonly retrievers: string;
  /** Where nobody knows what was shown: items drawn beside each that was engaged with, from what the first of them would have found. */
  readonly hardNegatives: number;
  /** Names of declared features of people and items that are numbers, separated by commas: read as they are just before each request. */
  readonly features: string;
  /** Names of the actions to predict, separated by commas; all there are when empty. */
  readonly heads: string;
  /** How much heads count in learning: `save:2,hide:3`; 1 for those not named. */
  readonly headWeights: string;
  /** How much requests count in learning by how much the person did before: `new:2,casual:1.5,core:1`; 1 for those not named. */
  readonly stateWeights: string;
  /** What of the items' descriptions is read. Items that come after the fit are known by it. */
  readonly content: ContentChoice;
  /** Whether it is told what a list is about: what was searched for, a topic, an item. */
  readonly conditions: ConditionChoice;
  /** Share of items that learning knows by their description alone, at random at every step. */
  readonly idDropout: number;
  readonly dropout: number;
  readonly epochs: number;
  /** Requests per step. */
  readonly batchSize: number;
  /** Requests that are learned from, drawn at random; all when there are fewer. */
  readonly maxRequests: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Share of the requests, the newest, that is held out to measure by and to calibrate on. */
  readonly heldOut: number;
};

export type ConditionChoice = (typeof conditionChoices)[number];
export const conditionChoices = ["read", "ignored"] as const;

/** Names in a setting, separated by commas; none in an empty one. */
export function namesIn(setting: string): readonly string[] {
  return setting === "" ? [] : setting.split(",");
}

export const defaultSettings: RankerConfig = {
  embeddingSize: 32,
  fusion: "cross",
  blocks: 1,
  crossings: 1,
  columns: 10,
  crossLayers: 2,
  maxLength: 100,
  nearest: 0,
  reads: "",
  maskHours: 24,
  outcomeHours: 24,
  negatives: 8,
  popularNegatives: 0,
  negativeHours: 0,
  retrievers: "",
  hardNegatives: 0,
  features: "",
  heads: "",
  headWeights: "",
  stateWeights: "",
  content: "all",
  conditions: "read",
  idDropout: 0.1,
  dropout: 0.1,
  epochs: 3,
  batchSize: 64,
  maxRequests: 100_000,
  learningRate: 2e-3,
  weightDecay: 0.01,
  heldOut: 0.1,
};

/** What settings mean that files of earlier versions do not have. */
export const formerSettings = { conditions: "ignored" } as const satisfies Partial<RankerConfig>;

export const settingLimits: Limits<RankerConfig> = {
  embeddingSize: { min: 1, max: 1024, isInteger: true },
  fusion: { oneOf: fusions },
  blocks: { min: 0, max: 16, isInteger: true },
  crossings: { min: 1, max: 16, isInteger: true },
  columns: { min: 0, max: 100, isInteger: true },
  crossLayers: { min: 0, max: 8, isInteger: true },
  maxLength: { min: 1, max: 1024, isInteger: true },
  nearest: { min: 0, max: 1024, isInteger: true },
  reads: { isText: true },
  maskHours: { min: 0, max: 8760 },
  outcomeHours: { min: 1e-3, max: 8760 },
  negatives: { min: 0, max: 1000, isInteger: true },
  popularNegatives: { min: 0, max: 1 },
  negativeHours: { min: 0, max: 8760 },
  retrievers: { isText: true },
  hardNegatives: { min: 0, max: 1000, isInteger: true },
  features: { isText: true },
  heads: { isText: true },
  headWeights: { isText: true },
  stateWeights: { isText: true },
  content: { oneOf: contentChoices },
  conditions: { oneOf: conditionChoices },
  idDropout: { min: 0, max: 0.9 },
  dropout: { min: 0, max: 0.9 },
  epochs: { min: 1, max: 1000, isInteger: true },
  batchSize: { min: 1, max: 65_536, isInteger: true },
  maxRequests: { min: 1, max: 1e9, isInteger: true },
  learningRate: { min: 1e-9, max: 10 },
  weightDecay: { min: 0, max: 1 },
  heldOut: { min: 0, max: 0.9 },
};

/** @throws PlatformError `invalid-config` */
export function checkSettings(config: ModelConfig): asserts config is RankerConfig {
  checkConfig("ranker", config, settingLimits);
}
