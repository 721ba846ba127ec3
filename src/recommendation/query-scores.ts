import type { FittedModel } from "#models";
import type { Query } from "./pipeline.ts";

/** A model's scores of all items for a query, computed once however often a source or a scorer asks. */
export class QueryScores {
  readonly model: FittedModel;
  readonly #scored = new WeakMap<Query, Promise<Float32Array>>();

  constructor(model: FittedModel) {
    this.model = model;
  }

  /** Shape (items the model has met). */
  of(query: Query): Promise<Float32Array> {
    const known = this.#scored.get(query);
    if (known) return known;
    const scoring = this.model.score([query.history]);
    this.#scored.set(query, scoring);
    return scoring;
  }
}
