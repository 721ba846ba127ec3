import { expect, test } from "vitest";
import { Random } from "#base";
import { adjustedMutualInformation, f1 } from "./partition-agreement.ts";

test("equal partitions agree fully, whatever their labels", () => {
  expect(adjustedMutualInformation([0, 0, 1, 1, 2], [5, 5, 9, 9, 1])).toBeCloseTo(1, 12);
  expect(adjustedMutualInformation([0, 0, 0], [7, 7, 7])).toBe(1);
  expect(adjustedMutualInformation([0, 1, 2], [2, 0, 1])).toBe(1);
});

test("figures of scikit-learn's adjusted_mutual_info_score", () => {
  expect(adjustedMutualInformation([0, 0, 1, 1], [0, 0, 0, 0])).toBeCloseTo(0, 12);
  expect(adjustedMutualInformation([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2])).toBeCloseTo(
    0.29879245817089006,
    9,
  );
});

test("random partitions agree no more than by chance, on average", () => {
  const random = new Random(5);
  let sum = 0;
  for (let round = 0; round < 200; round++) {
    const draw = (): number[] => Array.from({ length: 40 }, () => random.integer(4));
    sum += adjustedMutualInformation(draw(), draw());
  }
  expect(Math.abs(sum / 200)).toBeLessThan(0.02);
});

test("F1 of claims: half right, all missed, nothing to find", () => {
  expect(f1(new Set(["a", "b"]), new Set(["a", "c"]))).toBe(0.5);
  expect(f1(new Set(), new Set(["a"]))).toBe(0);
  expect(f1(new Set(), new Set())).toBe(1);
});
