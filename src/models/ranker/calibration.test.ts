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

test("with too few of either kind, or a head that says the opposite, logits stand for themselves", () => {
  expect(plattLine([1, 2, 3], [0, 1, 0])).toEqual({ slope: 1, offset: 0 });
  const logits = Array.from({ length: 100 }, (_, row) => row / 50 - 1);
  expect(
    plattLine(
      logits,
      logits.map((logit) => (logit < 0 ? 1 : 0)),
    ),
  ).toEqual({ slope: 1, offset: 0 });
});
