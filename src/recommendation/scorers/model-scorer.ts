import type { Candidate, Query, Scorer, Scores } from "../pipeline.ts";
import type { QueryScores } from "../query-scores.ts";
import { scoredBy } from "./scored-by.ts";

/**
 * What a model says of each candidate for the person's history: of one that tells actions apart, how likely each is; of the others, its
 * own score. Items it has not met have none.
 */
export class ModelScorer implements Scorer {
  readonly name: string;
  readonly #scores: QueryScores;

  constructor(name: string, scores: QueryScores) {
    this.name = name;
    this.#scores = scores;
  }

  async score(query: Query, candidates: readonly Candidate[]): Promise<Scores> {
    const { ranker } = await this.#scores.model(query);
    const rows = candidates.map(({ itemRow }) => itemRow);
    if (ranker) {
      const moment = { timeMs: query.asOfMs, surface: query.surfaceCode };
      const values = await ranker.rank(query.acts, rows, moment);
      return { heads: ranker.heads, values, weights: ranker.strengths };
    }
    return scoredBy(await this.#scores.ofItems(query, rows));
  }
}
