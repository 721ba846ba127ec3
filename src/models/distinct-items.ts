import type { History } from "#sequences";

/**
 * A history with repeats merged: the items in ascending order, each with its largest weight. Engagements of weight 0 or
 * less, or of no known item, are left out.
 */
export interface DistinctItems {
  readonly itemRows: Uint32Array;
  /** 1 where the history has no weights. */
  readonly weights: Float32Array;
  /** Position in the history of the engagement that counts: the newest of the strongest. */
  readonly positions: Uint32Array;
}

/**
 * What every model sees of a history. An item counts once, at its strongest: doing the same again says little more about
 * taste, and a client that sends twice must not shout. O(n log n).
 */
export function distinctItems(history: History, itemCount: number): DistinctItems {
  const { itemRows, weights } = history;
  const weightAt = (position: number): number => (weights ? weights[position]! : 1);
  const order = Uint32Array.from(itemRows.keys())
    .filter((position) => itemRows[position]! < itemCount && weightAt(position) > 0)
    .sort(
      (left, right) => itemRows[left]! - itemRows[right]! || weightAt(right) - weightAt(left) || right - left,
    );
  const positions = order.filter(
    (position, at) => at === 0 || itemRows[position] !== itemRows[order[at - 1]!],
  );
  return {
    positions,
    itemRows: positions.map((position) => itemRows[position]!),
    weights: Float32Array.from(positions, weightAt),
  };
}

/**
 * True when the model met at least one of the items while learning: `counts` of shape (itemCount) is zero for the others,
 * about which it knows nothing. Without evidence a personal model answers with its cold-start order.
 */
export function hasEvidence({ itemRows }: DistinctItems, counts: Float32Array): boolean {
  return itemRows.some((item) => counts[item]! > 0);
}
