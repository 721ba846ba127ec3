import { expect, test } from "vitest";
import { Random } from "#base";
import { type AdamWOptions, adamWDefaults, adamWStep, newMoments } from "./adam-w.ts";
import { DropoutPool } from "./dropout-pool.ts";
import { clipFactor } from "./gradient-clip.ts";
import { distinctRows, gatherRows, newRowTable, rowAdaGradStep } from "./row-table.ts";
import { type LearningRateSchedule, learningRateAt } from "./schedule.ts";

test("the first step of Adam moves every weight by the learning rate, whatever the gradient's size", () => {
  const weights = Float32Array.of(1, 1, 1);
  adamWStep(weights, Float32Array.of(1e-3, -5, 200), newMoments(3), adamWDefaults, context(1, 0.1));
  for (const [at, expected] of [0.9, 1.1, 0.9].entries()) expect(weights[at]).toBeCloseTo(expected, 4);
});

test("two steps of AdamW are those worked out by hand from the paper's algorithm", () => {
  const options: AdamWOptions = { beta1: 0.5, beta2: 0.75, epsilon: 0, weightDecay: 0.1 };
  const weights = Float32Array.of(2);
  const moments = newMoments(1);
  adamWStep(weights, Float32Array.of(4), moments, options, context(1, 0.5, 0.5));
  // gradient 2: m = 1, v = 1, both corrected: 2 and 4; 2 - 0.5 (0.1 x 2 + 2 / 2) = 1.4
  expect(weights[0]).toBeCloseTo(1.4, 6);
  adamWStep(weights, Float32Array.of(-2), moments, options, context(2, 0.5));
  // m = 0.5 - 1 = -0.5, corrected -2/3; v = 0.75 + 1 = 1.75, corrected 4; 1.4 - 0.5 (0.14 - (2/3) / 2) = 1.49667
  expect(weights[0]).toBeCloseTo(1.4 - 0.5 * (0.14 - 1 / 3), 6);
});

test("a schedule warms up, peaks, and decays as it says", () => {
  const schedule: LearningRateSchedule = { peak: 8, warmUpSteps: 4, decay: "linear", totalSteps: 12 };
  const rates = (decay: LearningRateSchedule["decay"], ...steps: number[]) =>
    steps.map((step) => learningRateAt(step, { ...schedule, decay }));
  expect(rates("linear", 0, 1, 3, 4, 8, 11, 12, 99)).toEqual([2, 4, 8, 8, 4, 1, 0, 0]);
  expect(rates("none", 0, 4, 99)).toEqual([2, 8, 8]);
  const [start, quarter, half, end] = rates("cosine", 4, 6, 8, 12);
  expect(start).toBe(8);
  expect(quarter).toBeCloseTo(4 * (1 + Math.SQRT1_2), 12);
  expect(half).toBeCloseTo(4, 12);
  expect(end).toBeCloseTo(0, 12);
});

test("gradients are shortened to the limit together, short ones left alone, and nonsense stays visible", () => {
  const gradients = [Float32Array.of(3, 0), Float32Array.of(4)];
  expect(clipFactor(gradients, 1)).toBeCloseTo(0.2, 12);
  expect(clipFactor(gradients, 5)).toBe(1);
  expect(clipFactor(gradients, Number.POSITIVE_INFINITY)).toBe(1);
  expect(clipFactor([Float32Array.of(Number.NaN)], 1)).toBeNaN();
});

test("a row's first step has the length of the learning rate in root mean square, later ones less", () => {
  const table = newRowTable(new Float32Array(6), 2);
  const rows = Uint32Array.of(2, 0);
  const gradients = Float32Array.of(3, 4, 0, 0);
  rowAdaGradStep(table, rows, gradients, { learningRate: 0.1, gradientScale: 1 });
  const rootMeanSquare = Math.sqrt(12.5);
  expect(table.values[4]).toBeCloseTo((-0.1 * 3) / rootMeanSquare, 6);
  expect(table.values[5]).toBeCloseTo((-0.1 * 4) / rootMeanSquare, 6);
  expect([...table.values.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
  rowAdaGradStep(table, rows, gradients, { learningRate: 0.1, gradientScale: 1 });
  expect(table.values[4]).toBeCloseTo((-0.1 * 3 * (1 + Math.SQRT1_2)) / rootMeanSquare, 6);
});

test("rows are gathered in the order asked for, and ids found among their distinct rows", () => {
  const table = newRowTable(Float32Array.of(0, 1, 10, 11, 20, 21), 2);
  const { rows, positions } = distinctRows(Int32Array.of(2, 0, 2, 2));
  expect(rows).toEqual(Uint32Array.of(0, 2));
  expect(positions).toEqual(Int32Array.of(1, 0, 1, 1));
  expect(gatherRows(table, rows)).toEqual(Float32Array.of(0, 1, 20, 21));
});

test("dropout keeps the share it should at the strength it should, window by window", () => {
  const pool = new DropoutPool(1);
  const random = new Random(2);
  const windows = Array.from({ length: 20 }, () => pool.window(0.2, 10_000, random));
  for (const window of windows) {
    const dropped = window.filter((factor) => factor === 0).length;
    expect(Math.abs(dropped / window.length - 0.2)).toBeLessThan(5 * Math.sqrt((0.2 * 0.8) / window.length));
    expect(window.every((factor) => factor === 0 || factor === 1.25)).toBe(true);
  }
  // Two windows drop independently: both in 4 % of the places.
  const both = windows[0]!.filter((factor, at) => factor === 0 && windows[1]![at] === 0).length;
  expect(Math.abs(both / 10_000 - 0.04)).toBeLessThan(5 * Math.sqrt((0.04 * 0.96) / 10_000));
});

test("a window is the same whatever was asked for before", () => {
  const large = new DropoutPool(1);
  large.window(0.5, 500_000, new Random(3));
  expect(large.window(0.5, 100, new Random(4))).toEqual(new DropoutPool(1).window(0.5, 100, new Random(4)));
});

function context(step: number, learningRate: number, gradientScale = 1) {
  return { step, learningRate, gradientScale };
}
