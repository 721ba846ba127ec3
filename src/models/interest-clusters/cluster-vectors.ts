import type { Linkage } from "#numeric";
import { type Matrix, matrixOf, multiply } from "#tensor";
import { clustersWithin } from "./clusters-within.ts";

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
  const { rows } = vectors;
  const room = takeRoom(rows * rows);
  const into = matrixOf(rows, rows, room.subarray(0, rows * rows));
  const { values } = await multiply(vectors, vectors, { transposeRight: true, into }); // (n, n) cosines
  const labels = clustersWithin(values, sizes, linkage, height);
  if (spare.length < SPARE_ROOMS && room.length <= LARGEST_ROOM) spare.push(room);
  return labels;
}

/** Room for cosines that nobody uses now: a megabyte anew for every person would keep the collector of garbage busy. */
const spare: Float32Array<ArrayBuffer>[] = [];
const SPARE_ROOMS = 2;
const LARGEST_ROOM = 1 << 20;

function takeRoom(length: number): Float32Array<ArrayBuffer> {
  const room = spare.pop();
  return room && room.length >= length ? room : new Float32Array(length);
}

/** The member whose squared distances to all members, each as often as it counts, sum to least. O(members D). */
export function medoidOf(
  { values, columns }: Matrix,
  members: readonly number[],
  sizes: ArrayLike<number>,
): number {
  if (members.length === 1) return members[0]!;
  const total = totalsOf(columns);
  for (const member of members) {
    const size = sizes[member]!;
    for (let at = 0, from = member * columns; at < columns; at++) total[at]! += size * values[from + at]!;
  }
  let medoid = members[0]!;
  let highest = Number.NEGATIVE_INFINITY;
  for (const member of members) {
    let nearness = 0;
    for (let at = 0, from = member * columns; at < columns; at++) nearness += values[from + at]! * total[at]!;
    if (nearness > highest) [highest, medoid] = [nearness, member];
  }
  return medoid;
}

/** Sums of columns, used anew by each: a person has hundreds of clusters. */
let totals = new Float64Array(0);

function totalsOf(columns: number): Float64Array {
  if (totals.length !== columns) totals = new Float64Array(columns);
  else totals.fill(0);
  return totals;
}

/**
 * Up to `count` members that show how far the cluster reaches: each the farthest from the medoid and those before it (Gonzalez 1985).
 * O(count members D).
 */
export function landmarksOf(
  vectors: Matrix,
  members: readonly number[],
  medoid: number,
  count: number,
): number[] {
  const landmarks: number[] = [];
  const left = members.filter((member) => member !== medoid);
  const nearness = new Float64Array(left.length).fill(Number.NEGATIVE_INFINITY);
  let last = medoid;
  while (landmarks.length < Math.min(count, left.length)) {
    let farthest = 0;
    for (let at = 0; at < left.length; at++) {
      nearness[at] = Math.max(nearness[at]!, cosine(vectors, left[at]!, last));
      if (nearness[at]! < nearness[farthest]!) farthest = at;
    }
    last = left[farthest]!;
    landmarks.push(last);
    nearness[farthest] = Number.POSITIVE_INFINITY; // taken
  }
  return landmarks;
}

function cosine({ values, columns }: Matrix, left: number, right: number): number {
  const [from, to] = [left * columns, right * columns];
  let product = 0;
  for (let at = 0; at < columns; at++) product += values[from + at]! * values[to + at]!;
  return product;
}
