import { expect, test } from "vitest";
import { Random } from "#base";
import { ItemPool } from "./item-pool.ts";

const pool = new ItemPool(Uint32Array.of(2, 5, 6, 9, 12), (row) => row);

test("a window holds the rows of its range and no others", () => {
  const window = pool.window(5, 10);
  expect([2, 5, 6, 7, 9, 12].map((row) => window.probabilityOf(row))).toEqual([
    0,
    5 / 20,
    6 / 20,
    0,
    9 / 20,
    0,
  ]);
  expect(pool.window(7, 9).isEmpty).toBe(true);
  expect(pool.window(0, 100).isEmpty).toBe(false);
});

test("rows are drawn as often as their probability says", () => {
  const window = pool.window(3, 13);
  const random = new Random(1);
  const counts = new Map<number, number>();
  for (let draw = 0; draw < 32_000; draw++) {
    const row = window.draw(random);
    counts.set(row, (counts.get(row) ?? 0) + 1);
  }
  for (const row of [5, 6, 9, 12])
    expect(counts.get(row)! / 32_000).toBeCloseTo(window.probabilityOf(row), 1.7);
  expect(counts.size).toBe(4);
});
