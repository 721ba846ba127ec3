import type { FittedModel, ServedModel } from "#models";
import type { Query } from "./pipeline.ts";

/** Which model answers a query. */
export type ModelChoice = (query: Query) => ServedModel | Promise<ServedModel>;

/** A model's scores of all items for a query, computed once however often sources and scorers ask. */
export class QueryScores {
  readonly modelFor: ModelChoice;
  readonly #scored: WeakMap<Query, Map<FittedModel, Promise<Float32Array>>>;

  /** `others`: shares what is computed with them, where it is the same model that answers. */
  constructor(modelFor: ModelChoice, others?: QueryScores) {
    this.modelFor = modelFor;
    this.#scored = others ? others.#scored : new WeakMap();
  }

  /** Shape (items the model has met). */
  async of(query: Query): Promise<Float32Array> {
    const { model } = await this.modelFor(query);
    const known = this.#scored.get(query) ?? new Map<FittedModel, Promise<Float32Array>>();
    this.#scored.set(query, known);
    const scoring = known.get(model) ?? model.score([query.history]);
    known.set(model, scoring);
    return scoring;
  }
}
