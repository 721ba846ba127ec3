import type { ItemRow } from "#base";
import type { Catalogue } from "#events";
import type { TagIndex } from "../items/tag-index.ts";
import type { Proposal, Query, Source } from "../pipeline.ts";
import { NEWEST_OF_LIST } from "./list-source.ts";
import { bestOf } from "./proposals.ts";

/**
 * Items that share tags with the item a list is about, or with the last of several, rare tags first: the sum over shared tags of `ln(items / items
 * with the tag)`, as in tf-idf, a tag of two of them twice. Says something of an item nobody has engaged with yet. O(items that share a tag).
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
    return condition?.kind === "item" || condition?.kind === "items";
  }

  async propose({ condition }: Query, budget: number): Promise<readonly Proposal[]> {
    const weights = new Map<ItemRow, number>();
    const about = seedsOf(condition);
    const tags = about.flatMap((row) => [...new Set(this.#catalogue.at(row).tags)]);
    for (const tag of tags) {
      const holders = this.#tags.rowsOf(tag);
      const weight = Math.log(this.#catalogue.itemCount / holders.length);
      for (const row of holders) weights.set(row, (weights.get(row) ?? 0) + weight);
    }
    for (const row of about) weights.delete(row);
    const rows = [...weights.keys()].sort((left, right) => left - right); // ties by place in the catalogue
    const scores = Float32Array.from(rows, (row) => weights.get(row)!);
    return bestOf(scores, budget, Uint32Array.from(rows));
  }
}

function seedsOf(condition: Query["condition"]): readonly ItemRow[] {
  if (condition?.kind === "item") return [condition.itemRow];
  return condition?.kind === "items" ? [...new Set(condition.itemRows.slice(-NEWEST_OF_LIST))] : [];
}
