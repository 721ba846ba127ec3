import { filterOf } from "../items/item-filter.ts";
import type { Proposal, Query, Source, TagFilters } from "../pipeline.ts";
import type { QueryVectors, VectorFreshness } from "../query-vectors.ts";

/** The items nearest to the person, as a model in service sees both: by the newest events, or as of the last refresh. */
export class VectorSource implements Source {
  readonly name: string;
  readonly #freshness: VectorFreshness;
  readonly #vectors: QueryVectors;
  readonly #tags: TagFilters | undefined;

  /** `tags`: what the surface asks of items. */
  constructor(
    name: string,
    freshness: VectorFreshness,
    parts: { readonly vectors: QueryVectors; readonly tags?: TagFilters },
  ) {
    this.name = name;
    this.#freshness = freshness;
    this.#vectors = parts.vectors;
    this.#tags = parts.tags;
  }

  answers({ condition, history, index }: Query): boolean {
    return condition === undefined && history.itemRows.length > 0 && index !== undefined;
  }

  async propose(query: Query, budget: number): Promise<readonly Proposal[]> {
    const { index } = query;
    const vector = index && (await this.#vectors.of(query, this.#freshness, index));
    return vector ? index.nearest(vector, budget, filterOf(query, this.#tags)) : [];
  }
}
