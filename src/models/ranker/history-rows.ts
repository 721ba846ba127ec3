import { assert } from "#base";
import { dot } from "#numeric";
import type { History } from "#sequences";
import type { ItemContents } from "./item-contents.ts";

/** Which acts of a history are read for a list. */
export interface RowChoice {
  /** Newest acts. */
  readonly maxLength: number;
  /** Beside them, so many of the older ones: those most like what is to be ranked (TransAct V2, Xia et al. 2025). */
  readonly nearest: number;
  /** What likeness is taken by. */
  readonly contents: ItemContents | undefined;
  /** Codes of actions that are read; all when absent. */
  readonly codes?: ReadonlySet<number> | undefined;
  /** Items the network knows. */
  readonly items: number;
}

/** Candidates that stand for all when likeness is looked for: a history of thousands of acts is held against these. */
const SPOKESMEN = 16;

/**
 * Positions of the acts before `before` that are read, newest first; nothing of the time `hiddenFromMs` on. One choice serves all candidates of a list,
 * for the history is read once: an act counts as near when it is near to any of them.
 */
export function chooseRows(
  acts: History,
  before: number,
  candidates: ArrayLike<number>,
  choice: RowChoice,
  hiddenFromMs = Number.POSITIVE_INFINITY,
): number[] {
  const { maxLength, nearest, codes, items, contents } = choice;
  const positions: number[] = [];
  const limit = nearest > 0 && contents ? Number.POSITIVE_INFINITY : maxLength;
  for (let at = before - 1; at >= 0 && positions.length < limit; at--) {
    if (acts.itemRows[at]! >= items || (acts.timestampsMs?.[at] ?? 0) >= hiddenFromMs) continue;
    if (codes && !codes.has(acts.actions?.[at] ?? 0)) continue;
    positions.push(at);
  }
  if (positions.length <= maxLength || !contents) return positions;
  const older = positions.slice(maxLength);
  const near = nearestOf(acts, older, candidates, { nearest, contents, items });
  return [...positions.slice(0, maxLength), ...near];
}

function nearestOf(
  { itemRows }: History,
  positions: readonly number[],
  candidates: ArrayLike<number>,
  { nearest, contents, items }: { nearest: number; contents: ItemContents; items: number },
): number[] {
  const { width, values } = contents;
  assert(values.length === (items + 1) * width, "contents are of the items");
  const vectorOf = (item: number): Float32Array => values.subarray(item * width, (item + 1) * width);
  const known = Array.from(candidates).filter((item) => item < items);
  const step = Math.max(1, known.length / SPOKESMEN);
  const spokesmen: Float32Array[] = [];
  for (let at = 0; at < known.length; at += step) spokesmen.push(vectorOf(known[Math.floor(at)]!));
  const likeness = new Map<number, number>();
  const likenessOf = (item: number): number => {
    const found = likeness.get(item);
    if (found !== undefined) return found;
    const own = vectorOf(item);
    const most = spokesmen.reduce((best, vector) => Math.max(best, dot(own, vector)), -1);
    likeness.set(item, most);
    return most;
  };
  return [...positions]
    .sort((left, right) => likenessOf(itemRows[right]!) - likenessOf(itemRows[left]!) || right - left)
    .slice(0, nearest)
    .sort((left, right) => right - left);
}
