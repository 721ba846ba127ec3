import { expect, test } from "vitest";
import { Random } from "#base";
import { bootstrapIntervals } from "./bootstrap.ts";

test("the interval of a mean is as wide as the normal theory says", () => {
  const random = new Random(1);
  const people = 2000;
  const values = Float64Array.from({ length: people }, () => (random.chance(0.3) ? 1 : 0));
  const mean = values.reduce((sum, value) => sum + value, 0) / people;
  const halfWidth = 1.96 * Math.sqrt((mean * (1 - mean)) / people);
  const [interval] = bootstrapIntervals(values, new Float64Array(people).fill(1), { random });
  expect(interval!.low).toBeCloseTo(mean - halfWidth, 2);
  expect(interval!.high).toBeCloseTo(mean + halfWidth, 2);
});

test("about 95 of 100 intervals hold the truth", () => {
  const random = new Random(2);
  let held = 0;
  for (let trial = 0; trial < 200; trial++) {
    const values = Float64Array.from({ length: 300 }, () => (random.chance(0.5) ? 1 : 0));
    const [interval] = bootstrapIntervals(values, new Float64Array(300).fill(1), { random, resamples: 300 });
    if (interval!.low <= 0.5 && interval!.high >= 0.5) held++;
  }
  expect(held / 200).toBeGreaterThan(0.89);
  expect(held / 200).toBeLessThan(0.99);
});

test("people are drawn with all their cases, and the same seed gives the same interval", () => {
  const sums = Float64Array.of(10, 0, 0, 5); // two people, two metrics
  const counts = Float64Array.of(10, 5);
  const draw = () => bootstrapIntervals(sums, counts, { random: new Random(3), resamples: 100 });
  expect(draw()).toEqual(draw());
  // A draw is both people, the first twice or the second twice: 10/15, 20/20 or 0/10 of the first metric.
  expect(draw()[0]).toEqual({ low: 0, high: 1 });
  expect(draw()[1]).toEqual({ low: 0, high: 1 });
});
