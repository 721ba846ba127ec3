import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "#base";
import { agglomerate, cutTree, type Linkage } from "./agglomerate.ts";

/**
 * @file Laws: the chain merges what the naive algorithm merges (the nearest pair of all, again and again, distances worked out
 * from the points each time), at the same heights; a point that stands for three is three equal points.
 */
const points = fc
  .tuple(fc.nat(), fc.integer({ min: 1, max: 24 }))
  .map(([seed, count]) => randomPoints(seed, count)); // drawn, for with equal distances there is no one answer

type Point = readonly [number, number];

function randomPoints(seed: number, count: number): Point[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => [random.normal(), random.normal()]);
}

function squared([ax, ay]: Point, [bx, by]: Point): number {
  return (ax - bx) ** 2 + (ay - by) ** 2;
}

function matrixOf(list: readonly Point[]): Float32Array {
  return Float32Array.from(list.flatMap((left) => list.map((right) => squared(left, right))));
}

function naiveDistance(left: readonly Point[], right: readonly Point[], linkage: Linkage): number {
  if (linkage === "complete") return Math.max(...left.flatMap((a) => right.map((b) => squared(a, b))));
  const mean = (list: readonly Point[]): Point => [
    list.reduce((sum, [x]) => sum + x, 0) / list.length,
    list.reduce((sum, [, y]) => sum + y, 0) / list.length,
  ];
  return ((2 * left.length * right.length) / (left.length + right.length)) * squared(mean(left), mean(right));
}

/** Heights of the naive algorithm, and the clusters it has when it stops before `height`. */
function naive(list: readonly Point[], linkage: Linkage, height = Number.POSITIVE_INFINITY) {
  const clusters = list.map((_, at) => [at]);
  const heights: number[] = [];
  const at = (cluster: readonly number[]): Point[] => cluster.map((n) => list[n]!);
  while (clusters.length > 1) {
    let best = { left: 0, right: 1, distance: Number.POSITIVE_INFINITY };
    for (let left = 0; left < clusters.length; left++)
      for (let right = left + 1; right < clusters.length; right++) {
        const distance = naiveDistance(at(clusters[left]!), at(clusters[right]!), linkage);
        if (distance < best.distance) best = { left, right, distance };
      }
    if (best.distance > height) break;
    heights.push(best.distance);
    clusters[best.left]!.push(...clusters.splice(best.right, 1)[0]!);
  }
  return { heights, clusters };
}

const linkages = ["ward", "complete"] as const;

test.each(linkages)("%s by the chain merges at the heights of the naive algorithm", (linkage) => {
  fc.assert(
    fc.property(points, (list) => {
      const merges = agglomerate(matrixOf(list), new Array(list.length).fill(1), linkage);
      const { heights } = naive(list, linkage);
      expect(merges).toHaveLength(list.length - 1);
      const found = merges.map(({ height }) => height);
      for (const [n, height] of heights.entries()) expect(found[n]).toBeCloseTo(height, 4);
    }),
  );
});

test.each(linkages)("%s cut between two heights gives the clusters of the naive algorithm", (linkage) => {
  fc.assert(
    fc.property(points, fc.nat(), (list, pick) => {
      const merges = agglomerate(matrixOf(list), new Array(list.length).fill(1), linkage);
      const level = pick % list.length;
      const below = merges[level - 1]?.height ?? -1;
      const above = merges[level]?.height ?? Number.POSITIVE_INFINITY;
      fc.pre(above - below > 1e-3); // a tie could fall either way
      const height = above === Number.POSITIVE_INFINITY ? above : (below + above) / 2;
      const labels = cutTree(merges, list.length, height);
      const { clusters } = naive(list, linkage, height);
      for (const cluster of clusters) {
        const first = labels[cluster[0]!];
        expect(new Set(cluster.map((n) => labels[n]))).toEqual(new Set([first]));
        expect(labels.filter((label) => label === first)).toHaveLength(cluster.length);
      }
    }),
  );
});

test("a point that stands for three is three equal points", () => {
  const list: Point[] = [
    [0, 0],
    [1, 0],
    [0.2, 0.7],
  ];
  const grouped = agglomerate(matrixOf(list), [3, 1, 2], "ward").map(({ height }) => height);
  const spread: Point[] = [list[0]!, list[0]!, list[0]!, list[1]!, list[2]!, list[2]!];
  const apart = agglomerate(matrixOf(spread), new Array(6).fill(1), "ward").map(({ height }) => height);
  expect(apart.slice(0, 3)).toEqual([0, 0, 0]);
  for (const [n, height] of grouped.entries()) expect(apart[n + 3]).toBeCloseTo(height, 5);
});

test("clusters are numbered by first appearance, and no merge means one cluster each", () => {
  const merges = agglomerate(
    matrixOf([
      [0, 0],
      [5, 5],
      [0.1, 0],
      [5, 5.1],
    ]),
    [1, 1, 1, 1],
    "complete",
  );
  expect([...cutTree(merges, 4, 1)]).toEqual([0, 1, 0, 1]);
  expect([...cutTree(merges, 4, -1)]).toEqual([0, 1, 2, 3]);
  expect(agglomerate(new Float32Array(0), [], "ward")).toEqual([]);
});
