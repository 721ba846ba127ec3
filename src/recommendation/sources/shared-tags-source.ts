import type { ItemRow } from "#base";
import type { Catalogue } from "#events";
import { topN } from "#numeric";
import type { Candidate, Query, Source } from "../pipeline.ts";

/**
 * Items that share tags with one item, rare tags first: the sum over shared tags of `ln(items / items with the tag)`, as in
 * tf-idf. Says something of an item nobody has engaged with yet. O(items) a query.
 */
export class SharedTagsSource implements Source {
  readonly name = "shared-tags";
  readonly #catalogue: Catalogue;
  readonly #itemRow: ItemRow;

  constructor(catalogue: Catalogue, itemRow: ItemRow) {
    this.#catalogue = catalogue;
    this.#itemRow = itemRow;
  }

  async candidates(_query: Query, budget: number): Promise<readonly Candidate[]> {
    const items = this.#catalogue.items();
    const wanted = new Set(this.#catalogue.at(this.#itemRow).tags);
    const holders = new Map<string, number>();
    const shared = items.map(({ tags }) => tags.filter((tag) => wanted.has(tag)));
    for (const tag of shared.flat()) holders.set(tag, (holders.get(tag) ?? 0) + 1);
    const scores = Float32Array.from(shared, (tags, row) => {
      if (tags.length === 0 || row === this.#itemRow) return Number.NEGATIVE_INFINITY;
      return tags.reduce((sum, tag) => sum + Math.log(items.length / holders.get(tag)!), 0);
    });
    return Array.from(topN(scores, budget), (row) => ({
      itemRow: row as ItemRow, // a position in the catalogue
      score: scores[row]!,
      source: this.name,
      reasons: [],
    }));
  }
}
