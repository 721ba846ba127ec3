import type { ItemRow } from "#base";
import type { Catalogue, Item } from "#events";

/** Which items have a tag, kept level with the catalogue: an item put now is found by its tags in the next request. */
export class TagIndex {
  readonly #rows = new Map<string, Set<ItemRow>>();

  constructor(catalogue: Catalogue) {
    catalogue.watch((item, before) => this.#take(item, before));
  }

  /** In the order in which the items were put, or got the tag. */
  rowsOf(tag: string): readonly ItemRow[] {
    return [...(this.#rows.get(tag) ?? [])];
  }

  #take({ row, tags }: Item, before: Item | undefined): void {
    for (const tag of before?.tags ?? []) if (!tags.includes(tag)) this.#rows.get(tag)?.delete(row);
    for (const tag of tags) {
      const rows = this.#rows.get(tag);
      if (rows) rows.add(row);
      else this.#rows.set(tag, new Set([row]));
    }
  }
}
