import { DAY_MS } from "#base";
import type { StateReader } from "#storage";
import { GoneDays } from "./gone-days.ts";
import type { PersonState } from "./read-person.ts";
import type { SequenceQuery } from "./read-sequence.ts";
import type { SequenceWindow } from "./sequence-window.ts";
import { goneDaysKey } from "./state-keys.ts";

/**
 * The days (UTC, since the epoch) with any of the rows of a window, ascending, and those whose rows were trimmed: exact for whom a window of all
 * rows no longer is. Where a choice of consent changed within a day, a trimmed day is as its earliest row.
 * @param window what the same query without a limit found
 */
export async function readActiveDays(
  state: StateReader,
  { heads }: PersonState,
  window: SequenceWindow,
  { asOfMs, sinceMs = 0, isUsable = () => true }: Pick<SequenceQuery, "asOfMs" | "sinceMs" | "isUsable">,
): Promise<number[]> {
  const days = new Set<number>();
  window.forEach((rows, n) => void days.add(Math.floor(rows.timestampMs(n) / DAY_MS)));
  for (const stored of await state.get(heads.map(({ userId }) => goneDaysKey(userId))))
    for (const row of stored ? GoneDays.decode(stored).rows() : [])
      if (row.timestampMs <= asOfMs && row.timestampMs >= sinceMs && isUsable(row))
        days.add(Math.floor(row.timestampMs / DAY_MS));
  return [...days].sort((left, right) => left - right);
}
