import type { FittedModel } from "#models";
import type { Proposal } from "../pipeline.ts";
import { bestOf } from "../sources/proposals.ts";

/** Items kept in memory with their neighbours. */
const ITEMS_KEPT = 20_000;
/** Neighbours kept of each. */
const NEIGHBOURS = 200;

/** The items nearest to an item by a model, which are the same every time: the newest asked for are kept. */
export class Neighbours {
  readonly #model: FittedModel;
  readonly #kept = new Map<number, Promise<readonly Proposal[]>>();

  constructor(model: FittedModel) {
    this.#model = model;
  }

  /** At most 200, nearest first, with positive nearness; none of an item the model has not met. */
  of(itemRow: number): Promise<readonly Proposal[]> {
    if (itemRow >= this.#model.itemCount) return Promise.resolve([]);
    const known = this.#kept.get(itemRow);
    if (known) {
      this.#kept.delete(itemRow);
      this.#kept.set(itemRow, known);
      return known;
    }
    const found = nearest(this.#model, itemRow, NEIGHBOURS);
    this.#kept.set(itemRow, found);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > ITEMS_KEPT && !oldest.done) this.#kept.delete(oldest.value);
    return found;
  }
}

/** Items with a positive nearness to an item that the model has met, nearest first. */
export async function nearest(model: FittedModel, itemRow: number, n: number): Promise<readonly Proposal[]> {
  return bestOf(await model.related(itemRow), n).filter(({ score }) => score > 0);
}
