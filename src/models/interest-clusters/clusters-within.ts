import { agglomerate, cutTree, type Linkage, numbered } from "#numeric";

/**
 * @file Agglomerative clustering of unit vectors up to a height, without the rest of the tree. Of vectors that no chain of pairs nearer than the
 * height connects, none ever merge below it: a merged cluster is never nearer to a third than the nearer of its parts (`agglomerate.ts`), and
 * Ward's weights only move clusters apart. So each connected part is clustered by itself, in a few small tables instead of a large one.
 */

/**
 * Cluster of each vector, numbered from 0 by first appearance, when only merges up to `height` are made: what `cutTree` makes of all merges.
 * @param cosines (n, n) of every pair, of which those below the diagonal are read
 * @param sizes (n) how many equal vectors each stands for
 * @param height squared distance, `2 - 2 cos`, and Ward's multiple of it
 */
export function clustersWithin(
  cosines: Float32Array,
  sizes: ArrayLike<number>,
  linkage: Linkage,
  height: number,
): Int32Array {
  const n = sizes.length;
  const labels = numbered(n);
  for (const part of connectedParts(cosines, n, 1 - height / 2)) {
    const distances = distancesOf(cosines, n, part);
    const own = part.map((at) => sizes[at]!);
    const firsts: number[] = [];
    const merges = agglomerate(distances, own, linkage, height);
    const clusters = cutTree(merges, part.length, height);
    for (let at = 0; at < part.length; at++) {
      firsts[clusters[at]!] ??= part[at]!;
      labels[part[at]!] = firsts[clusters[at]!]!;
    }
  }
  const numbers = new Map<number, number>();
  for (let at = 0; at < n; at++) {
    const label = labels[at]!;
    if (label === at) numbers.set(label, numbers.size); // the first of a cluster is what it is called by
    labels[at] = numbers.get(label)!;
  }
  return labels;
}

/** Rounding must not part what stands right at the height. */
const ROUNDING = 1e-6;

/** The vectors in groups of two and more that are connected by pairs with such a cosine, each ascending. */
function connectedParts(cosines: Float32Array, n: number, least: number): number[][] {
  const from = least - ROUNDING;
  const parents = numbered(n);
  for (let left = 1; left < n; left++) {
    const row = left * n;
    let root = left;
    for (let right = 0; right < left; right++) {
      if (cosines[row + right]! < from || parents[right] === root) continue;
      const other = rootOf(parents, right);
      if (other === root) continue;
      parents[Math.max(root, other)] = Math.min(root, other);
      root = Math.min(root, other);
    }
  }
  const parts = new Map<number, number[]>();
  for (let at = 0; at < n; at++) {
    const root = rootOf(parents, at);
    const part = parts.get(root);
    if (part) part.push(at);
    else parts.set(root, [at]);
  }
  return [...parts.values()].filter(({ length }) => length > 1);
}

function rootOf(parents: Int32Array, at: number): number {
  let root = at;
  while (parents[root] !== root) root = parents[root]!;
  parents[at] = root;
  return root;
}

/** (m, m) squared distances of some. */
function distancesOf(cosines: Float32Array, n: number, part: readonly number[]): Float32Array {
  const m = part.length;
  const distances = new Float32Array(m * m);
  for (let row = 1; row < m; row++) {
    const from = part[row]! * n;
    for (let column = 0; column < row; column++) {
      const distance = Math.max(0, 2 - 2 * cosines[from + part[column]!]!);
      distances[row * m + column] = distance;
      distances[column * m + row] = distance;
    }
  }
  return distances;
}
