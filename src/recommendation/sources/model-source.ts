import type { ItemRow } from "#base";
import type { FittedModel } from "#models";
import { topN } from "#numeric";
import type { Candidate, Query, Source } from "../pipeline.ts";

/** What a model scores highest for the person's history, newest event included. */
export class ModelSource implements Source {
  readonly name: string;
  readonly #model: FittedModel;
  /** Asking for a larger budget does not score again. */
  readonly #scored = new WeakMap<Query, Promise<Float32Array>>();

  constructor(model: FittedModel) {
    this.#model = model;
    this.name = model.name;
  }

  async candidates(query: Query, budget: number): Promise<readonly Candidate[]> {
    const scoring = this.#scored.get(query) ?? this.#model.score([query.history]);
    this.#scored.set(query, scoring);
    const scores = await scoring;
    return Array.from(topN(scores, budget), (row) => ({
      itemRow: row as ItemRow, // a position in the model's table of item rows
      score: scores[row]!,
      source: this.name,
      reasons: [],
    }));
  }
}
