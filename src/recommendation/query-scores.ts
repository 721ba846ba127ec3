import { type FittedModel, referenceOf, type ServedModel } from "#models";
import type { Query } from "./pipeline.ts";

/** Which model answers a query. */
export type ModelChoice = (query: Query) => ServedModel | Promise<ServedModel>;

/** From so many items on, a list is not made by scoring all of them. */
export const MANY_ITEMS = 50_000;

/** A model's scores of all items for a query, computed once however often sources and scorers ask. */
export class QueryScores {
  readonly #modelFor: ModelChoice;
  readonly #scored: WeakMap<Query, Map<FittedModel, Promise<Float32Array>>>;

  /** `others`: shares what is computed with them, where it is the same model that answers. */
  constructor(modelFor: ModelChoice, others?: QueryScores) {
    this.#modelFor = modelFor;
    this.#scored = others ? others.#scored : new WeakMap();
  }

  async model(query: Query): Promise<FittedModel> {
    return (await this.served(query)).model;
  }

  async served(query: Query): Promise<ServedModel> {
    return this.#modelFor(query);
  }

  /** Shape (rows): of some items, NaN for those the model has not met. */
  async ofItems(query: Query, itemRows: Uint32Array): Promise<Float32Array> {
    const served = await this.served(query);
    const { model } = served;
    if (model.itemCount >= MANY_ITEMS && model.scoreItems)
      return query.modelTimes.during(referenceOf(served), async () =>
        model.scoreItems!(query.history, itemRows),
      );
    const scores = await this.of(query);
    return Float32Array.from(itemRows, (row) => {
      const score = scores[row] ?? Number.NaN;
      return score === Number.NEGATIVE_INFINITY ? Number.NaN : score; // the model has nothing to say of it
    });
  }

  /** Shape (items the model has met). */
  async of(query: Query): Promise<Float32Array> {
    const served = await this.served(query);
    const { model } = served;
    const known = this.#scored.get(query) ?? new Map<FittedModel, Promise<Float32Array>>();
    this.#scored.set(query, known);
    const scoring =
      known.get(model) ?? query.modelTimes.during(referenceOf(served), () => model.score([query.history]));
    known.set(model, scoring);
    return scoring;
  }
}
