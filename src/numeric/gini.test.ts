import { expect, test } from "vitest";
import { gini } from "./gini.ts";

test("equal parts have none, one who has everything of four has three quarters, and order does not matter", () => {
  expect(gini([2, 2, 2])).toBe(0);
  expect(gini([0, 5, 0, 0])).toBe(0.75);
  expect(gini([3, 1, 2])).toBeCloseTo(gini([1, 2, 3]), 12);
  expect(gini([])).toBe(0);
});

test("it is half the mean difference of two, by the mean", () => {
  const values = [1, 4, 4, 9, 30];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let differences = 0;
  for (const one of values) for (const other of values) differences += Math.abs(one - other);
  expect(gini(values)).toBeCloseTo(differences / values.length ** 2 / (2 * mean), 12);
});
