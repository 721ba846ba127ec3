import { expect, test } from "vitest";
import { DAY_MS, Random } from "#base";
import { NOTHING, targetsOf } from "./targets.ts";

/** @file What is named where, on a person whose items are all different. */

const VIEW = 0;
const SAVE = 1;
const sequence = {
  itemRows: Uint32Array.of(10, 11, 12, 13, 14),
  actions: Uint8Array.of(VIEW, SAVE, VIEW, SAVE, SAVE),
  timestampsMs: Float64Array.of(0, 1, 2, 5, 9).map((day) => day * DAY_MS),
};
const whole = { from: 0, to: 5 };
const random = () => Random.of(1, "targets");

test("the next item is named, where its action is worth it", () => {
  const all = { predicts: "next-item", horizonDays: 1 } as const;
  expect(targetsOf(sequence, whole, all, random())).toEqual(Int32Array.of(11, 12, 13, 14, NOTHING));
  expect(targetsOf(sequence, { from: 1, to: 3 }, all, random())).toEqual(Int32Array.of(12, 13));
  const saves = { ...all, positives: Uint8Array.of(0, 1) };
  expect(targetsOf(sequence, whole, saves, random())).toEqual(Int32Array.of(11, NOTHING, 13, 14, NOTHING));
});

test("of all actions, any later one within the horizon is named, each as often as the others", () => {
  const choice = { predicts: "all-actions", horizonDays: 5, positives: Uint8Array.of(0, 1) } as const;
  const counts = Array.from({ length: 5 }, () => new Map<number, number>());
  const draws = random();
  for (let draw = 0; draw < 2000; draw++)
    for (const [at, target] of targetsOf(sequence, whole, choice, draws).entries())
      counts[at]!.set(target, (counts[at]!.get(target) ?? 0) + 1 / 2000);
  expect(counts.map((count) => [...count.keys()].sort())).toEqual([[11, 13], [13], [13], [14], [NOTHING]]);
  expect(counts[0]!.get(11)).toBeCloseTo(0.5, 1);
});

test("without times and actions every later engagement may be named", () => {
  const { itemRows } = sequence;
  const choice = { predicts: "all-actions", horizonDays: 1 } as const;
  const named = new Set<number>();
  const draws = random();
  for (let draw = 0; draw < 200; draw++) named.add(targetsOf({ itemRows }, whole, choice, draws)[1]!);
  expect(named).toEqual(new Set([12, 13, 14]));
});
