import type { ItemRow } from "#base";
import type { InterestStage } from "#declarations";
import type { ServedModel, ServedModels } from "#models";
import type { Condition, History } from "#sequences";
import type { Candidates } from "./candidates.ts";
import type { ItemIndex } from "./items/item-index.ts";
import type { ModelTimes } from "./model-times.ts";
import type { KnownPerson } from "./person-reader.ts";

/**
 * @file The contract of a recommendation: a query goes through stages, each a list of components that can be read in one
 * place. The words are those of x-algorithm: sources propose candidates (all at once, each with a budget and a time limit), filters remove,
 * a scorer says how good what is left is, a selector chooses and orders, hydrators add what people see, side effects happen after the
 * answer. `run-pipeline.ts` runs it and writes down what every stage did.
 */
export interface Query {
  /** What the person did that says what they want, oldest first; empty for somebody new. */
  readonly history: History;
  /** All of it that says what they want or do not want, oldest first, with actions and surfaces: what shows the latter weighs 0. */
  readonly acts: History;
  /** Of the surface the list is shown on; 0 where no event came from there. */
  readonly surfaceCode: number;
  /** Action code of each engagement of `history`. */
  readonly actionCodes: ArrayLike<number>;
  /** Event id of an engagement of `history`; `undefined` for one that is no stored event (of a session sent along). */
  readonly eventIdAt: (position: number) => string | undefined;
  /** Items the person engaged with, to be left out when `excludeSeen`. */
  readonly seen: ReadonlySet<number>;
  /** Items the person sent away. */
  readonly hidden: ReadonlySet<number>;
  /** What the person muted, or had forgotten and did not engage with since. */
  readonly isMuted: (itemRow: ItemRow) => boolean;
  /** Items the caller does not want. */
  readonly excluded: ReadonlySet<number>;
  readonly excludeSeen: boolean;
  /** Tags the caller wants and does not want. */
  readonly tags: TagFilters;
  /** What the list is about, where it is about something. */
  readonly condition: Condition | undefined;
  /** The model that answers people with a history. */
  readonly personal: ServedModel;
  /** Those that were in service when it was asked; they answer to the end. */
  readonly models: Pick<ServedModels, "personal" | "coldStart" | "named">;
  /** The items as vectors of one of them, where one makes any. */
  readonly index: ItemIndex | undefined;
  /** The state of the person asked for; absent for a session, and for somebody never seen. */
  readonly person: KnownPerson | undefined;
  /** Length of the list, from its very first place: a later page asks for what stands before it too. */
  readonly n: number;
  readonly asOfMs: number;
  /** When the request for its first page came in, by `monotonicMs`. */
  readonly cameMs: number;
  /** Filled by whoever asks a model. */
  readonly modelTimes: ModelTimes;
  /** What chance derives from: the same seed gives the same list. */
  readonly seed: string;
}

/** An item passes with any of `any` (when there are some), all of `all` and none of `none`. */
export interface TagFilters {
  readonly any?: readonly string[];
  readonly all?: readonly string[];
  readonly none?: readonly string[];
}

/** What a source says: an item, and how good it is by the source's own lights. */
export interface Proposal {
  readonly itemRow: ItemRow;
  /** Higher is better; comparable within one source only. */
  readonly score: number;
  /** Why the source found it, where that says more than the source's name. Of a candidate: the first such reason. */
  readonly reason?: Reason;
  /** Of the interest it was found for, the stage of its life. */
  readonly maturity?: InterestStage;
}

export interface Candidate extends Proposal {
  /** Name of the first source that proposed it, in the order of the surface. */
  readonly source: string;
  /** Name of every source that proposed it -> its place there, from 0. */
  readonly places: ReadonlyMap<string, number>;
}

/** A candidate that is in the list. */
export interface Recommended extends Candidate {
  /** What the scorer expects, one value a head; absent where it knows nothing of the item. */
  readonly heads?: Readonly<Record<string, number>>;
  /** Why it stands where it stands, when the order of scores is not why. */
  readonly placement?: Placement;
  /** P(this item at this place | the items above it), where chance had a part in it. */
  readonly probability?: number;
  readonly reasons: readonly Reason[];
}

/** `explored`: at a place where chance may choose, whoever chose. `filled`: beyond what was scored, in the order of its source. */
export type Placement = "pinned" | "quota" | "explored" | "filled";

/** Why an item is in the list, in words and in events that can be looked up. */
export interface Reason {
  readonly kind: "because-of" | "interest" | "context" | "popular" | "similar" | "topic" | "text" | "new";
  readonly text: string;
  /** Event ids. */
  readonly evidence: readonly string[];
}

export interface Source {
  readonly name: string;
  /** False when it has nothing to say to such a query: it is not asked then. */
  answers(query: Query): boolean;
  /** Up to `budget` proposals, best first; fewer only when there are no more. The same ones for the same query and budget. */
  propose(query: Query, budget: number): Promise<readonly Proposal[]>;
}

export interface Filter {
  readonly name: string;
  /** What the filter lets through for this query. */
  open(query: Query): Promise<(itemRow: ItemRow) => boolean> | ((itemRow: ItemRow) => boolean);
}

/** Says of each candidate how likely the person is to do each of the things that count. */
export interface Scorer {
  readonly name: string;
  /** The one that scores for a query, of those that leave it to others. */
  for?(query: Query): Promise<Scorer>;
  score(query: Query, candidates: Candidates): Promise<Scores>;
}

/** One head a declared action, hides among them, or a single head that is a score. */
export interface Scores {
  readonly heads: readonly string[];
  /** Shape (candidates, heads), row-major, higher is more; NaN through a row of an item that nothing is known of. */
  readonly values: Float32Array;
  /** What heads count that the surface says nothing of. */
  readonly weights: Readonly<Record<string, number>>;
}

export interface Selector {
  readonly name: string;
  /**
   * At most `query.n` of the candidates, best first. A longer list begins with the shorter one.
   * @param relevance (candidates) utility of each, NaN where it is not known
   */
  select(query: Query, candidates: Candidates, relevance: Float64Array): readonly Selected[];
}

/** A selector's choice: which candidate, and how it came to that. */
export interface Selected extends Pick<Recommended, "placement" | "probability"> {
  /** Its position among the candidates. */
  readonly position: number;
  /** For want of anything that no rule buries: so are all that follow. */
  readonly isBuried?: true;
}

export interface Hydrator {
  readonly name: string;
  hydrate(query: Query, selected: readonly Recommended[]): Promise<readonly Recommended[]>;
}

/** A source as a surface uses it. */
export interface SourceStage {
  readonly source: Source;
  /** Candidates wanted of it that pass the filters. */
  readonly budget: number;
  /** After this it is left out. */
  readonly timeoutMs: number;
}

export interface Pipeline {
  readonly sources: readonly SourceStage[];
  /** Asked where sources were late or failed and the others found nothing: a list is not empty for that. */
  readonly lastResort?: SourceStage;
  readonly filters: readonly Filter[];
  /** Absent: candidates stay in the order of their sources. */
  readonly scorer?: Scorer;
  /** Scores items that no source found but the caller; absent: they stay in the order given. */
  readonly givenScorer?: Scorer;
  /** Head -> how much it counts, in place of the scorer's own weights. */
  readonly utility: Readonly<Record<string, number>>;
  readonly selector: Selector;
  /** What a rule wants after everything else, what fills the list included; absent where none does. */
  readonly isBuried?: (itemRow: ItemRow) => boolean;
  readonly hydrators: readonly Hydrator[];
}

/** What every stage of one run did: the record that a list is explained by. */
export interface PipelineTrace {
  readonly sources: readonly SourceTrace[];
  readonly filters: readonly FilterTrace[];
  /** Absent where candidates stay in the order of their sources. */
  readonly scorer?: StageTrace;
  readonly selector: StageTrace;
  readonly hydrators: readonly StageTrace[];
  readonly ms: number;
}

export interface StageTrace {
  readonly name: string;
  readonly in: number;
  readonly kept: number;
  readonly ms: number;
}

export interface SourceTrace {
  readonly name: string;
  /** `late`: no answer within its time. `failed`: it threw. Both are left out. */
  readonly outcome: "ok" | "late" | "failed";
  /** What it threw. */
  readonly fault?: string;
  readonly budget: number;
  readonly proposed: number;
  /** Of those, what passed the filters. */
  readonly kept: number;
  /** Of those, what no other source proposed. */
  readonly unique: number;
  /** Name of another source -> how many of the kept it proposed too. */
  readonly shared: Readonly<Record<string, number>>;
  readonly ms: number;
}

export interface FilterTrace {
  readonly name: string;
  readonly in: number;
  readonly kept: number;
}
