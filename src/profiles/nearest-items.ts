import { type ItemRow, nextTurn } from "#base";
import type { Catalogue } from "#events";
import { dot, topN } from "#numeric";
import type { ItemSpace } from "./item-space.ts";

/** Looked at between two looks after other work. */
const AT_ONCE = 2000;

/** At most `n` available items that lie nearest to one in a space, itself left out; none where nothing is known of it. O(items). */
export async function nearestItems(
  space: ItemSpace,
  catalogue: Catalogue,
  itemRow: ItemRow,
  n: number,
): Promise<{ readonly itemRow: ItemRow; readonly score: number }[]> {
  const own = space.vectorOf(itemRow)?.slice();
  if (!own) return [];
  const scores = new Float32Array(catalogue.itemCount).fill(Number.NEGATIVE_INFINITY);
  for (let from = 0; from < scores.length; from += AT_ONCE) {
    for (let row = from; row < Math.min(scores.length, from + AT_ONCE); row++) {
      if (row === itemRow || !catalogue.at(row).isAvailable) continue;
      const vector = space.vectorOf(row);
      if (vector) scores[row] = dot(own, vector);
    }
    await nextTurn();
  }
  return [...topN(scores, n)]
    .filter((row) => scores[row]! > Number.NEGATIVE_INFINITY)
    .map((row) => ({ itemRow: row as ItemRow, score: scores[row]! })); // rows of the catalogue
}
