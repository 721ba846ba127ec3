import type { ProgressListener, Random } from "#base";
import type { History, Interactions, ItemContent } from "#sequences";
import type { Matrix } from "#tensor";
import type { CandidateRanker } from "./candidate-ranker.ts";
import type { DeclaredFeatures } from "./declared-features.ts";
import type { VectorEncoder } from "./vector-encoder.ts";

/**
 * @file The contract of every model that scores items for a person. A model is a name, a documented config and `fit`; what
 * `fit` returns is immutable, so "not fitted" cannot be expressed. Every model scores a *history*, not a stored user: the
 * newest event changes the next answer, a person met a second ago is served, and what is evaluated is what is served.
 */
export interface Model<Config extends ModelConfig = ModelConfig> {
  readonly name: string;
  /** One sentence for people. */
  readonly title: string;
  readonly defaults: Config;
  /** Set for a model that orders what others found: it answers whoever asks for it by name, beside the personal one. */
  readonly isRanker?: true;
  /**
   * Learns from `data`. Deterministic for the same data, config and random.
   * @throws PlatformError `model-too-large`, `no-data`, `invalid-config`
   */
  fit(data: Interactions, config: Config, context: FitContext): Promise<FittedModel>;
  /** Inverse of {@link FittedModel.serialize}. */
  load(bytes: Uint8Array): FittedModel;
}

/** Flat and serializable: what a run's record shows, and a file or a command line can set. Text is one of a setting's choices. */
export type ModelConfig = Readonly<Record<string, number | string>>;

export interface FitContext {
  readonly random: Random;
  readonly progress: ProgressListener;
  /** Told how learning goes, by models that learn in passes. */
  readonly learned?: (point: LearningPoint) => void;
  /** Where a long run keeps what it needs to go on after an interruption. */
  readonly checkpoints?: CheckpointPlace;
  /** Ends a run that can be interrupted: it leaves a checkpoint and throws. */
  readonly abort?: AbortSignal;
  /** For models that read declared features; absent where there are none. */
  readonly features?: DeclaredFeatures;
  /** For a ranker that asks others about candidates. */
  readonly retrieval?: Retrieval;
  /** Threads to compute with; as many as there are cores when absent. */
  readonly threads?: number;
}

/**
 * What those who find candidates say of them, as inputs of the one who orders them. They have to be asked about a time that they did not learn from, as
 * they are in service: of what they learned from they know the answer, and a ranker would learn to believe them.
 */
export interface Retrieval {
  /** In the order of the ranker's setting `retrievers`; the first finds the candidates that are hard to tell from what was wanted. */
  readonly models: readonly FittedModel[];
  /** They learned from what was before; where nobody knows when anything was, from the oldest {@link LEARNED_SHARE} of what each person did. */
  readonly untilMs?: number;
}

/** Share of the engagements, the oldest, that those who are asked learn from; the ranker learns from the others. */
export const LEARNED_SHARE = 0.8;

/** One point of a learning curve. */
export interface LearningPoint {
  /** Passes done, counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Mean over the pass, of what is minimised. */
  readonly loss: number;
  /** NDCG@10 on the people held out for validation; absent when there are none. */
  readonly validation?: number;
  /** Real tokens learned from per second. */
  readonly tokensPerSecond: number;
  readonly remainingMs: number;
}

/** One checkpoint, replaced by the next. */
export interface CheckpointPlace {
  read(): Promise<Uint8Array | undefined>;
  write(checkpoint: Uint8Array): Promise<void>;
  /** The run is over. */
  remove(): Promise<void>;
}

/** The items there are now, by their rows. */
export interface ItemContents {
  /** Changes when anything known of an item does. */
  readonly revision: number;
  readonly itemCount: number;
  at(itemRow: number): ItemContent;
}

export interface FittedModel {
  readonly name: string;
  readonly config: ModelConfig;
  /** Item rows 0 .. itemCount - 1 have scores; rows the catalogue gained later have none. */
  readonly itemCount: number;
  /**
   * Scores of all items for each history: `Float32Array` of shape (histories, itemCount), row-major, higher is better.
   * Only the order within a row has meaning. An empty history gets the model's cold-start order. Item rows at or above
   * `itemCount` in a history are ignored. Items already seen are scored like any other: removing them is the caller's.
   */
  score(histories: readonly History[]): Promise<Float32Array>;
  /** As `score`, of one history and some items only, NaN for those it has not met: of models to which that is less work. */
  scoreItems?(history: History, itemRows: ArrayLike<number>): Promise<Float32Array>;
  /**
   * How much each engagement of the history adds to the score of `itemRow`: shape (history length). All zeros when the
   * model is not personal. The engagements with the largest values are the evidence shown to people.
   */
  explain(history: History, itemRow: number): Promise<Float32Array>;
  /** Similarity of every item to `itemRow`: shape (itemCount), higher is closer, the item itself -Infinity. */
  related(itemRow: number): Promise<Float32Array>;
  /**
   * The items of positive similarity, in ascending order, with it: of models that keep them by item, for which `related` would fill a
   * row of all items.
   */
  neighboursOf?(itemRow: number): { readonly itemRows: Uint32Array; readonly similarities: Float32Array };
  /** (itemCount, D), where the model has factors of items: alike where the same people want them. */
  readonly itemFactors?: Matrix;
  /** Whether an empty history with a `context` gets an answer of its own rather than what is popular. */
  readonly answersStrangers?: boolean;
  /**
   * The same model over a catalogue that grows: items it gained after the fit count from now on by what they are described by, in histories and in
   * answers. Those of which it knows nothing score -Infinity. Of models that read descriptions.
   */
  over?(catalogue: ItemContents): FittedModel;
  /** Of models that put people and items into one space; absent from the others. */
  readonly encoder?: VectorEncoder;
  /** Of models that tell actions apart; absent from the others. */
  readonly ranker?: CandidateRanker;
  /** Everything needed to serve, as one safetensors file. */
  serialize(): Uint8Array;
  /** Gives back what it holds of the runtime's memory, once what runs is done; asked again, it takes that anew. Of models that hold any. */
  release?(): Promise<void>;
}
