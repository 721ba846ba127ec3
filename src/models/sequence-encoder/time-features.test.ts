import { expect, test } from "vitest";
import { DAY_MS, HOUR_MS, SECOND_MS } from "#base";
import { SPAN_STEPS, spanStep, timeEncodings, timeFeatureCount, timeFeatures } from "./time-features.ts";

const times = Float64Array.of(0, 6 * HOUR_MS, DAY_MS);

test("there are as many features as said, and all are about 1", () => {
  for (const encoding of timeEncodings) {
    const features = timeFeatures(times, encoding);
    expect(features).toHaveLength(3 * timeFeatureCount(encoding));
    for (const value of features) expect(Math.abs(value)).toBeLessThanOrEqual(1);
  }
});

test("absolute time tells six in the morning from midnight, and midnight from no other midnight but by the week and year", () => {
  const width = timeFeatureCount("absolute");
  const features = timeFeatures(times, "absolute");
  const dayWave = (at: number) => Array.from(features.subarray(at * width + 16, at * width + 18));
  expect(dayWave(0)[1]).toBeCloseTo(1);
  expect(dayWave(1)[0]).toBeCloseTo(1); // a quarter of the day: the sine is at its top
  for (const at of [0, 1]) expect(dayWave(2)[at]).toBeCloseTo(dayWave(0)[at]!, 5);
  expect(features.slice(18, width)).not.toEqual(features.slice(2 * width + 18)); // week, month, year
});

test("gaps count from the engagement before, and the rest of the time to the newest", () => {
  const shifted = times.map((timeMs) => timeMs + 1000 * DAY_MS);
  for (const encoding of ["gap", "since-latest"] as const)
    expect(timeFeatures(shifted, encoding)).toEqual(timeFeatures(times, encoding));
  const width = timeFeatureCount("gap");
  const [gap, since] = [timeFeatures(times, "gap"), timeFeatures(times, "since-latest")];
  const scaled = (seconds: number) => Math.log1p(seconds) / Math.log1p(365 * 86_400);
  expect([0, 1, 2].map((at) => gap[at * width])).toEqual(
    [0, 6, 18].map((h) => Math.fround(scaled(3600 * h))),
  );
  expect([0, 1, 2].map((at) => since[at * width])).toEqual(
    [24, 18, 0].map((h) => Math.fround(scaled(3600 * h))),
  );
});

test("spans are counted in doublings", () => {
  expect([0, 0.9, 1, 3, 7, 8].map((seconds) => spanStep(seconds * SECOND_MS))).toEqual([0, 0, 1, 2, 3, 3]);
  expect(spanStep(-5)).toBe(0);
  expect(spanStep(1e30)).toBe(SPAN_STEPS - 1);
});
