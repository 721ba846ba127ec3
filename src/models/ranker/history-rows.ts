import type { History } from "#sequences";
import { type ContentLikeness, likenessOf } from "./content-likeness.ts";

/** Which acts of a history are read for a list. */
export interface RowChoice {
  /** Newest acts. */
  readonly maxLength: number;
  /** Beside them, so many of the older ones: those most like what is to be ranked (TransAct V2, Xia et al. 2025). */
  readonly nearest: number;
  readonly likeness: ContentLikeness | undefined;
  /** Codes of actions that are read; all when absent. */
  readonly codes?: ReadonlySet<number> | undefined;
  /** Whether the network knows an item. */
  readonly isKnown: (item: number) => boolean;
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
  const { maxLength, nearest, codes, isKnown, likeness } = choice;
  const positions: number[] = [];
  const limit = nearest > 0 && likeness ? Number.POSITIVE_INFINITY : maxLength;
  for (let at = before - 1; at >= 0 && positions.length < limit; at--) {
    if (!isKnown(acts.itemRows[at]!) || (acts.timestampsMs?.[at] ?? 0) >= hiddenFromMs) continue;
    if (codes && !codes.has(acts.actions?.[at] ?? 0)) continue;
    positions.push(at);
  }
  if (positions.length <= maxLength || !likeness) return positions;
  const older = positions.slice(maxLength);
  const near = nearestOf(acts, older, candidates, nearest, likeness);
  return [...positions.slice(0, maxLength), ...near];
}

function nearestOf(
  { itemRows }: History,
  positions: readonly number[],
  candidates: ArrayLike<number>,
  nearest: number,
  likeness: ContentLikeness,
): number[] {
  const step = Math.max(1, candidates.length / SPOKESMEN);
  const spokesmen: ReturnType<ContentLikeness["at"]>[] = [];
  for (let at = 0; at < candidates.length; at += step)
    spokesmen.push(likeness.at(candidates[Math.floor(at)]!));
  const found = new Map<number, number>();
  const nearnessOf = (item: number): number => {
    const known = found.get(item);
    if (known !== undefined) return known;
    const own = likeness.at(item);
    const most = Math.max(-1, ...spokesmen.map((other) => likenessOf(own, other)));
    found.set(item, most);
    return most;
  };
  return [...positions]
    .sort((left, right) => nearnessOf(itemRows[right]!) - nearnessOf(itemRows[left]!) || right - left)
    .slice(0, nearest)
    .sort((left, right) => right - left);
}
