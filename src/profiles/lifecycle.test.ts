import { expect, test } from "vitest";
import { DAY_MS } from "#base";
import { paceOf } from "./lifecycle.ts";

/** Times of `perDay` engagements on each of the days, from 0 on. */
function daily(days: number, perDay: number, from = 0): number[] {
  return Array.from({ length: Math.round(days * perDay) }, (_, n) => (from + n / perDay) * DAY_MS);
}

const merged = (...lists: readonly (readonly number[])[]): number[] =>
  lists.flat().sort((left, right) => left - right);
const stageOf = (own: readonly number[], other: readonly number[], day: number, isOlder = false): string =>
  paceOf(own, merged(own, other), day * DAY_MS, isOlder).lifecycle;

test("an interest is new for a week, unless it was there before", () => {
  expect(stageOf(daily(6, 2, 30), daily(40, 2), 36)).toBe("new");
  expect(stageOf(daily(6, 2, 30), daily(40, 2), 36, true)).not.toBe("new");
});

test("what goes on as it was is a habit, and stays one while the person comes half as often to everything", () => {
  expect(stageOf(daily(60, 1), daily(60, 2), 60)).toBe("habit");
  const half = merged(daily(50, 1), daily(10, 0.5, 50));
  expect(stageOf(half, merged(daily(50, 2), daily(10, 1, 50)), 60)).toBe("habit");
});

test("what is done three times as often as before grows; what stops while the person goes on fades", () => {
  expect(stageOf(merged(daily(50, 0.5), daily(8, 2, 50)), daily(58, 2), 58)).toBe("growing");
  expect(stageOf(daily(40, 1), daily(55, 2), 55)).toBe("fading");
});

test("somebody who stays away lets no interest fade", () => {
  expect(stageOf(daily(40, 1), daily(40, 2), 80)).toBe("habit");
});

test("a fading interest comes back by being engaged with again, not by one engagement", () => {
  const faded = daily(30, 1);
  const others = daily(80, 2);
  expect(stageOf(merged(faded, [60 * DAY_MS]), others, 61)).toBe("fading");
  expect(stageOf(merged(faded, daily(10, 1, 60)), others, 70)).not.toBe("fading");
});

test("between entering and leaving a stage stays what it is: hysteresis", () => {
  const others = daily(100, 2);
  const grown = merged(daily(40, 0.5), daily(12, 1.2, 40));
  const slowly = merged(daily(40, 0.5), daily(12, 0.9, 40));
  expect(stageOf(grown, others, 52)).toBe("growing");
  expect(stageOf(slowly, others, 52)).toBe("habit"); // never came over the threshold
  const less = merged(daily(40, 0.5), daily(12, 1.2, 40), daily(4, 0.9, 52));
  expect(stageOf(less, others, 56)).toBe("growing"); // came over it, and is still above where it is left
});

test("velocity doubles as engagements do, and the pace is per week", () => {
  const own = merged(daily(50, 1), daily(10, 2, 50));
  const pace = paceOf(own, merged(own, daily(60, 3)), 60 * DAY_MS, false);
  expect(pace.velocity).toBeGreaterThan(0.6);
  expect(pace.velocity).toBeLessThan(1);
  expect(pace.perWeek).toBeCloseTo((18 + 20) / 4, 0);
});
