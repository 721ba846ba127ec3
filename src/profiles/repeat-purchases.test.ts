import { expect, test } from "vitest";
import { DAY_MS, Random } from "#base";
import type { Act } from "./activity-features.ts";
import type { Goal } from "./prediction-targets.ts";
import { fitRepeatPurchases, foreseePurchases } from "./repeat-purchases.ts";

/** @file Customers who buy by the models' own story, with planted parameters: what is foretold of them is what they then do. */
const goal: Goal = { name: "buy", action: "purchase", withinDays: 70 };
const START = 18_000 * DAY_MS;
const NOW = START + 280 * DAY_MS;
const planted = { rate: 0.25, shape: 2, leaves: 0.08, valueShape: 6, valueRate: 0.2 };

/** Gamma with a whole shape: a sum of exponentials. */
function gamma(random: Random, shape: number): number {
  return Array.from({ length: shape }, () => random.exponential()).reduce((sum, one) => sum + one, 0);
}

/** Purchases of a year and a bit, one customer each; some come twice a day, and everybody also looks around. */
function customer(seed: number): Act[] {
  const random = Random.of(5, `customer/${seed}`);
  const perWeek = (planted.rate * gamma(random, planted.shape)) / planted.shape;
  const worth = gamma(random, 8) / 8; // of a purchase, against everybody's
  const acts: Act[] = [{ timestampMs: START, action: "view" }];
  let timeMs = START + Math.floor(random.uniform() * 84 * DAY_MS);
  for (;;) {
    const value = (worth * gamma(random, planted.valueShape)) / planted.valueRate;
    acts.push({ timestampMs: timeMs, action: "purchase", value });
    if (random.chance(planted.leaves)) return acts;
    timeMs += Math.ceil((random.exponential() / perWeek) * 7 * DAY_MS);
    if (timeMs > NOW + goal.withinDays * DAY_MS) return acts;
  }
}

const people = Array.from({ length: 1200 }, (_, seed) => customer(seed));
const model = fitRepeatPurchases(people, goal, NOW)!;

function happened(acts: readonly Act[]): { purchases: number; value: number } {
  const after = acts.filter(({ timestampMs }) => timestampMs >= NOW);
  return { purchases: after.length, value: after.reduce((sum, { value = 0 }) => sum + value, 0) };
}

test("planted customers: what is expected of all together, and of the best and the others, is what they do", () => {
  const foretold = people.flatMap((acts) => {
    const said = foreseePurchases(model, acts, NOW);
    return said ? [{ said, done: happened(acts) }] : [];
  });
  expect(foretold.length).toBeGreaterThan(1100);
  foretold.sort((left, right) => right.said.value - left.said.value);
  const fifth = Math.floor(foretold.length / 5);
  for (const group of [foretold, foretold.slice(0, fifth), foretold.slice(fifth)]) {
    const sum = (of: (one: (typeof group)[number]) => number): number =>
      group.reduce((total, one) => total + of(one), 0);
    const ratios = [
      sum(({ said }) => said.purchases) / sum(({ done }) => done.purchases),
      sum(({ said }) => said.value) / sum(({ done }) => done.value),
    ];
    for (const ratio of ratios) expect(Math.abs(ratio - 1)).toBeLessThan(0.15); // a few hundred purchases
  }
  const mean = planted.valueShape / planted.valueRate;
  expect((model.gammaGamma.p * model.gammaGamma.v) / (model.gammaGamma.q - 1) / mean).toBeCloseTo(1, 1);
});

test("drivers add up to the value against the typical customer", () => {
  const { whileTheyStay, alive, worth } = model.typical;
  for (const acts of people.slice(0, 50)) {
    const said = foreseePurchases(model, acts, NOW);
    if (!said) continue;
    const told = said.drivers.reduce((sum, { effect }) => sum + effect, 0);
    expect(told).toBeCloseTo(Math.log(said.value / (whileTheyStay * alive * worth)), 9);
  }
});

test("nothing later is read; a purchase makes the next ones likelier, silence less likely", () => {
  const acts = people.find((one) => one.filter(({ timestampMs }) => timestampMs < NOW).length > 6)!;
  const known = acts.filter(({ timestampMs }) => timestampMs < NOW);
  const said = foreseePurchases(model, known, NOW)!;
  expect(foreseePurchases(model, acts, NOW)).toEqual(said);
  const again = [...known, { timestampMs: NOW - 1, action: "purchase", value: 30 }];
  expect(foreseePurchases(model, again, NOW)!.probabilityAlive).toBeGreaterThan(said.probabilityAlive);
  const later = foreseePurchases(model, known, NOW + 200 * DAY_MS)!;
  expect(later.probabilityAlive).toBeLessThan(said.probabilityAlive);
  expect(foreseePurchases(model, [{ timestampMs: START, action: "view" }], NOW)).toBeUndefined();
});

test("somebody who came every day and left long ago has figures too, and does not take away everybody's", () => {
  const devoted = Array.from({ length: 700 }, (_, n) => ({
    ...{ timestampMs: START + n * DAY_MS, action: "purchase", value: 10 },
  }));
  const atMs = START + 20 * 365 * DAY_MS;
  const said = foreseePurchases(model, devoted, atMs)!;
  expect(said.probabilityAlive).toBeLessThan(1e-6);
  for (const value of [said.purchases, said.value, ...said.drivers.map(({ effect }) => effect)])
    expect(value).toSatisfy(Number.isFinite);
  const among = fitRepeatPurchases([...people.slice(0, 200), devoted], goal, atMs)!;
  for (const factor of Object.values(among.typical)) expect(factor).toBeGreaterThan(0);
});

test("too few customers, or none who came again, make no model", () => {
  expect(fitRepeatPurchases(people.slice(0, 40), goal, NOW)).toBeUndefined();
  const once = people.map((acts) => acts.slice(0, 2));
  expect(fitRepeatPurchases(once, goal, NOW)).toBeUndefined();
});
