import { DAY_MS } from "#base";
import { type PersonState, readActiveDays, readPersonSequence, type SequenceQuery } from "#sequences";
import type { StateReader } from "#storage";
import { STATE_DAYS, type UserState, userStateOn } from "./user-state.ts";

/** How a person uses the product, and what says so. */
export interface UserStateSignal {
  readonly state: UserState;
  /** Days with any event among the last 28; of the day asked about, up to the moment. */
  readonly activeDays: number;
  /** Time of the newest event it reflects. */
  readonly newestMs: number;
}

const ALL_ROWS = 1_000_000;

/**
 * The state on the day of `asOfMs`, from the rows of the sequence and the days of those that were trimmed; `undefined` before the first. Rows of two
 * times 28 days are read, and whether there is anything before them.
 */
export async function readUserState(
  state: StateReader,
  person: PersonState,
  { asOfMs, isUsable }: Pick<SequenceQuery, "asOfMs" | "isUsable">,
): Promise<UserStateSignal | undefined> {
  const day = Math.floor(asOfMs / DAY_MS);
  const sinceMs = (day - 2 * STATE_DAYS) * DAY_MS;
  const usable = { asOfMs, ...(isUsable && { isUsable }) };
  const [window, before] = await Promise.all([
    readPersonSequence(state, person, { limit: ALL_ROWS, sinceMs, ...usable }),
    readPersonSequence(state, person, { limit: 1, ...usable, asOfMs: sinceMs - 1 }),
  ]);
  const earlier = before.newestMs === undefined ? [] : [Math.floor(before.newestMs / DAY_MS)];
  const recent = await readActiveDays(state, person, window, usable);
  const active = [...new Set([...earlier, ...recent])].sort((left, right) => left - right);
  const newest = active.at(-1);
  if (newest === undefined) return undefined;
  return {
    state: userStateOn(active, day)!, // there is an active day
    activeDays: active.filter((one) => one > day - STATE_DAYS).length,
    newestMs: window.newestMs ?? before.newestMs ?? newest * DAY_MS,
  };
}
