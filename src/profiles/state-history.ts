import { DAY_MS } from "#base";
import { type PersonState, readActiveDays, readPersonSequence, type SequenceQuery } from "#sequences";
import type { StateReader } from "#storage";
import { isDowngraded, type UserState, userStateOn } from "./user-state.ts";

/** Days on end in one state, both included: UTC days since the epoch. */
export interface StateRun {
  readonly state: UserState;
  readonly fromDay: number;
  readonly toDay: number;
}

export interface StateHistory {
  /** Oldest first, without gaps, up to the day asked about; empty before the first event. */
  readonly runs: readonly StateRun[];
  /** Days with any event, ascending. */
  readonly activeDays: readonly number[];
  /** On the day asked about. */
  readonly isDowngraded: boolean;
  readonly newestMs: number | undefined;
}

const ALL_ROWS = 1_000_000;

/** How a person used the product, from their first row, trimmed or not, to the day of `asOfMs`. O(rows + days). */
export async function readStateHistory(
  state: StateReader,
  person: PersonState,
  { asOfMs, isUsable }: Pick<SequenceQuery, "asOfMs" | "isUsable">,
): Promise<StateHistory> {
  const query = { limit: ALL_ROWS, asOfMs, ...(isUsable && { isUsable }) };
  const window = await readPersonSequence(state, person, query);
  const activeDays = await readActiveDays(state, person, window, query);
  const day = Math.floor(asOfMs / DAY_MS);
  return {
    ...{ runs: stateRuns(activeDays, day), activeDays, isDowngraded: isDowngraded(activeDays, day) },
    newestMs: window.newestMs,
  };
}

/** States of every day from the first active one on, those alike put together. */
export function stateRuns(activeDays: readonly number[], toDay: number): StateRun[] {
  const runs: StateRun[] = [];
  for (let day = activeDays[0] ?? toDay + 1; day <= toDay; day++) {
    const state = userStateOn(activeDays, day)!; // from the first on there is one
    const last = runs.at(-1);
    if (last?.state === state) runs[runs.length - 1] = { ...last, toDay: day };
    else runs.push({ state, fromDay: day, toDay: day });
    // Nothing changes any more until the next active day.
    const next = activeDays.find((active) => active > day);
    if (state === "dormant") {
      const until = Math.min(toDay, (next ?? toDay + 1) - 1);
      runs[runs.length - 1] = { ...runs.at(-1)!, toDay: until }; // one was just put there
      day = until;
    }
  }
  return runs;
}
