import { expect, test } from "vitest";
import { DAY_MS } from "#base";
import { affinityAt, type Interest } from "./interest.ts";

const interest: Interest = {
  leaf: 4,
  strength: 2,
  bornMs: 10 * DAY_MS,
  fadesMs: 50 * DAY_MS,
  growthHalfLifeDays: 2,
  fadeHalfLifeDays: 4,
};

test("an interest is nothing before its birth, half grown after its growth half-life, whole later", () => {
  expect(affinityAt(interest, 10 * DAY_MS)).toBe(0);
  expect(affinityAt(interest, 12 * DAY_MS)).toBeCloseTo(1);
  expect(affinityAt(interest, 50 * DAY_MS)).toBeCloseTo(2, 4);
});

test("a fading interest halves every fade half-life", () => {
  expect(affinityAt(interest, 54 * DAY_MS)).toBeCloseTo(1, 4);
  expect(affinityAt(interest, 58 * DAY_MS)).toBeCloseTo(0.5, 4);
});

test("an interest that never fades stays", () => {
  expect(affinityAt({ ...interest, fadesMs: Infinity }, 1000 * DAY_MS)).toBe(2);
});
