import { assert } from "#base";
import { numbered } from "./numbered.ts";

/**
 * @file Agglomerative clustering by the nearest-neighbour chain (Benzecri 1982; Murtagh 1983): follow nearest neighbours until two
 * are each other's, merge them, go on from what is left of the chain. For a linkage in which a merged cluster is never nearer to
 * a third than the nearer of its parts (Ward, complete), that finds the merges of the naive algorithm, in O(n^2) instead of O(n^3).
 * Distances to a merged cluster follow from those to its parts (Lance and Williams 1967).
 */
export type Linkage = "ward" | "complete";

/** Two clusters become one. `left` and `right` are members of each, the smallest positions. */
export interface Merge {
  readonly left: number;
  readonly right: number;
  /** Distance at which they merged: Ward's in squared distance, where two single points stand at their own. */
  readonly height: number;
}

/**
 * The n - 1 merges of `n` points, lowest first.
 * @param distances (n, n) row-major, symmetric, *squared* for Ward; it is used up
 * @param sizes (n) how many equal points each stands for; Ward only
 */
export function agglomerate(distances: Float32Array, sizes: ArrayLike<number>, linkage: Linkage): Merge[] {
  const merges: Merge[] = [];
  visitMerges(distances, sizes, linkage, Number.POSITIVE_INFINITY, (left, right, height) =>
    merges.push({ left, right, height }),
  );
  return merges.sort((one, other) => one.height - other.height);
}

/**
 * Shows the merges up to a height, in the order in which the chain finds them, which spares looking for the others: what is farther than that
 * from everything stays so, for a merged cluster is never nearer than the nearer of its parts. A cluster goes by its smallest position.
 * @param distances as {@link agglomerate} has it, and `sizes` too
 */
export function visitMerges(
  distances: Float32Array,
  sizes: ArrayLike<number>,
  linkage: Linkage,
  most: number,
  visit: (left: number, right: number, height: number) => void,
): void {
  const n = sizes.length;
  assert(distances.length === n * n, "distances are those of every pair");
  const weight = new Float64Array(n);
  for (let at = 0; at < n; at++) weight[at] = sizes[at]!;
  if (linkage === "ward") weighDistances(distances, weight);
  const members = numbered(n); // a cluster lies where its smallest position does
  const chain: number[] = [];
  const clusters = { distances, sizes: weight, members, count: n };
  while (clusters.count > 1) {
    if (chain.length === 0) chain.push(members[0]!);
    const top = chain[chain.length - 1]!;
    const before = chain[chain.length - 2];
    const nearest = nearestTo(distances, n * top, top, before, members, clusters.count);
    const height = distances[n * top + nearest]!;
    if (height > most) {
      chain.length = 0; // it was all there was: along a chain distances fall
      clusters.count = withoutMember(members, clusters.count, top);
      continue;
    }
    if (nearest !== before) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    const left = Math.min(top, nearest);
    const right = Math.max(top, nearest);
    visit(left, right, height);
    clusters.count = withoutMember(members, clusters.count, right);
    joinRows(clusters, left, right, linkage);
  }
}

/** Cluster of each point, numbered from 0 by first appearance, when only merges up to `height` are made. */
export function cutTree(merges: readonly Merge[], n: number, height: number): Int32Array {
  const parents = numbered(n);
  const rootOf = (at: number): number => {
    let root = at;
    while (parents[root] !== root) root = parents[root]!;
    return root;
  };
  for (const merge of merges) {
    if (merge.height > height) break;
    parents[rootOf(merge.right)] = rootOf(merge.left);
  }
  const numbers = new Map<number, number>();
  const clusters = new Int32Array(n);
  for (let at = 0; at < n; at++) {
    const root = rootOf(at);
    const number = numbers.get(root) ?? numbers.size;
    numbers.set(root, number);
    clusters[at] = number;
  }
  return clusters;
}

/** Ward's distance of two groups of equal points: `2 a b / (a + b)` times that of two single ones. */
function weighDistances(distances: Float32Array, sizes: Float64Array): void {
  const n = sizes.length;
  for (let row = 0; row < n; row++)
    for (let column = 0; column < n; column++)
      distances[row * n + column]! *= (2 * sizes[row]! * sizes[column]!) / (sizes[row]! + sizes[column]!);
}

/** The one before in the chain where it is as near as any, which ends the chain. */
function nearestTo(
  distances: Float32Array,
  row: number,
  from: number,
  before: number | undefined,
  members: Int32Array,
  count: number,
): number {
  let nearest = before ?? -1;
  let least = before === undefined ? Number.POSITIVE_INFINITY : distances[row + before]!;
  for (let at = 0; at < count; at++) {
    const member = members[at]!;
    const distance = distances[row + member]!;
    if (distance < least && member !== from) {
      least = distance;
      nearest = member;
    }
  }
  return nearest;
}

function withoutMember(members: Int32Array, count: number, member: number): number {
  const at = members.indexOf(member);
  members.copyWithin(at, at + 1, count);
  return count - 1;
}

interface Clusters {
  readonly distances: Float32Array;
  readonly sizes: Float64Array;
  /** Where clusters lie: the first `count`. */
  readonly members: Int32Array;
  count: number;
}

/** Row and column `left` become those of the merged cluster. */
function joinRows(
  { distances, sizes, members, count }: Clusters,
  left: number,
  right: number,
  linkage: Linkage,
): void {
  const n = sizes.length;
  const [a, b] = [sizes[left]!, sizes[right]!];
  const between = distances[left * n + right]!;
  for (let at = 0; at < count; at++) {
    const other = members[at]!;
    if (other === left) continue;
    const toLeft = distances[left * n + other]!;
    const toRight = distances[right * n + other]!;
    const c = sizes[other]!;
    const joined =
      linkage === "complete"
        ? Math.max(toLeft, toRight)
        : ((a + c) * toLeft + (b + c) * toRight - c * between) / (a + b + c);
    distances[left * n + other] = joined;
    distances[other * n + left] = joined;
  }
  sizes[left] = a + b;
}
