import type { Catalogue, Item } from "./catalogue.ts";

/** Which items; all that is given must hold. */
export interface ItemsQuery {
  /** Part of a title or of an id, whatever the case. */
  readonly search?: string;
  /** A tag. */
  readonly topic?: string;
  readonly limit: number;
}

export interface FoundItems {
  /** In the order in which they came into the catalogue. */
  readonly items: readonly Item[];
  /** How many match. */
  readonly total: number;
  /** Tags of those that match, the most frequent first. */
  readonly topics: readonly { readonly topic: string; readonly items: number }[];
}

const TOPICS = 100;

/** O(items in the catalogue). */
export function searchItems(catalogue: Catalogue, { search = "", topic, limit }: ItemsQuery): FoundItems {
  const wanted = search.trim().toLowerCase();
  const items: Item[] = [];
  const counts = new Map<string, number>();
  let total = 0;
  for (const item of catalogue.items()) {
    if (topic !== undefined && !item.tags.includes(topic)) continue;
    if (wanted !== "" && !(item.title ?? "").toLowerCase().includes(wanted) && !item.itemId.includes(wanted))
      continue;
    total++;
    if (items.length < limit) items.push(item);
    for (const tag of item.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  }
  const topics = Array.from(counts, ([name, count]) => ({ topic: name, items: count }));
  topics.sort((left, right) => right.items - left.items || (left.topic < right.topic ? -1 : 1));
  return { items, total, topics: topics.slice(0, TOPICS) };
}
