import { type Linkage, numbered, visitMerges } from "#numeric";

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
    const own = part.map((at) => sizes[at]!);
    visitMerges(distancesOf(cosines, n, part), own, linkage, height, (left, right) => {
      labels[part[right]!] = part[left]!;
    });
  }
  return numberFirsts(labels);
}

/** Of each the number of its cluster, where it stood which one before it is of the same, or itself. In place. */
function numberFirsts(labels: Int32Array): Int32Array {
  let count = 0;
  for (let at = 0; at < labels.length; at++) {
    const before = labels[at]!;
    labels[at] = before === at ? count++ : labels[before]!;
  }
  return labels;
}

/** Rounding must not part what stands right at the height. */
const ROUNDING = 1e-6;

/** The vectors in groups of two and more that are connected by pairs with such a cosine, each ascending. */
function connectedParts(cosines: Float32Array, n: number, least: number): Iterable<number[]> {
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
  for (let at = 1; at < n; at++) {
    const root = rootOf(parents, at);
    if (root === at) continue; // the first of its part, or alone
    const part = parts.get(root);
    if (part) part.push(at);
    else parts.set(root, [root, at]);
  }
  return parts.values();
}

function rootOf(parents: Int32Array, at: number): number {
  let root = at;
  while (parents[root] !== root) root = parents[root]!;
  parents[at] = root;
  return root;
}

/** Room for distances of one part: it is used up before the next is asked for. */
let room = new Float32Array(0);
const LARGEST_ROOM = 1 << 20;

/** (m, m) squared distances of some, until it is called again. */
function distancesOf(cosines: Float32Array, n: number, part: readonly number[]): Float32Array {
  const m = part.length;
  const taken = m * m <= room.length ? room : new Float32Array(m * m);
  if (taken.length <= LARGEST_ROOM) room = taken;
  const distances = taken.subarray(0, m * m);
  for (let at = 0; at < m; at++) distances[at * m + at] = 0;
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
