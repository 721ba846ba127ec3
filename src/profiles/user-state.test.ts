import fc from "fast-check";
import { expect, test } from "vitest";
import { naiveState } from "./naive-state.cases.ts";
import { transitionLedger } from "./transition-ledger.ts";
import { isDowngraded, userStateOn, userStates } from "./user-state.ts";

/**
 * @file Laws: the state agrees with the rules read word by word over single days; the books of every day balance.
 */
const lives = fc
  .uniqueArray(fc.integer({ min: 0, max: 150 }), { minLength: 1, maxLength: 60 })
  .map((days) => days.sort((left, right) => left - right));

test("states are what the rules say, on every day of any life", () => {
  fc.assert(
    fc.property(lives, fc.integer({ min: 0, max: 200 }), (days, day) => {
      expect(userStateOn(days, day)).toBe(naiveState(days, day));
    }),
  );
});

test("a day's state needs no more than the days before it and the first day", () => {
  fc.assert(
    fc.property(lives, fc.integer({ min: 0, max: 200 }), (days, day) => {
      const state = userStateOn(days, day);
      expect(
        userStateOn(
          days.filter((active) => active <= day),
          day,
        ),
      ).toBe(state);
      expect(
        userStateOn(
          days.filter((active) => active > day - 60),
          day,
          days[0],
        ),
      ).toBe(state);
    }),
  );
});

test("the books balance: what moves into and out of dormancy is the change of the active count, every day", () => {
  fc.assert(
    fc.property(fc.array(lives, { maxLength: 20 }), (people) => {
      const ledger = transitionLedger(people, 0, 190);
      let active = 0;
      for (const day of ledger) {
        expect(day.active - active).toBe(day.netActive);
        active = day.active;
        for (const state of userStates) {
          const now = people.filter((days) => userStateOn(days, day.day) === state).length;
          expect(day.counts[state]).toBe(now);
        }
      }
    }),
    { numRuns: 30 },
  );
});

test("somebody comes for the first time, settles, goes, and comes back", () => {
  const days = [0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 80];
  const states = [0, 27, 28, 61, 80, 108].map((day) => userStateOn(days, day));
  expect(states).toEqual(["new", "new", "casual", "dormant", "resurrected", "dormant"]);
});

test("twenty-seven silent days are within a stretch, twenty-eight end it, also where only the first day is known", () => {
  for (const [back, state] of [
    [28, "marginal"],
    [29, "resurrected"],
  ] as const) {
    expect(userStateOn([0, back], 50)).toBe(state);
    expect(userStateOn([back], 50, 0)).toBe(state);
    expect(naiveState([0, back], 50)).toBe(state);
  }
});

test("a downgrade is six active weeks in a quarter and three fewer in the next", () => {
  const weekly = (from: number, count: number): number[] =>
    Array.from({ length: count }, (_, week) => from + 7 * week);
  expect(isDowngraded([...weekly(0, 8), ...weekly(91, 5)], 181)).toBe(true);
  expect(isDowngraded([...weekly(0, 8), ...weekly(91, 6)], 181)).toBe(false);
  expect(isDowngraded(weekly(0, 5), 181)).toBe(false);
});
