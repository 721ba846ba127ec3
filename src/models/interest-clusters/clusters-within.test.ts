import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "#base";
import { agglomerate, cutTree, unitRows } from "#numeric";
import { clustersWithin } from "./clusters-within.ts";

/** @file Law: part by part and up to the height, the clusters are those of the whole tree cut there, under the same numbers. */
const SIZE = 6;

/** Cosines of drawn vectors in a few bunches, some of which reach into each other: with equal distances there is no one answer. */
function drawn(seed: number, n: number): { cosines: Float32Array; sizes: number[] } {
  const random = new Random(seed);
  const bunches = 1 + (seed % 7);
  const noise = 0.1 + 0.5 * random.uniform();
  const values = new Float32Array(n * SIZE);
  for (let row = 0; row < n; row++)
    for (let at = 0; at < SIZE; at++)
      values[row * SIZE + at] = noise * random.normal() + Number(at === (row % bunches) % SIZE);
  unitRows(values, SIZE);
  const cosines = new Float32Array(n * n);
  for (let left = 0; left < n; left++)
    for (let right = 0; right < n; right++) {
      let product = 0;
      for (let at = 0; at < SIZE; at++) product += values[left * SIZE + at]! * values[right * SIZE + at]!;
      cosines[left * n + right] = product;
    }
  return { cosines, sizes: Array.from({ length: n }, () => 1 + random.integer(3)) };
}

test.each(["complete", "ward"] as const)("%s within a height is the whole tree cut there", (linkage) => {
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.integer({ min: 0, max: 60 }),
      fc.double({ min: 0.05, max: 3, noNaN: true }),
      (seed, n, height) => {
        const { cosines, sizes } = drawn(seed, n);
        const distances = cosines.map((cosine) => Math.max(0, 2 - 2 * cosine));
        const whole = cutTree(agglomerate(distances, sizes, linkage), n, height);
        expect([...clustersWithin(cosines, sizes, linkage, height)]).toEqual([...whole]);
      },
    ),
    { seed: 6, numRuns: 150 },
  );
});

test("vectors that are all alike are one cluster, and none near another are one each", () => {
  expect([...clustersWithin(new Float32Array(9).fill(1), [1, 1, 1], "complete", 0.8)]).toEqual([0, 0, 0]);
  expect([...clustersWithin(Float32Array.of(1, 0, 0, 1), [1, 1], "ward", 0.8)]).toEqual([0, 1]);
});
