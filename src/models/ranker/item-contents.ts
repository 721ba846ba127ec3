import { unitOf } from "#numeric";
import type { Interactions } from "#sequences";

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
export function itemContents({ itemCount, itemTags, itemVectors }: Interactions): ItemContents | undefined {
  const columns = new Map<number, number>();
  if (itemTags) {
    const holders = new Uint32Array(itemTags.names.length);
    for (const tag of itemTags.tags) holders[tag]! += 1;
    const order = [...holders.keys()].sort((left, right) => holders[right]! - holders[left]! || left - right);
    for (const [column, tag] of order.slice(0, TAGS).entries()) columns.set(tag, column);
  }
  const given = itemVectors?.dimension ?? 0;
  const width = given + columns.size;
  if (width === 0) return undefined;
  const values = new Float32Array((itemCount + 1) * width);
  for (let item = 0; item < itemCount; item++) {
    const own = values.subarray(item * width, (item + 1) * width);
    if (itemVectors) own.set(unitOf(itemVectors.values.slice(item * given, (item + 1) * given)));
    if (!itemTags) continue;
    const tags = itemTags.tags.subarray(itemTags.offsets[item]!, itemTags.offsets[item + 1]!);
    for (const tag of tags) {
      const column = columns.get(tag);
      if (column !== undefined) own[given + column] = 1 / Math.sqrt(tags.length);
    }
  }
  return { width, values };
}
