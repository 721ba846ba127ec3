import { type History, historyAt } from "#sequences";

/**
 * The newest `length` engagements of a history that a sequence encoder reads, oldest first. Engagements of weight 0 or less, or
 * of no known item, are left out.
 */
export function windowOf(history: History, itemCount: number, length: number): History {
  return historyAt(history, windowPositions(history, itemCount, length));
}

/** Where in the history they stand. */
export function windowPositions(
  { itemRows, weights }: History,
  itemCount: number,
  length: number,
): Uint32Array {
  const positions: number[] = [];
  for (let at = itemRows.length - 1; at >= 0 && positions.length < length; at--)
    if (itemRows[at]! < itemCount && (weights?.[at] ?? 1) > 0) positions.push(at);
  return Uint32Array.from(positions.reverse());
}
