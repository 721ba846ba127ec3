import { filterOf } from "../items/item-filter.ts";
import type { ItemIndex } from "../items/item-index.ts";
import type { Proposal, Query, Source } from "../pipeline.ts";
import { isAnswered } from "../query.ts";
import { MANY_ITEMS, type QueryScores } from "../query-scores.ts";
import type { QueryVectors } from "../query-vectors.ts";
import { bestOf } from "./proposals.ts";

export interface ModelSourceOptions {
  /** Asked only for people of whom it has something to say. */
  readonly isPersonal: boolean;
  readonly vectors: QueryVectors;
}

/**
 * What a model scores highest for the person's history, newest event included. Of a catalogue too large to score, what the vector index finds
 * nearest to the person, where it has that model's vectors. Says nothing of what a list is to be about.
 */
export class ModelSource implements Source {
  readonly name: string;
  readonly #scores: QueryScores;
  readonly #options: ModelSourceOptions;

  constructor(name: string, scores: QueryScores, options: ModelSourceOptions) {
    this.name = name;
    this.#scores = scores;
    this.#options = options;
  }

  answers(query: Query): boolean {
    return query.condition === undefined && (!this.#options.isPersonal || isAnswered(query));
  }

  async propose(query: Query, budget: number): Promise<readonly Proposal[]> {
    const index = await this.#indexFor(query);
    const vector = index && (await this.#options.vectors.of(query, "now", index));
    return vector
      ? index.nearest(vector, budget, filterOf(query))
      : bestOf(await this.#scores.of(query), budget);
  }

  async #indexFor(query: Query): Promise<ItemIndex | undefined> {
    const { index } = query;
    if (!index || index.encoder.served.model.itemCount < MANY_ITEMS) return undefined;
    const model = await this.#scores.model(query);
    return model === index.encoder.served.model ? index : undefined;
  }
}
