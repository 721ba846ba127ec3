import fc from "fast-check";
import { expect, test } from "vitest";
import { topN } from "./top-n.ts";

test("the heap agrees with sorting everything", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3, max: 3 })), fc.nat(12), (values, n) => {
      const sorted = values
        .map((value, position) => ({ value, position }))
        .sort((left, right) => right.value - left.value || left.position - right.position)
        .slice(0, n)
        .map(({ position }) => position);
      expect([...topN(Float32Array.from(values), n)]).toEqual(sorted);
    }),
  );
});

test("an item scored -Infinity or NaN is never returned", () => {
  const scores = Float32Array.of(Number.NEGATIVE_INFINITY, 1, Number.NaN, -5);
  expect([...topN(scores, 4)]).toEqual([1, 3]);
});

test("equal scores follow the given tie order and not the position", () => {
  expect([...topN(Float32Array.of(1, 1, 1), 2, Uint32Array.of(2, 0, 1))]).toEqual([1, 2]);
});
