import type { Proposal, Query, Source } from "../pipeline.ts";
import type { QueryScores } from "../query-scores.ts";
import { bestOf } from "./proposals.ts";

/** What a model scores highest for the person's history, newest event included. Says nothing of what a list is to be about. */
export class ModelSource implements Source {
  readonly name: string;
  readonly #scores: QueryScores;
  readonly #needsHistory: boolean;

  /** `needsHistory`: asked only for people with one. */
  constructor(name: string, scores: QueryScores, needsHistory: boolean) {
    this.name = name;
    this.#scores = scores;
    this.#needsHistory = needsHistory;
  }

  answers({ history, condition }: Query): boolean {
    return condition === undefined && (!this.#needsHistory || history.itemRows.length > 0);
  }

  async propose(query: Query, budget: number): Promise<readonly Proposal[]> {
    return bestOf(await this.#scores.of(query), budget);
  }
}
