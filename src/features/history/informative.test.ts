import { expect, test } from "vitest";
import { Random } from "#base";
import { rankByInformation } from "./informative.ts";

test("what tells all, tells something and tells nothing stand in this order, with the figures that can be said beforehand", () => {
  const random = Random.of(1, "information");
  const isPositive = Array.from({ length: 20_000 }, () => random.chance(0.5));
  const ranked = rankByInformation(
    {
      noise: isPositive.map(() => random.uniform()),
      all: isPositive.map((positive) => (positive ? 1 : 0) + random.uniform() / 2),
      // Right four times of five: 1 - H(0.2) = 0.278 bits, and an AUC of 0.8.
      some: isPositive.map((positive) => (positive === random.chance(0.8) ? 1 : 0)),
      absence: isPositive.map((positive) => (positive ? null : random.uniform())),
    },
    isPositive,
  );
  expect(ranked.map(({ name }) => name).slice(2)).toEqual(["some", "noise"]);
  const by = new Map(ranked.map((one) => [one.name, one]));
  expect(by.get("all")!.mutualInformation).toBeGreaterThan(0.95); // the bins do not part at the label
  expect(by.get("all")!.auc).toBe(1);
  expect(by.get("absence")!.mutualInformation).toBeCloseTo(1, 2);
  expect(by.get("absence")!.auc).toBe(0);
  expect(by.get("some")!.mutualInformation).toBeCloseTo(0.278, 1);
  expect(by.get("some")!.auc).toBeCloseTo(0.8, 1);
  expect(by.get("noise")!.mutualInformation).toBeLessThan(0.002);
  expect(by.get("noise")!.auc).toBeCloseTo(0.5, 1);
});
