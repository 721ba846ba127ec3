import fc from "fast-check";
import { expect, test } from "vitest";
import { caseMetric, coverageCutoff, hitAt, ndcgAt, recallAt, reciprocalRank } from "./metrics.ts";

const ranks = (...values: number[]) => Float64Array.from(values);

test("a single positive at rank 3 has NDCG 1/log2(4) = 0.5 and reciprocal rank 1/3", () => {
  expect(ndcgAt(ranks(3), 1, 10)).toBe(0.5);
  expect(reciprocalRank(ranks(3))).toBe(1 / 3);
  expect(hitAt(ranks(3), 3)).toBe(1);
  expect(hitAt(ranks(3), 2)).toBe(0);
});

test("two of three positives among the first four, by hand", () => {
  expect(recallAt(ranks(1, 4, 9), 3, 4)).toBeCloseTo(2 / 3);
  const gain = 1 / Math.log2(2) + 1 / Math.log2(5);
  const ideal = 1 / Math.log2(2) + 1 / Math.log2(3) + 1 / Math.log2(4);
  expect(ndcgAt(ranks(1, 4, 9), 3, 4)).toBeCloseTo(gain / ideal, 12);
});

test("the ideal list is no longer than k, so a full first page is perfect", () => {
  expect(ndcgAt(ranks(1, 2, 7), 3, 2)).toBe(1);
  expect(recallAt(ranks(1, 2, 7), 3, 2)).toBeCloseTo(2 / 3);
});

test("a positive that was never ranked counts in the denominator and is never hit", () => {
  expect(recallAt(ranks(1), 2, 10)).toBe(0.5);
  expect(ndcgAt(ranks(), 1, 10)).toBe(0);
  expect(hitAt(ranks(), 10)).toBe(0);
  expect(reciprocalRank(ranks())).toBe(0);
});

test("recall and NDCG agree with marking a list item by item", () => {
  const list = fc
    .array(fc.boolean(), { minLength: 1, maxLength: 30 })
    .filter((marks) => marks.includes(true));
  fc.assert(
    fc.property(list, fc.integer({ min: 1, max: 35 }), (marks, k) => {
      const found = ranks(...marks.flatMap((isPositive, place) => (isPositive ? [place + 1] : [])));
      const total = marks.filter(Boolean).length;
      const gainOf = (shown: boolean[]) =>
        shown.slice(0, k).reduce((sum, hit, place) => sum + (hit ? 1 / Math.log2(place + 2) : 0), 0);
      const ideal = gainOf(marks.toSorted((left, right) => Number(right) - Number(left)));
      expect(recallAt(found, total, k)).toBeCloseTo(marks.slice(0, k).filter(Boolean).length / total, 12);
      expect(ndcgAt(found, total, k)).toBeCloseTo(gainOf(marks) / ideal, 12);
    }),
  );
});

test("metrics are found by their names, coverage being no matter of one case", () => {
  expect(caseMetric("recallAt5")!(ranks(2, 6), 2)).toBe(0.5);
  expect(caseMetric("hrAt1")!(ranks(2), 1)).toBe(0);
  expect(caseMetric("mrr")!(ranks(2), 1)).toBe(0.5);
  expect(caseMetric("coverageAt10")).toBeUndefined();
  expect(coverageCutoff("coverageAt10")).toBe(10);
  expect(coverageCutoff("hrAt10")).toBeUndefined();
  expect(coverageCutoff("mrr")).toBeUndefined();
});
