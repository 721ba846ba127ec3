import { expect, test } from "vitest";
import { Random } from "#base";
import { plattLine } from "./calibration.ts";

test("logits that are twice too large, and shifted, are set right", () => {
  const random = new Random(5);
  const logits: number[] = [];
  const labels: number[] = [];
  for (let row = 0; row < 20_000; row++) {
    const logit = random.normal();
    labels.push(random.chance(1 / (1 + Math.exp(-logit))) ? 1 : 0);
    logits.push(2 * logit + 3);
  }
  const { slope, offset } = plattLine(logits, labels);
  expect(slope).toBeCloseTo(0.5, 1);
  expect(offset).toBeCloseTo(-1.5, 0);
});

test("with too few of either kind the order stands, and what is said is as much as was seen", () => {
  const logits = [4, 5, 6];
  const { slope, offset } = plattLine(logits, [0, 1, 0]);
  expect(slope).toBe(1);
  const said = logits.reduce((sum, logit) => sum + 1 / (1 + Math.exp(-(logit + offset))), 0);
  expect(said).toBeCloseTo(1 / 4 + 2 / 3 + 1 / 4, 4); // Platt's targets
});

test("a head that says the opposite, or the same of everybody, gives the share that was seen", () => {
  const rows = Array.from({ length: 100 }, (_, row) => row);
  const labels = rows.map((row) => (row < 20 ? 1 : 0));
  const share = Math.fround(Math.log(21 / 81));
  expect(plattLine(rows, labels)).toEqual({ slope: 0, offset: share });
  const { slope, offset } = plattLine(
    rows.map(() => 3),
    labels,
  );
  expect(1 / (1 + Math.exp(-(3 * slope + offset)))).toBeCloseTo(0.2, 1);
});

test("without rows the logit stands for itself", () => {
  expect(plattLine([], [])).toEqual({ slope: 1, offset: 0 });
});
