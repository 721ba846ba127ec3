import { type UserState, userStateOn, userStates } from "./user-state.ts";

/** People who went from one state to another on a day; from `absent` those who came for the first time. */
export interface Transition {
  readonly from: UserState | "absent";
  readonly to: UserState;
  readonly people: number;
}

/** One day of the ledger. */
export interface LedgerDay {
  /** UTC day since the epoch. */
  readonly day: number;
  /** People by state at the end of the day. */
  readonly counts: Readonly<Record<UserState, number>>;
  /** People active in the last 28 days: all but the dormant. */
  readonly active: number;
  /** Changes of state; those that stay in a state are left out. */
  readonly transitions: readonly Transition[];
  /** What the active count gained: those who came or came back, less those who became dormant. */
  readonly netActive: number;
}

/**
 * Day by day, how many people are in each state and how many moved. The net of the transitions into and out of dormancy is the
 * change of the active count, exactly: every day's books balance. O(people x days).
 * @param people active days of each, ascending
 */
export function transitionLedger(
  people: readonly (readonly number[])[],
  fromDay: number,
  toDay: number,
): LedgerDay[] {
  let before = people.map((days) => userStateOn(days, fromDay - 1));
  return Array.from({ length: Math.max(0, toDay - fromDay + 1) }, (_, n) => {
    const day = fromDay + n;
    const after = people.map((days) => userStateOn(days, day));
    const moves = new Map<string, { from: UserState | "absent"; to: UserState; people: number }>();
    const counts = Object.fromEntries(userStates.map((state) => [state, 0])) as Record<UserState, number>; // every state
    for (const [person, to] of after.entries()) {
      if (!to) continue;
      counts[to]++;
      const from = before[person] ?? "absent";
      if (from === to) continue;
      const move = moves.get(`${from} ${to}`) ?? { from, to, people: 0 };
      move.people++;
      moves.set(`${from} ${to}`, move);
    }
    before = after;
    const transitions = [...moves.values()];
    const active = userStates.reduce((sum, state) => sum + (state === "dormant" ? 0 : counts[state]), 0);
    return { day, counts, active, transitions, netActive: netOf(transitions) };
  });
}

/** What the active count gained by transitions. */
export function netOf(transitions: readonly Transition[]): number {
  const isActive = (state: UserState | "absent"): boolean => state !== "dormant" && state !== "absent";
  return transitions.reduce(
    (sum, { from, to, people }) => sum + people * (Number(isActive(to)) - Number(isActive(from))),
    0,
  );
}
