import type { FittedModel } from "#models";
import type { Proposal } from "../pipeline.ts";
import { bestOf } from "../sources/proposals.ts";

/** Items of a model kept in memory with their neighbours. */
const ITEMS_KEPT = 20_000;
/** Neighbours kept of each. */
const NEIGHBOURS = 200;

/** The items nearest to an item by a model, which are the same every time: the newest asked for are kept. */
export class Neighbours {
  readonly #kept = new WeakMap<FittedModel, Map<number, Promise<readonly Proposal[]>>>();

  /** At most 200, nearest first, with positive nearness; none of an item the model has not met. */
  of(itemRow: number, model: FittedModel): Promise<readonly Proposal[]> {
    if (itemRow >= model.itemCount) return Promise.resolve([]);
    const kept = this.#kept.get(model) ?? new Map<number, Promise<readonly Proposal[]>>();
    this.#kept.set(model, kept);
    const found = kept.get(itemRow) ?? nearest(model, itemRow, NEIGHBOURS);
    kept.delete(itemRow); // the newest asked for stand last
    kept.set(itemRow, found);
    const oldest = kept.keys().next();
    if (kept.size > ITEMS_KEPT && !oldest.done) kept.delete(oldest.value);
    return found;
  }
}

/** Items with a positive nearness to an item that the model has met, nearest first. */
export async function nearest(model: FittedModel, itemRow: number, n: number): Promise<readonly Proposal[]> {
  const kept = model.neighboursOf?.(itemRow);
  if (kept) return bestOf(kept.similarities, n, kept.itemRows);
  return bestOf(await model.related(itemRow), n).filter(({ score }) => score > 0);
}
