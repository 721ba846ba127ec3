import { expect, test } from "vitest";
import { Random } from "#base";
import { unitOf } from "#numeric";
import { type Matrix, matrixOf } from "#tensor";
import { clusterVectors, landmarksOf, medoidOf } from "./cluster-vectors.ts";
import { kMeans } from "./k-means.ts";

/** Unit vectors around `centers` directions of 16 numbers, `each` of them, in turns. */
function planted(centers: number, each: number, noise: number): Matrix {
  const random = new Random(3);
  const size = 16;
  const vectors = matrixOf(centers * each, size);
  for (let row = 0; row < vectors.rows; row++) {
    const vector = vectors.values.subarray(row * size, (row + 1) * size);
    for (let at = 0; at < size; at++) vector[at] = noise * random.normal() + Number(at === row % centers);
    unitOf(vector);
  }
  return vectors;
}

const ones = (n: number): number[] => new Array<number>(n).fill(1);

test.each([
  ["ward", 2],
  ["complete", 0.8],
] as const)("%s finds as many clusters as were planted, none of them mixed", async (linkage, height) => {
  const labels = await clusterVectors(planted(5, 8, 0.08), ones(40), { linkage, height });
  expect([...labels]).toEqual(Array.from({ length: 40 }, (_, row) => row % 5));
});

test("k-means finds planted clusters, and no more than there are points", () => {
  const labels = kMeans(planted(4, 10, 0.08), 4, new Random(1));
  for (let row = 4; row < 40; row++) expect(labels[row]).toBe(labels[row % 4]);
  expect(new Set(labels).size).toBe(4);
  expect(new Set(kMeans(planted(2, 1, 0), 5, new Random(1))).size).toBe(2);
});

test("the medoid is the member that the naive sum of squared distances chooses, each as often as it counts", () => {
  const vectors = planted(1, 12, 0.5);
  const sizes = Array.from({ length: 12 }, (_, row) => 1 + (row % 3));
  const squared = (left: number, right: number): number => {
    let sum = 0;
    for (let at = 0; at < 16; at++)
      sum += (vectors.values[left * 16 + at]! - vectors.values[right * 16 + at]!) ** 2;
    return sum;
  };
  const members = [...sizes.keys()];
  const sums = members.map((left) =>
    members.reduce((sum, right) => sum + sizes[right]! * squared(left, right), 0),
  );
  expect(medoidOf(vectors, members, sizes)).toBe(sums.indexOf(Math.min(...sums)));
});

test("landmarks are the members farthest from the medoid and from each other", () => {
  const angles = [0, 10, 20, 80, 85, -60];
  const vectors = matrixOf(
    6,
    2,
    Float32Array.from(
      angles.flatMap((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]),
    ),
  );
  expect(landmarksOf(vectors, [0, 1, 2, 3, 4, 5], 1, 3)).toEqual([4, 5, 2]);
  expect(landmarksOf(vectors, [1], 1, 3)).toEqual([]);
});
