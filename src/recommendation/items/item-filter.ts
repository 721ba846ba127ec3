import type { Query, TagFilters } from "../pipeline.ts";
import type { ItemFilter } from "./item-index.ts";

/** What of a query's filters a search can keep itself; the filters of the surface have the last word. */
export function filterOf(query: Query, always: TagFilters = {}): ItemFilter {
  const { seen, hidden, excluded, excludeSeen, tags, asOfMs } = query;
  const left = excludeSeen ? [seen, hidden, excluded] : [hidden, excluded];
  return { tags: [tags, always], deny: new Set(left.flatMap((rows) => [...rows])), asOfMs };
}
