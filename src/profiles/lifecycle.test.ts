import { expect, test } from "vitest";
import { DAY_MS } from "#base";
import { activityOf, type Pace, paceOf as paceAmong } from "./lifecycle.ts";

/** Times of `perDay` engagements on each of the days, from 0 on. */
function daily(days: number, perDay: number, from = 0): number[] {
  return Array.from({ length: Math.round(days * perDay) }, (_, n) => (from + n / perDay) * DAY_MS);
}

const paceOf = (own: readonly number[], all: readonly number[], asOfMs: number): Pace =>
  paceAmong(own, activityOf(all, asOfMs));
const merged = (...lists: readonly (readonly number[])[]): number[] =>
  lists.flat().sort((left, right) => left - right);
const stageOf = (own: readonly number[], other: readonly number[], day: number): string =>
  paceOf(own, merged(own, other), day * DAY_MS).lifecycle;

test("an interest is new for a week, then growing for some, then a habit", () => {
  const others = daily(90, 2);
  const stages = [36, 42, 60].map((day) => stageOf(daily(day - 30, 2, 30), others.slice(0, 2 * day), day));
  expect(stages).toEqual(["new", "growing", "habit"]);
});

test("what was there when the person was first seen is no news", () => {
  expect(stageOf(daily(3, 1), daily(3, 2), 3)).toBe("habit");
});

test("what goes on as it was is a habit, and stays one while the person comes half as often to everything", () => {
  expect(stageOf(daily(60, 1), daily(60, 2), 60)).toBe("habit");
  const half = merged(daily(50, 1), daily(10, 0.5, 50));
  expect(stageOf(half, merged(daily(50, 2), daily(10, 1, 50)), 60)).toBe("habit");
});

test("what stops while the person goes on fades, and says since when", () => {
  const pace = paceOf(daily(40, 1), merged(daily(40, 1), daily(70, 2)), 70 * DAY_MS);
  expect(pace.lifecycle).toBe("fading");
  expect(pace.certainty).toBeGreaterThan(0.6);
  expect(pace.sinceMs / DAY_MS).toBeGreaterThan(42);
  expect(pace.sinceMs / DAY_MS).toBeLessThan(60); // two or three weeks of silence
  expect(stageOf(daily(40, 1), daily(42, 2), 42)).toBe("habit"); // two days are not silence
});

test("somebody who stays away lets no interest fade", () => {
  expect(stageOf(daily(40, 1), daily(40, 2), 80)).toBe("habit");
});

test("what somebody liked who stays away for years stays what it was, since then", () => {
  const [own, other] = [daily(40, 1, 40), daily(80, 2)]; // new on day 40
  const [after, later, muchLater] = [100, 500, 100_000].map((day) =>
    paceOf(own, merged(own, other), day * DAY_MS),
  );
  expect(after!.lifecycle).toBe("habit");
  expect(after!.sinceMs / DAY_MS).toBeLessThan(80);
  for (const { lifecycle, sinceMs } of [later!, muchLater!])
    expect({ lifecycle, sinceMs }).toEqual({ lifecycle: "habit", sinceMs: after!.sinceMs });
});

test("a fading interest comes back by being engaged with again, not by one engagement", () => {
  const faded = daily(30, 1);
  const others = daily(80, 2);
  expect(stageOf(merged(faded, [60 * DAY_MS]), others, 61)).toBe("fading");
  expect(stageOf(merged(faded, daily(10, 1, 60)), others, 70)).not.toBe("fading");
});

test("what was said of a day stays said: later days do not change it, and a wavering one changes little", () => {
  const own = daily(80, 0.4);
  const all = merged(own, daily(80, 1.5));
  const until = (times: readonly number[], day: number) => times.filter((timeMs) => timeMs <= day * DAY_MS);
  const stages = Array.from({ length: 60 }, (_, n) => {
    const day = n + 20;
    return paceOf(until(own, day), until(all, day), day * DAY_MS).lifecycle;
  });
  const changes = stages.filter((stage, n) => n > 0 && stage !== stages[n - 1]).length;
  expect(changes).toBeLessThanOrEqual(2);
});

test("velocity doubles as engagements do, and the pace is per week", () => {
  const own = merged(daily(50, 1), daily(10, 2, 50));
  const pace = paceOf(own, merged(own, daily(60, 3)), 60 * DAY_MS);
  expect(pace.velocity).toBeGreaterThan(0.6);
  expect(pace.velocity).toBeLessThan(1);
  expect(pace.perWeek).toBeCloseTo((18 + 20) / 4, 0);
});

test("of somebody of whom only the last days were read, a week is a week, and nothing is said to have sped up", () => {
  const own = daily(6, 1, 64);
  const all = merged(
    own,
    own.map((timeMs) => timeMs + 1),
  );
  const cut = paceAmong(own, activityOf(all, 70 * DAY_MS, own[0]));
  expect(paceOf(own, all, 70 * DAY_MS).velocity).toBeGreaterThan(2); // it began then
  expect(cut.velocity).toBe(0);
  expect(cut.perWeek).toBeCloseTo(7, 5);
});
