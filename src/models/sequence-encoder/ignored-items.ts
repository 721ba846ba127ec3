import type { History } from "#sequences";

/** Impressions that count for one prediction: the newest of them. */
export const SHOWN = 8;

/**
 * What a person was shown after each engagement and before the next, and never engaged with: of shape (to - from, {@link SHOWN}),
 * item rows, the newest first, -1 where there were fewer. Both histories have times.
 */
export function ignoredItems(
  { itemRows, timestampsMs }: History,
  shown: History,
  { from, to }: { readonly from: number; readonly to: number },
): Int32Array {
  const ignored = new Int32Array((to - from) * SHOWN).fill(-1);
  const times = shown.timestampsMs;
  if (!timestampsMs || !times) return ignored;
  const met = new Set(itemRows);
  let next = 0;
  for (let at = from; at < to; at++) {
    const untilMs = timestampsMs[at + 1] ?? Number.POSITIVE_INFINITY;
    while (next < times.length && times[next]! <= timestampsMs[at]!) next++;
    while (next < times.length && times[next]! <= untilMs) next++;
    const first = (at - from) * SHOWN;
    let found = 0;
    for (let seen = next - 1; seen >= 0 && found < SHOWN && times[seen]! > timestampsMs[at]!; seen--)
      if (!met.has(shown.itemRows[seen]!)) ignored[first + found++] = shown.itemRows[seen]!;
  }
  return ignored;
}
