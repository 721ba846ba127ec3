import type { ItemRow } from "#base";
import type { History } from "#sequences";

/**
 * @file The contract of a recommendation: a query goes through stages, each a list of components that can be read in one
 * place. The words are those of x-algorithm: sources propose candidates, filters remove, a selector chooses, hydrators add
 * what people see, side effects happen after the answer. Ranking of candidates by a second model (scorers) comes
 * between filters and selector when there is one.
 */
export interface Query {
  /** What the person did that says what they want, oldest first; empty for somebody new. */
  readonly history: History;
  /** Event id of each engagement of `history`. */
  readonly eventIds: readonly string[];
  /** Action code of each engagement of `history`. */
  readonly actionCodes: readonly number[];
  /** Items the person engaged with, to be left out when `excludeSeen`. */
  readonly seen: ReadonlySet<number>;
  /** Items the person sent away. */
  readonly hidden: ReadonlySet<number>;
  /** Whether an item belongs to an interest that the person muted or had forgotten. */
  readonly isMuted: (itemRow: ItemRow) => boolean;
  /** Items the caller does not want. */
  readonly excluded: ReadonlySet<number>;
  readonly excludeSeen: boolean;
  /** Length of the list. */
  readonly n: number;
  readonly asOfMs: number;
}

export interface Candidate {
  readonly itemRow: ItemRow;
  /** Higher is better; comparable within one source only. */
  readonly score: number;
  /** Name of the source that proposed it. */
  readonly source: string;
  readonly reasons: readonly Reason[];
}

/** Why an item is in the list, in words and in events that can be looked up. */
export interface Reason {
  readonly kind: "because-of" | "popular" | "similar";
  readonly text: string;
  /** Event ids. */
  readonly evidence: readonly string[];
}

export interface Source {
  readonly name: string;
  /** Up to `budget` candidates, best first; fewer only when there are no more. */
  candidates(query: Query, budget: number): Promise<readonly Candidate[]>;
}

export interface Filter {
  readonly name: string;
  /** False removes the candidate. */
  keeps(query: Query, candidate: Candidate): boolean;
}

export interface Selector {
  readonly name: string;
  select(query: Query, candidates: readonly Candidate[]): readonly Candidate[];
}

export interface Hydrator {
  readonly name: string;
  hydrate(query: Query, selected: readonly Candidate[]): Promise<readonly Candidate[]>;
}

export interface Pipeline {
  readonly sources: readonly Source[];
  readonly filters: readonly Filter[];
  readonly selector: Selector;
  readonly hydrators: readonly Hydrator[];
}

/** The list a pipeline makes for a query: at most `query.n`, fewer only when nothing more passes the filters. */
export async function runPipeline(pipeline: Pipeline, query: Query): Promise<readonly Candidate[]> {
  const kept: Candidate[] = [];
  for (const source of pipeline.sources) {
    const known = new Set(kept.map(({ itemRow }) => itemRow));
    kept.push(...(await candidatesOf(source, pipeline.filters, query, known)));
  }
  let selected = pipeline.selector.select(query, kept);
  for (const hydrator of pipeline.hydrators) selected = await hydrator.hydrate(query, selected);
  return selected;
}

const FIRST_BUDGET = 200;

/** Filters may remove most of what a source proposes, so the source is asked for more until the list can be filled. */
async function candidatesOf(
  source: Source,
  filters: readonly Filter[],
  query: Query,
  known: ReadonlySet<number>,
): Promise<Candidate[]> {
  for (let budget = Math.max(FIRST_BUDGET, 4 * query.n); ; budget *= 8) {
    const proposed = await source.candidates(query, budget);
    const kept = proposed.filter(
      (candidate) =>
        !known.has(candidate.itemRow) && filters.every((filter) => filter.keeps(query, candidate)),
    );
    if (kept.length >= query.n || proposed.length < budget) return kept;
  }
}
