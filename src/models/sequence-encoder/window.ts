import { type History, historyAt } from "#sequences";

/**
 * The newest `length` engagements of a history that a sequence encoder reads, oldest first. Engagements of weight 0 or less, or
 * of an item that is not known, are left out.
 */
export function windowOf(history: History, isKnown: (itemRow: number) => boolean, length: number): History {
  return historyAt(history, windowPositions(history, isKnown, length));
}

/** Where in the history they stand. */
export function windowPositions(
  { itemRows, weights }: History,
  isKnown: (itemRow: number) => boolean,
  length: number,
): Uint32Array {
  const positions: number[] = [];
  for (let at = itemRows.length - 1; at >= 0 && positions.length < length; at--)
    if (isKnown(itemRows[at]!) && (weights?.[at] ?? 1) > 0) positions.push(at);
  return Uint32Array.from(positions.reverse());
}
