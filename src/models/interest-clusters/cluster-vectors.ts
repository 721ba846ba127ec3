import { agglomerate, cutTree, dot, type Linkage } from "#numeric";
import { type Matrix, multiply } from "#tensor";

/**
 * @file Several interests of one person, without training (PinnerSage, Pal et al. 2020, section 4; User Interest Clusters,
 * Pinterest 2026): what they engaged with is clustered in a fixed item space, and each cluster is spoken for by items: its medoid
 * and a few landmarks. Complete linkage keeps every two items of a cluster near; Ward keeps clusters compact.
 */
export interface ClusterConfig {
  readonly linkage: Linkage;
  /** Clusters merge up to this distance: squared distance of unit vectors, `2 - 2 cos`, and Ward's multiple of it. */
  readonly height: number;
}

/**
 * Cluster of each item, numbered from 0 by first appearance. O(n^2 D).
 * @param vectors (n, D) unit vectors
 * @param sizes (n) engagements with each item
 */
export async function clusterVectors(
  vectors: Matrix,
  sizes: ArrayLike<number>,
  { linkage, height }: ClusterConfig,
): Promise<Int32Array> {
  const { values } = await multiply(vectors, vectors, { transposeRight: true }); // (n, n) cosines
  for (let at = 0; at < values.length; at++) values[at] = Math.max(0, 2 - 2 * values[at]!);
  return cutTree(agglomerate(values, sizes, linkage), vectors.rows, height);
}

/** The member whose squared distances to all members, each as often as it counts, sum to least. O(members D). */
export function medoidOf(
  { values, columns }: Matrix,
  members: readonly number[],
  sizes: ArrayLike<number>,
): number {
  const total = new Float64Array(columns);
  for (const member of members)
    for (let at = 0, from = member * columns; at < columns; at++)
      total[at]! += sizes[member]! * values[from + at]!;
  let medoid = members[0]!;
  let highest = Number.NEGATIVE_INFINITY;
  for (const member of members) {
    let nearness = 0;
    for (let at = 0, from = member * columns; at < columns; at++) nearness += values[from + at]! * total[at]!;
    if (nearness > highest) [highest, medoid] = [nearness, member];
  }
  return medoid;
}

/** Up to `count` members that show how far the cluster reaches: each the farthest from the medoid and those before it (Gonzalez 1985). */
export function landmarksOf(
  vectors: Matrix,
  members: readonly number[],
  medoid: number,
  count: number,
): number[] {
  const landmarks: number[] = [];
  const left = new Set(members.filter((member) => member !== medoid));
  const nearness = new Map([...left].map((member) => [member, cosine(vectors, member, medoid)]));
  while (landmarks.length < count && left.size > 0) {
    const next = best([...left], (member) => -nearness.get(member)!);
    landmarks.push(next);
    left.delete(next);
    for (const member of left)
      nearness.set(member, Math.max(nearness.get(member)!, cosine(vectors, member, next)));
  }
  return landmarks;
}

/** The first of the highest score. */
function best(members: readonly number[], scoreOf: (member: number) => number): number {
  let found = members[0]!;
  let highest = Number.NEGATIVE_INFINITY;
  for (const member of members) {
    const score = scoreOf(member);
    if (score > highest) {
      highest = score;
      found = member;
    }
  }
  return found;
}

function cosine(vectors: Matrix, left: number, right: number): number {
  return dot(rowOf(vectors, left), rowOf(vectors, right));
}

function rowOf({ values, columns }: Matrix, row: number): Float32Array {
  return values.subarray(row * columns, (row + 1) * columns);
}
