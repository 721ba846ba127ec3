import { expect, test } from "vitest";
import { Random } from "#base";
import { lengthBuckets } from "./length-buckets.ts";

const random = new Random(5);
const lengths = Array.from({ length: 5000 }, () => 1 + random.integer(200));

test("every position is in one batch, batches are full but for the last of all, and the seed decides", () => {
  const batches = lengthBuckets(lengths, 64, new Random(1));
  expect(batches.flatMap((batch) => [...batch]).sort((a, b) => a - b)).toEqual([...lengths.keys()]);
  expect(batches.filter((batch) => batch.length !== 64).map(({ length }) => length)).toEqual([5000 % 64]);
  expect(lengthBuckets(lengths, 64, new Random(1))).toEqual(batches);
  expect(lengthBuckets(lengths, 64, new Random(2))).not.toEqual(batches);
});

test("little is padding, and batches come in no order of length", () => {
  const batches = lengthBuckets(lengths, 64, new Random(1));
  const longest = batches.map((batch) => Math.max(...Array.from(batch, (position) => lengths[position]!)));
  const padded = longest.reduce((sum, length, batch) => sum + length * batches[batch]!.length, 0);
  expect(1 - lengths.reduce((sum, length) => sum + length, 0) / padded).toBeLessThan(0.08); // unsorted, it would be half
  const rising = longest.filter((length, batch) => length > (longest[batch - 1] ?? 0)).length;
  expect(rising / longest.length).toBeGreaterThan(0.3);
  expect(rising / longest.length).toBeLessThan(0.7);
});

test("nobody makes no batch", () => {
  expect(lengthBuckets([], 8, new Random(1))).toEqual([]);
});
