import { expect, test } from "vitest";
import { Random } from "#base";
import { type DailyVisits, fitPresence, foresee } from "./presence.ts";

/** @file People made by the model's own story: what is estimated of them, and what is foretold, is held against it. */
const truth = { lapse: 0.03, recover: 0.06, leave: 0.08, comeBack: 0.02, lapsingShare: 0.25 };
const DAYS = 100;

interface Made {
  readonly visits: DailyVisits;
  readonly after: readonly number[];
}

function poisson(random: Random, mean: number): number {
  let count = 0;
  for (let time = random.exponential(); time < mean; time += random.exponential()) count++;
  return count;
}

function made(random: Random): Made | undefined {
  const rate = 0.15 * 3 ** random.normal();
  let state = 0;
  const days = Array.from({ length: DAYS + 28 }, () => {
    const [away, other] = [
      [truth.lapse, 0],
      [truth.leave, truth.recover],
      [0, truth.comeBack],
    ][state]!;
    const drawn = random.uniform();
    if (state === 0) state = drawn < away! ? 1 : 0;
    else if (state === 1) state = drawn < away! ? 2 : drawn < away! + other! ? 0 : 1;
    else state = drawn < other! ? 0 : 2;
    return poisson(random, rate * [1, truth.lapsingShare, 0][state]!);
  });
  const first = days.findIndex((count) => count > 0);
  if (first < 0 || first >= DAYS) return undefined;
  return { visits: Uint8Array.from(days.slice(first, DAYS)), after: days.slice(DAYS) };
}

const random = new Random(4);
const people = Array.from({ length: 1500 }, () => made(random)).filter((one) => one !== undefined);
const model = fitPresence(
  people.slice(0, 500).map(({ visits }) => visits),
  15,
);

test("what is foretold happens as often as it is said", () => {
  const others = people.slice(500);
  const mean = (of: (one: Made) => number): number =>
    others.reduce((sum, one) => sum + of(one), 0) / others.length;
  const said = new Map(others.map((one) => [one, foresee(model, one.visits)]));
  const error = 2.5 * Math.sqrt(0.25 / others.length);
  const comes = ({ after }: Made, days: number) => Number(after.slice(0, days).some((count) => count > 0));
  expect(Math.abs(mean((one) => said.get(one)!.comes7) - mean((one) => comes(one, 7)))).toBeLessThan(error);
  const absent = mean((one) => said.get(one)!.activeDays28[0]!);
  expect(Math.abs(absent - (1 - mean((one) => comes(one, 28))))).toBeLessThan(error);
  const brier = mean((one) => (said.get(one)!.comes7 - comes(one, 7)) ** 2);
  expect(brier).toBeLessThan(0.8 * mean((one) => comes(one, 7)) * (1 - mean((one) => comes(one, 7))));
});

test("the chain of everybody is found about as it was", () => {
  expect(model.lapsingShare).toBeLessThan(0.6);
  expect(model.lapse).toBeLessThan(0.12);
  expect(model.kindShares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
});

test("the same silence says more of somebody who came every day than of somebody who came seldom", () => {
  const days = (every: number) =>
    Uint8Array.from({ length: 80 }, (_, day) => Number(day < 60 && day % every === 0));
  const [daily, seldom] = [foresee(model, days(1)), foresee(model, days(12))];
  expect(daily.states[0]).toBeLessThan(seldom.states[0]!);
  expect(daily.visitsPerDay).toBeGreaterThan(seldom.visitsPerDay);
  for (const { activeDays28, states } of [daily, seldom]) {
    expect(activeDays28.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1);
    expect(states.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1);
  }
});

test("a long life of many visits is no matter", () => {
  const { comes7 } = foresee(model, new Uint8Array(2000).fill(12));
  expect(comes7).toBeGreaterThan(0.99);
});
