import { DAY_MS } from "#base";
import { type PersonState, readPersonSequence, type SequenceQuery } from "#sequences";
import type { StateReader } from "#storage";
import { STATE_DAYS, type UserState, userStateOn } from "./user-state.ts";

/** How a person uses the product, and what says so. */
export interface UserStateSignal {
  readonly state: UserState;
  /** Days with any event among the last 28. */
  readonly activeDays: number;
  /** Time of the newest event it reflects. */
  readonly newestMs: number;
}

const ALL_ROWS = 1_000_000;

/**
 * The state on the day of `asOfMs`, from the rows of the sequence; `undefined` before the first. Two times 28 days are read, and whether
 * there is anything before them.
 */
export async function readUserState(
  state: StateReader,
  person: PersonState,
  { asOfMs, isUsable }: Pick<SequenceQuery, "asOfMs" | "isUsable">,
): Promise<UserStateSignal | undefined> {
  const day = Math.floor(asOfMs / DAY_MS);
  const sinceMs = (day - 2 * STATE_DAYS) * DAY_MS;
  const usable = isUsable ? { isUsable } : {};
  const [window, before] = await Promise.all([
    readPersonSequence(state, person, { limit: ALL_ROWS, asOfMs, sinceMs, ...usable }),
    readPersonSequence(state, person, { limit: 1, asOfMs: sinceMs - 1, ...usable }),
  ]);
  const newestMs = window.newestMs ?? before.newestMs;
  if (newestMs === undefined) return undefined;
  const days = new Set<number>();
  window.forEach((rows, n) => void days.add(Math.floor(rows.timestampMs(n) / DAY_MS)));
  const earlier = before.newestMs === undefined ? [] : [Math.floor(before.newestMs / DAY_MS)];
  const active = [...earlier, ...[...days].sort((left, right) => left - right)];
  return {
    state: userStateOn(active, day)!, // there is an active day
    activeDays: active.filter((one) => one > day - STATE_DAYS).length,
    newestMs,
  };
}
