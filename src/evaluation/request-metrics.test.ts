import { expect, test } from "vitest";
import { hitDifference, requestMetrics } from "./request-metrics.ts";

/** Two people with two lists of four items each; the second list of the second has nothing. */
const lists = {
  users: [0, 0, 1, 1],
  offsets: [0, 4, 8, 12, 16],
  heads: ["save"],
  labels: [1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0],
};
const said = (utilities: number[]) => ({
  ...lists,
  utilities: Float32Array.from(utilities),
  probabilities: utilities,
});

const good = said([4, 3, 2, 1, 1, 2, 3, 4, 4, 3, 2, 1, 4, 3, 2, 1]);
const poor = said([1, 3, 2, 4, 1, 2, 3, 4, 1, 3, 2, 4, 4, 3, 2, 1]);

test("a hit is what was done among the first three, over the lists in which it was done", () => {
  expect(requestMetrics(good, 1)).toMatchObject([{ head: "save", hitAt3: 1, lists: 3, positives: 4 }]);
  const [{ hitAt3, hitAt3Interval, areaUnderCurve }] = requestMetrics(poor, 1) as [
    ReturnType<typeof requestMetrics>[0],
  ];
  expect(hitAt3).toBeCloseTo((0 + 1 + 0.5) / 3, 12); // of the third list one of two
  expect(hitAt3Interval.low).toBeLessThanOrEqual(hitAt3);
  expect(areaUnderCurve).toBeLessThan(0.6);
});

test("the difference of two rankers is that of their hits", () => {
  const { difference, interval } = hitDifference(good, poor, 0, 1);
  expect(difference).toBeCloseTo(0.5, 12);
  expect(interval.low).toBeGreaterThan(0);
  expect(hitDifference(good, good, 0, 1)).toEqual({ difference: 0, interval: { low: 0, high: 0 } });
});
