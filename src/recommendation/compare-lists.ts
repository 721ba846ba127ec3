import type { Catalogue } from "#events";
import type { Recommended } from "./pipeline.ts";
import { likenessOf } from "./selectors/likeness.ts";

/** How two lists for the same request differ. */
export interface ListComparison {
  /** Items in both, over the length of the longer; 1 for two empty ones. */
  readonly overlap: number;
  /** Part of the places that have the same item in both. */
  readonly samePlace: number;
  /** Mean over pairs of items of 1 - likeness of their tags: of the first list and of the second; 0 below two items. */
  readonly diversity: readonly [number, number];
  /** Mean score of the second less that of the first; 0 when either is empty. */
  readonly scoreDifference: number;
}

export function compareLists(
  first: readonly Recommended[],
  second: readonly Recommended[],
  catalogue: Catalogue,
): ListComparison {
  const longer = Math.max(first.length, second.length);
  const rows = new Set(first.map(({ itemRow }) => itemRow));
  const common = second.filter(({ itemRow }) => rows.has(itemRow)).length;
  const same = second.filter(({ itemRow }, place) => first[place]?.itemRow === itemRow).length;
  return {
    overlap: longer === 0 ? 1 : common / longer,
    samePlace: longer === 0 ? 1 : same / longer,
    diversity: [diversityOf(first, catalogue), diversityOf(second, catalogue)],
    scoreDifference: first.length > 0 && second.length > 0 ? meanScore(second) - meanScore(first) : 0,
  };
}

function diversityOf(list: readonly Recommended[], catalogue: Catalogue): number {
  if (list.length < 2) return 0;
  const likeness = likenessOf({ catalogue, itemRows: list.map(({ itemRow }) => itemRow) }, "tags");
  let sum = 0;
  for (const one of list.keys())
    for (const other of list.keys()) if (other !== one) sum += 1 - likeness(one, other);
  return sum / (list.length * (list.length - 1));
}

function meanScore(list: readonly Recommended[]): number {
  return list.reduce((sum, { score }) => sum + score, 0) / list.length;
}
