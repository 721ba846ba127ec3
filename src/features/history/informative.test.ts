import { expect, test } from "vitest";
import { Random } from "#base";
import { mutualInformation } from "./informative.ts";

test("what tells all, tells something and tells nothing has the bits that can be said beforehand", () => {
  const random = Random.of(1, "information");
  const labels = Array.from({ length: 20_000 }, () => (random.chance(0.5) ? 1 : 0));
  const bitsOf = (of: (label: number) => number): number =>
    mutualInformation(Float64Array.from(labels, of), labels);
  expect(bitsOf((label) => label + random.uniform() / 2)).toBeGreaterThan(0.95); // the bins do not part at the label
  expect(bitsOf((label) => (label ? Number.NaN : random.uniform()))).toBeCloseTo(1, 2);
  expect(bitsOf((label) => (random.chance(0.8) ? label : 1 - label))).toBeCloseTo(0.278, 1); // 1 - H(0.2)
  expect(Math.abs(bitsOf(() => random.uniform()))).toBeLessThan(0.002);
});
