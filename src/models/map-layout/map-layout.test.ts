import { expect, test } from "vitest";
import { Random } from "#base";
import { unitRows } from "#numeric";
import { type Matrix, matrixOf } from "#tensor";
import { alignTo, type Points } from "./align.ts";
import { layOut } from "./lay-out.ts";
import { nearestRows } from "./neighbours.ts";
import { placeNear } from "./place-near.ts";

/** Heaps of points around directions drawn at random: row `n` is of heap `n % heaps`. */
function heaps(count: number, perHeap: number, size: number, noise: number): Matrix {
  const random = new Random(7);
  const centres = Array.from({ length: count }, () => Array.from({ length: size }, () => random.normal()));
  const matrix = matrixOf(count * perHeap, size);
  for (let row = 0; row < matrix.rows; row++)
    for (let at = 0; at < size; at++)
      matrix.values[row * size + at] = centres[row % count]![at]! + noise * random.normal();
  unitRows(matrix.values, size);
  return matrix;
}

const distance = (points: Points, left: number, right: number): number =>
  Math.hypot(points[2 * left]! - points[2 * right]!, points[2 * left + 1]! - points[2 * right + 1]!);

/** Part of points whose nearest in the plane is of their own heap. */
function kept(points: Points, heapCount: number): number {
  const rows = [...Array(points.length / 2).keys()];
  const right = rows.filter((row) => {
    const nearest = rows
      .filter((other) => other !== row)
      .reduce((best, other) => (distance(points, row, other) < distance(points, row, best) ? other : best));
    return nearest % heapCount === row % heapCount;
  });
  return right.length / rows.length;
}

const spread = (points: Points): number =>
  Math.sqrt(points.reduce((sum, value) => sum + value * value, 0) / (points.length / 2));

test("neighbours are those the slow way finds", () => {
  const vectors = heaps(5, 12, 8, 0.5);
  const { k, rows } = nearestRows(vectors, 4);
  const vectorOf = (row: number) => vectors.values.subarray(8 * row, 8 * row + 8);
  for (let row = 0; row < vectors.rows; row++) {
    const others = [...Array(vectors.rows).keys()].filter((other) => other !== row);
    const cosine = (other: number) =>
      vectorOf(row).reduce((sum, value, at) => sum + value * vectorOf(other)[at]!, 0);
    const best = others.sort((left, right) => cosine(right) - cosine(left)).slice(0, 4);
    expect([...rows.subarray(row * k, (row + 1) * k)]).toEqual(best);
  }
});

test("what lies together in many dimensions lies together in the plane, ten heaps of them", () => {
  const vectors = heaps(10, 16, 32, 0.4);
  const points = layOut(vectors, { seed: 1 });
  expect(kept(points, 10)).toBeGreaterThan(0.97);
  expect(layOut(vectors, { seed: 1 })).toEqual(points);
});

test("a layout of more points lies where the one before did", () => {
  const all = heaps(12, 18, 32, 0.4);
  const few = { rows: 12 * 16, columns: 32, values: all.values.subarray(0, 12 * 16 * 32) };
  const before = layOut(few, { seed: 1 });
  const previous = new Float32Array(2 * all.rows).fill(Number.NaN);
  previous.set(before);
  const after = layOut(all, { seed: 2, previous });
  const moved = [...Array(few.rows).keys()].map((row) =>
    Math.hypot(after[2 * row]! - before[2 * row]!, after[2 * row + 1]! - before[2 * row + 1]!),
  );
  expect(moved.reduce((sum, way) => sum + way, 0) / moved.length).toBeLessThan(0.15 * spread(before));
  expect(kept(after, 12)).toBeGreaterThan(0.95);
});

test("alignment undoes any turn, mirroring, scaling and move", () => {
  const random = new Random(3);
  const points = Float32Array.from({ length: 40 }, () => random.normal());
  for (const mirror of [1, -1]) {
    const moved = points.map((_, at) => {
      const [x, y] = [points[at - (at % 2)]!, mirror * points[at - (at % 2) + 1]!];
      return at % 2 === 0 ? 5 + 2 * (0.6 * x - 0.8 * y) : 2 * (0.8 * x + 0.6 * y) - 1;
    });
    for (const [at, value] of alignTo(moved, points).entries()) expect(value).toBeCloseTo(points[at]!, 4);
  }
});

test("a vector has its place amid those it is like", () => {
  const vectors = heaps(6, 15, 16, 0.3);
  const points = layOut(vectors, { seed: 1 });
  for (let row = 0; row < vectors.rows; row++) {
    const [x, y] = placeNear(vectors.values.subarray(16 * row, 16 * row + 16), vectors, points);
    expect(Math.hypot(x - points[2 * row]!, y - points[2 * row + 1]!)).toBeLessThan(0.3 * spread(points));
  }
});

test("two points, one point and none are laid out too", () => {
  for (const rows of [0, 1, 2]) {
    const points = layOut({ rows, columns: 4, values: new Float32Array(4 * rows).fill(0.5) }, { seed: 1 });
    expect(points).toHaveLength(2 * rows);
    expect(points.every(Number.isFinite)).toBe(true);
  }
});
