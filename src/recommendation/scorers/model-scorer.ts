import type { Candidate, Query, Scorer } from "../pipeline.ts";
import type { QueryScores } from "../query-scores.ts";

/** The one head of a scorer that answers with a score instead of probabilities. */
export const SCORE = "score";

/** A model's own score of each candidate for the person's history. Items it has not met have none. */
export class ModelScorer implements Scorer {
  readonly name: string;
  readonly heads = [SCORE];
  readonly #scores: QueryScores;

  constructor(name: string, scores: QueryScores) {
    this.name = name;
    this.#scores = scores;
  }

  score(query: Query, candidates: readonly Candidate[]): Promise<Float32Array> {
    return this.#scores.ofItems(
      query,
      candidates.map(({ itemRow }) => itemRow),
    );
  }
}
