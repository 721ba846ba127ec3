import type { ItemRow } from "#base";
import { topN } from "#numeric";
import type { Proposal } from "../pipeline.ts";

/** The `budget` items of the highest scores, best first. @param scores (items): a value for each item row; -Infinity never appears */
export function bestOf(scores: Float32Array, budget: number): Proposal[] {
  return Array.from(topN(scores, budget), (row) => ({
    itemRow: row as ItemRow, // a position in the table of item rows
    score: scores[row]!,
  }));
}

/** Items in the order given, each with a score that says no more than its place. */
export function inOrder(itemRows: readonly ItemRow[], budget: number): Proposal[] {
  return itemRows.slice(0, budget).map((itemRow, place) => ({ itemRow, score: 1 / (place + 1) }));
}

/** The first of each list, then the second of each, each item once. */
export function inTurn(lists: readonly (readonly Proposal[])[]): Proposal[] {
  const merged = new Map<ItemRow, Proposal>();
  const longest = Math.max(0, ...lists.map((list) => list.length));
  for (let place = 0; place < longest; place++)
    for (const list of lists) {
      const proposal = list[place];
      if (proposal && !merged.has(proposal.itemRow)) merged.set(proposal.itemRow, proposal);
    }
  return [...merged.values()];
}
