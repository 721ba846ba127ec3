import { type ItemRow, LeastRecentlyUsed } from "#base";
import type { FittedModel, Vector } from "#models";
import type { Proposal, Query } from "../pipeline.ts";
import { bestOf } from "../sources/proposals.ts";
import { filterOf } from "./item-filter.ts";
import type { ItemIndex } from "./item-index.ts";

/** Items of a model kept in memory with their neighbours. */
const ITEMS_KEPT = 20_000;
/** Neighbours kept of each. */
const NEIGHBOURS = 200;

/**
 * The items nearest to an item, for a query: through the vector index where the personal model's vectors are in it, as of this moment and without
 * what the query leaves out; else by what the model learned. What is the same for everybody is kept of the items asked about last.
 */
export class Neighbours {
  readonly #around = new Surroundings();
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
    const filter = filterOf(query);
    const deny = new Set(filter.deny).add(itemRow);
    const isKept = n <= AROUND && index.isForAll(filter);
    const around = isKept ? await this.#around.of(itemRow, vector, index) : undefined;
    const known = around && firstOf(around, n, deny);
    if (known) return known;
    const found = await index.nearest(vector, n, { ...filter, deny });
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

/** What is nearest to items that were asked about lately, with nothing left out: the same for everybody, until what is in the index changes. */
class Surroundings {
  readonly #kept = new WeakMap<ItemIndex, LeastRecentlyUsed<number, Surrounding>>();

  of(itemRow: number, vector: Vector, index: ItemIndex): Promise<Around> {
    const kept = this.#kept.get(index) ?? new LeastRecentlyUsed<number, Surrounding>(ITEMS_KEPT);
    this.#kept.set(index, kept);
    const known = kept.get(itemRow);
    if (known?.revision === index.revision) return known.around;
    const around = index.around(vector, AROUND);
    kept.set(itemRow, { revision: index.revision, around });
    around.catch(() => kept.delete(itemRow)); // the next one asks again
    return around;
  }
}

type Around = Awaited<ReturnType<ItemIndex["around"]>>;

interface Surrounding {
  readonly revision: number;
  readonly around: Promise<Around>;
}

/** Neighbours kept of each item. A list needs some sixty, and leaves out what the person knows. */
const AROUND = 128;

/** The first `n` that are not denied, with positive nearness; `undefined` where there may be more of them than were found. */
function firstOf({ rows, scores }: Around, n: number, deny: ReadonlySet<number>): Proposal[] | undefined {
  const first: Proposal[] = [];
  for (const [place, row] of rows.entries()) {
    const score = scores[place]!;
    if (first.length === n || score <= 0) return first;
    if (!deny.has(row)) first.push({ itemRow: row as ItemRow, score }); // rows are put by item
  }
  return first.length === n || rows.length < AROUND ? first : undefined;
}

/** Items with a positive nearness to an item that the model has met, nearest first. */
export async function nearest(model: FittedModel, itemRow: number, n: number): Promise<readonly Proposal[]> {
  const kept = model.neighboursOf?.(itemRow);
  if (kept) return bestOf(kept.similarities, n, kept.itemRows);
  return bestOf(await model.related(itemRow), n).filter(({ score }) => score > 0);
}
