import { expect, test } from "vitest";
import { DAY_MS, HOUR_MS } from "#base";
import type { FeatureHealth } from "./check-health.ts";
import { type FeatureLooks, withLook } from "./looks.ts";

const START = Date.parse("2026-01-01T00:00:00Z");

function found(name: string, skew: number): FeatureHealth {
  const quantiles = { p10: 0, p50: 1, p90: 2 };
  const figures = {
    nullRate: 0,
    freshnessSeconds: null,
    quantiles,
    stabilityIndex: 0,
    indexByChance: 0.1,
    past: [],
  };
  return { name, version: "v", entity: "user", measure: "numbers", skew, ...figures };
}

test("the newest looks are kept one by one and older ones one a day, the last of it", () => {
  let looks: FeatureLooks = {};
  for (let hour = 0; hour < 24 * 7; hour++) {
    const at = new Date(START + hour * HOUR_MS).toISOString();
    looks = withLook(looks, { at, features: [found("saves", hour)] });
  }
  const hours = looks["saves"]!.map(({ at }) => (Date.parse(at) - START) / HOUR_MS);
  expect(hours.slice(-48)).toEqual(Array.from({ length: 48 }, (_, n) => 120 + n));
  expect(hours.slice(0, -48)).toEqual([23, 47, 71, 95, 119]);
  expect(looks["saves"]!.map(({ skew }) => skew)).toEqual(hours);
});

test("nothing is kept of features that are gone, and a look taken twice is there once", () => {
  const at = new Date(START + DAY_MS).toISOString();
  const before = withLook({}, { at, features: [found("gone", 0), found("__proto__", 1)] });
  const after = withLook(before, { at, features: [found("__proto__", 2)] });
  expect(Object.keys(after)).toEqual(["__proto__"]);
  expect(Object.entries(after)[0]?.[1].map(({ skew }) => skew)).toEqual([2]);
});
