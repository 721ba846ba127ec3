import { unitOf } from "#numeric";
import type { Interactions, ItemContent } from "#sequences";

/** What is said of items, as numbers: (items + 1, width), the last row, of no item, zeros. */
export interface ItemContents {
  readonly width: number;
  readonly values: Float32Array;
}

/** Tags that are told apart: those that most items have. */
const TAGS = 256;

/**
 * The vector that was put with an item, at length 1, and its tags, one column each, so that all of an item's together have length 1;
 * undefined where nothing is said of any item.
 */
export function itemContents({ itemCount, items = [] }: Interactions): ItemContents | undefined {
  const columns = columnsOfTags(items);
  const given = items.find(({ vector }) => vector !== undefined)?.vector?.length ?? 0;
  const width = given + columns.size;
  if (width === 0) return undefined;
  const values = new Float32Array((itemCount + 1) * width);
  for (const [item, { tags = [], vector }] of items.entries()) {
    const own = values.subarray(item * width, (item + 1) * width);
    if (vector?.length === given) own.set(unitOf(Float32Array.from(vector)));
    for (const tag of tags) {
      const column = columns.get(tag);
      if (column !== undefined) own[given + column] = 1 / Math.sqrt(tags.length);
    }
  }
  return { width, values };
}

/** Tag -> its column. */
function columnsOfTags(items: readonly ItemContent[]): Map<string, number> {
  const holders = new Map<string, number>();
  for (const { tags = [] } of items) for (const tag of tags) holders.set(tag, (holders.get(tag) ?? 0) + 1);
  const order = [...holders].sort(([, left], [, right]) => right - left); // stable: the first met of equals
  return new Map(order.slice(0, TAGS).map(([tag], column) => [tag, column]));
}
