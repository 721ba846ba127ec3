import { expect, test } from "vitest";
import { distribution } from "./distribution.cases.ts";
import { spreadOf } from "./spread.ts";

test("small whole numbers have a bin each, as parts of all people, before and now", () => {
  const now = distribution([0, 0, 1, 3, null]);
  const before = distribution([1, 1, 1, 3]);
  const spread = spreadOf(now, before)!;
  expect(spread.bounds).toEqual([-0.5, 0.5, 1.5, 2.5, 3.5]);
  for (const [n, part] of [0.4, 0.2, 0, 0.2].entries()) expect(spread.now[n]).toBeCloseTo(part, 12);
  for (const [n, part] of [0, 0.75, 0, 0.25].entries()) expect(spread.before?.[n]).toBeCloseTo(part, 12);
});

test("a long tail counts in the last bin, bounds are round, and everybody with a number is in some bin", () => {
  const values = Array.from({ length: 1000 }, (_, n) => (n < 985 ? n / 100 : 1e6));
  const spread = spreadOf(distribution(values))!;
  expect(spread.bounds).toEqual(Array.from({ length: 21 }, (_, n) => n / 2));
  expect(spread.now.reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 12);
  expect(spread.now.at(-1)).toBeGreaterThan(0.035); // 0.05, by a sketch that is exact to a hundredth of a value
  expect(spread.now[3]).toBeCloseTo(0.05, 2);
  expect(spread).not.toHaveProperty("before");
  const counts = Array.from({ length: 1000 }, (_, n) => (n < 990 ? n % 5 : 70));
  expect(spreadOf(distribution(counts))?.bounds).toEqual([-0.5, 0.5, 1.5, 2.5, 3.5, 4.5]);
});

test("one value only has a bin around it, and no number has no spread", () => {
  const spread = spreadOf(distribution([42, 42]))!;
  expect(spread.now.reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 12);
  expect(spreadOf(distribution([null, null]))).toBeUndefined();
});
