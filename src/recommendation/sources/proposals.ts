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
