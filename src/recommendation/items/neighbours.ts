import { LeastRecentlyUsed } from "#base";
import type { FittedModel } from "#models";
import type { Proposal, Query } from "../pipeline.ts";
import { bestOf } from "../sources/proposals.ts";
import { filterOf } from "./item-filter.ts";

/** Items of a model kept in memory with their neighbours. */
const ITEMS_KEPT = 20_000;
/** Neighbours kept of each. */
const NEIGHBOURS = 200;

/**
 * The items nearest to an item, for a query: through the vector index where the personal model's vectors are in it, as of this moment and without
 * what the query leaves out; else by what the model learned, which is the same every time, so the newest asked for are kept.
 */
export class Neighbours {
  readonly #kept = new WeakMap<FittedModel, LeastRecentlyUsed<number, Promise<readonly Proposal[]>>>();

  /** Whether a search for the neighbours of one item answers for any number of them. */
  isIndexed({ personal, index }: Query): boolean {
    return index?.encoder.served.model === personal.model;
  }

  /** At most `n` and 200, nearest first, with positive nearness; none of an item of which the model knows nothing. */
  async of(itemRow: number, query: Query, n = NEIGHBOURS): Promise<readonly Proposal[]> {
    const index = this.isIndexed(query) ? query.index : undefined;
    if (!index) return (await this.#learned(itemRow, query.personal.model)).slice(0, n);
    const vector = index.vectorOf(itemRow);
    if (!vector) return [];
    const { deny, ...filter } = filterOf(query);
    const found = await index.nearest(vector, n, { ...filter, deny: new Set([...deny, itemRow]) });
    return found.filter(({ score }) => score > 0);
  }

  #learned(itemRow: number, model: FittedModel): Promise<readonly Proposal[]> {
    if (itemRow >= model.itemCount) return Promise.resolve([]);
    const kept =
      this.#kept.get(model) ?? new LeastRecentlyUsed<number, Promise<readonly Proposal[]>>(ITEMS_KEPT);
    this.#kept.set(model, kept);
    const found = kept.get(itemRow) ?? nearest(model, itemRow, NEIGHBOURS);
    kept.set(itemRow, found);
    return found;
  }
}

/** Items with a positive nearness to an item that the model has met, nearest first. */
export async function nearest(model: FittedModel, itemRow: number, n: number): Promise<readonly Proposal[]> {
  const kept = model.neighboursOf?.(itemRow);
  if (kept) return bestOf(kept.similarities, n, kept.itemRows);
  return bestOf(await model.related(itemRow), n).filter(({ score }) => score > 0);
}
