import type { ItemRow } from "#base";
import type { Catalogue } from "#events";
import type { TagIndex } from "../items/tag-index.ts";
import type { Proposal, Query, Source } from "../pipeline.ts";
import { bestOf } from "./proposals.ts";

/**
 * Items that share tags with the item a list is about, rare tags first: the sum over shared tags of `ln(items / items with the tag)`, as
 * in tf-idf. Says something of an item nobody has engaged with yet. O(items that share a tag).
 */
export class SharedTagsSource implements Source {
  readonly name = "shared-tags";
  readonly #catalogue: Catalogue;
  readonly #tags: TagIndex;

  constructor(catalogue: Catalogue, tags: TagIndex) {
    this.#catalogue = catalogue;
    this.#tags = tags;
  }

  answers({ condition }: Query): boolean {
    return condition?.kind === "item";
  }

  async propose({ condition }: Query, budget: number): Promise<readonly Proposal[]> {
    if (condition?.kind !== "item") return [];
    const weights = new Map<ItemRow, number>();
    for (const tag of new Set(this.#catalogue.at(condition.itemRow).tags)) {
      const holders = this.#tags.rowsOf(tag);
      const weight = Math.log(this.#catalogue.itemCount / holders.length);
      for (const row of holders) weights.set(row, (weights.get(row) ?? 0) + weight);
    }
    weights.delete(condition.itemRow);
    const rows = [...weights.keys()].sort((left, right) => left - right); // ties by place in the catalogue
    const scores = Float32Array.from(rows, (row) => weights.get(row)!);
    return bestOf(scores, budget, Uint32Array.from(rows));
  }
}
