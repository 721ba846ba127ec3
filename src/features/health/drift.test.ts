import { expect, test } from "vitest";
import { Random } from "#base";
import { distribution } from "./distribution.cases.ts";
import { decodeDistribution, encodeDistribution, indexByChance, stabilityIndex } from "./drift.ts";

const thousand = Array.from({ length: 1000 }, (_, n) => n + 1);

test("the same values are stable, others are not, by the figure that can be said beforehand", () => {
  const before = distribution(thousand);
  expect(stabilityIndex(before, distribution(thousand))).toBe(0);
  // Half of the people lose their value: each of ten bins goes from 0.1 to 0.05, absence from nothing (0.0001) to a half.
  const half = distribution(thousand.map((value) => (value % 2 ? value : null)));
  const wanted = 10 * (0.05 - 0.1) * Math.log(0.05 / 0.1) + (0.5 - 1e-4) * Math.log(0.5 / 1e-4);
  expect(stabilityIndex(before, half)).toBeCloseTo(wanted, 1);
  expect(stabilityIndex(before, distribution(thousand.map((value) => 10 * value)))).toBeGreaterThan(0.25);
  expect(stabilityIndex(before, distribution(thousand.map((value) => value + 20)))).toBeLessThan(0.1);
});

test("a distribution comes back from its text", () => {
  const before = distribution([1, 2, null, -3, 0]);
  const again = decodeDistribution(encodeDistribution(before));
  expect(again).toMatchObject({ people: 5, absent: 1 });
  expect(stabilityIndex(before, again)).toBe(0);
});

test("what chance alone makes of the index is told: samples of one population stay under it about 95 times of 100", () => {
  const random = new Random(7);
  const sample = () => distribution(Array.from({ length: 100 }, () => 1 + random.integer(10_000)));
  const pairs = Array.from({ length: 200 }, () => [sample(), sample()] as const);
  const under = pairs.filter(([before, now]) => stabilityIndex(before, now) < indexByChance(before, now));
  expect(under.length / pairs.length).toBeGreaterThan(0.88);
  expect(under.length / pairs.length).toBeLessThan(1);
  const few = indexByChance(distribution(thousand.slice(0, 50)), distribution(thousand.slice(0, 50)));
  expect(few).toBeGreaterThan(0.5);
});
