import type { ItemInput } from "#api";
import type { ProgressListener } from "#base";
import type { Interactions } from "#sequences";

/**
 * @file The contract of every data set: a name, where its files come from, and `load`. What is loaded is columnar and
 * knows three things: the items, the people, and what the people did, in order. `messagesOf` (`messages.ts`) turns it
 * into the platform's own events, the only way into the platform; `given` holds splits that the set's publishers fixed,
 * the only other thing an evaluation reads.
 */
export interface Dataset {
  readonly name: string;
  readonly title: string;
  /** Where a person gets the files, and under which terms. */
  readonly source: string;
  readonly licence: string;
  /** Evaluation protocols that suit it, the headline first. */
  readonly protocols: readonly string[];
  /** Names its folder may have under the data root, the usual one first; its own name when absent. */
  readonly folders?: readonly string[];
  /**
   * Reads the files in `folder` (this data set's own folder).
   * @throws PlatformError `missing-file`, naming the file, where it was looked for and where to get it
   */
  load(folder: string, progress: ProgressListener): Promise<DatasetContents>;
}

export interface DatasetContents {
  /** `utc`: real times. `order`: the source kept order only; times are made up, one second apart per person. */
  readonly clock: "utc" | "order";
  /** Item row -> what the set knows of it. */
  readonly items: readonly ItemInput[];
  /** User row -> id and traits. */
  readonly users: readonly DatasetUser[];
  readonly engagements: Engagements;
  readonly rejected: RejectedRows;
  /** Splits fixed by the publishers, by protocol name. */
  readonly given: Readonly<Record<string, GivenSplit>>;
}

export interface DatasetUser {
  readonly userId: string;
  readonly traits: Readonly<Record<string, string | number | boolean>>;
}

/** What people did: flat columns of equal length, in time order for each person. */
export interface Engagements {
  /** Action names; `actions` holds positions in this list. */
  readonly actionNames: readonly string[];
  readonly users: Uint32Array;
  readonly items: Uint32Array;
  readonly actions: Uint8Array;
  readonly timestampsMs: Float64Array;
  /** Rating, amount; NaN where there is none. */
  readonly values?: Float32Array;
  /**
   * Extra properties of one engagement (surface, session), when the set has any. The key `context` is special: its record
   * becomes the message's own context (device, place) and not a property.
   */
  readonly details?: (position: number) => Readonly<Record<string, unknown>>;
}

/** Rows that could not be read: counted, the first few kept, the rest of the file loaded. */
export interface RejectedRows {
  readonly count: number;
  readonly samples: readonly { readonly file: string; readonly line: number; readonly reason: string }[];
}

/**
 * A published division into what a model may learn from and what it is asked. Its rows are those of the contents where
 * the publishers' ids could be matched; item rows past the end of `items` are items of the publishers that the set
 * itself does not know (they are only ever ranked against). Where no id could be matched the rows are the split's own.
 */
export interface GivenSplit {
  readonly train: Interactions;
  readonly cases: readonly GivenCase[];
  /** The publishers' own validation part, disjoint from `train` and `cases`. */
  readonly validation?: readonly GivenCase[];
  /** Published cases that could not be matched to what was loaded. */
  readonly leftOut?: number;
}

export interface GivenCase {
  /** User row of `train`. */
  readonly user: number;
  /** Held-out item rows. */
  readonly positives: Uint32Array;
  /** Item rows to rank the positives against, when the publishers fixed them. */
  readonly negatives?: Uint32Array;
}
