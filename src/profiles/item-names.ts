import type { Catalogue, Item } from "#events";

/** Values of an attribute that sorts items: most stand on several items, and no one on most. */
const ITEMS_A_VALUE = 3;
const COMMONEST = 0.6;
const LONGEST = 80;

/** What items are filed under: their tags; an item without any by those of its attributes that sort items, such as a category or a brand. */
export class ItemNames {
  readonly #keys: readonly string[];

  constructor(catalogue: Catalogue) {
    this.#keys = sortingKeys(catalogue);
  }

  of({ tags, attributes }: Pick<Item, "tags" | "attributes">): readonly string[] {
    if (tags.length > 0 || this.#keys.length === 0) return tags;
    return this.#keys.flatMap((key) => textOf(attributes[key]) ?? []);
  }
}

function sortingKeys(catalogue: Catalogue): string[] {
  const counts = new Map<string, Map<string, number>>();
  for (const { tags, attributes } of catalogue.items()) {
    if (tags.length > 0) continue;
    for (const [key, value] of Object.entries(attributes)) {
      const text = textOf(value);
      if (text === undefined) continue;
      const values = counts.get(key) ?? new Map<string, number>();
      counts.set(key, values);
      values.set(text, (values.get(text) ?? 0) + 1);
    }
  }
  return [...counts].flatMap(([key, values]) => {
    const held = [...values.values()].reduce((sum, count) => sum + count, 0);
    const sorts =
      values.size * ITEMS_A_VALUE <= held && Math.max(...values.values()) <= COMMONEST * catalogue.itemCount;
    return sorts ? [key] : [];
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value.length <= LONGEST ? value : undefined;
}
