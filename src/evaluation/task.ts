import type { Interactions, ItemContent } from "#sequences";

/**
 * @file What an evaluation asks. A protocol turns a data set into a task: what a model may learn from, and for whom it
 * must find which items among which others. Everything random in it is fixed by the seed, so two models are asked the
 * very same thing.
 */
export interface EvaluationTask {
  readonly dataset: string;
  readonly protocol: string;
  readonly part: EvaluationPart;
  readonly seed: number;
  /** Where the division comes from: `given` by the publishers or `seeded`. */
  readonly split: "given" | "seeded";
  /** All that a model may be fitted on. */
  readonly train: Interactions;
  /** What the model is told about each person when asked; `train` unless the protocol says otherwise. */
  readonly histories: Interactions;
  readonly cases: readonly EvaluationCase[];
  /** Items that come after the fit, in the rows from `train.itemCount` on. */
  readonly later?: readonly ItemContent[];
  /** `full`: positives are ranked among all items; `sampled`: among each case's negatives. */
  readonly ranking: "full" | "sampled";
  /** True when the items of a person's history are removed from the ranking. */
  readonly hideSeen: boolean;
  readonly metrics: readonly MetricName[];
  /** Sentences for the report: what `train` holds, what was left out, where we differ. */
  readonly notes: readonly string[];
}

/** Which question is asked. `validation` is carved out of what `test` trains on, so that choosing a model never sees the test. */
export type EvaluationPart = "validation" | "test";

/** One question. A person may have several. */
export interface EvaluationCase {
  /** User row of `histories`. */
  readonly user: number;
  /** Held-out item rows, distinct, at least one. */
  readonly positives: Uint32Array;
  /** With ranking `sampled`: the item rows to rank the positives against. */
  readonly negatives?: Uint32Array;
}

/** `hr`, `recall` and `ndcg` at a cut-off k, mean reciprocal rank, and the share of the catalogue in anyone's top k. */
export type MetricName = `${"hr" | "recall" | "ndcg" | "coverage"}At${number}` | "mrr";

/** What an evaluation reads of a data set: its engagements and the splits its publishers fixed. */
export interface EvaluationData {
  readonly dataset: string;
  readonly interactions: Interactions;
  readonly actionNames: readonly string[];
  /** Position in `actionNames` of each engagement, in the order of `interactions`. */
  readonly actions: Uint8Array;
  /** By protocol name. */
  readonly given: Readonly<Record<string, GivenDivision>>;
}

/** A published division; its rows are its own. */
export interface GivenDivision {
  readonly train: Interactions;
  readonly cases: readonly EvaluationCase[];
  readonly validation?: readonly EvaluationCase[];
  readonly leftOut?: number;
}

/** How a data set becomes a task. */
export interface Protocol {
  readonly name: string;
  /** One sentence for people. */
  readonly title: string;
  /** @throws PlatformError `unknown-protocol` when the data set lacks what the protocol needs, `no-data` when no case remains */
  task(data: EvaluationData, options: TaskOptions): EvaluationTask;
}

export interface TaskOptions {
  readonly seed: number;
  readonly part: EvaluationPart;
}
