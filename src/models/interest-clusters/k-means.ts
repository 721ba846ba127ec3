import { assert, type Random } from "#base";
import { dot, unitOf } from "#numeric";
import type { Matrix } from "#tensor";

const ROUNDS = 20;

/**
 * Cluster of each unit vector by spherical k-means (Dhillon and Modha 2001) from k-means++ seeds (Arthur and Vassilvitskii 2007):
 * what PinnerSage is compared with. At most `k` clusters, numbered from 0. O(n k D) a round.
 */
export function kMeans(vectors: Matrix, k: number, random: Random): Int32Array {
  const n = vectors.rows;
  assert(k > 0 && n > 0, "there are points and clusters");
  const centers = seedsOf(vectors, Math.min(k, n), random).map((at) => rowOf(vectors, at).slice());
  const labels = new Int32Array(n).fill(-1);
  for (let round = 0; round < ROUNDS; round++) {
    let moved = 0;
    for (let at = 0; at < n; at++) {
      const nearness = centers.map((center) => dot(center, rowOf(vectors, at)));
      const nearest = nearness.indexOf(Math.max(...nearness));
      if (labels[at] !== nearest) moved++;
      labels[at] = nearest;
    }
    if (moved === 0) break;
    for (const center of centers) center.fill(0);
    for (let at = 0; at < n; at++) {
      const center = centers[labels[at]!]!;
      for (const [place, value] of rowOf(vectors, at).entries()) center[place]! += value;
    }
    for (const center of centers) unitOf(center);
  }
  return labels;
}

/** Each seed is drawn with probability proportional to its squared distance to the nearest before it. */
function seedsOf(vectors: Matrix, k: number, random: Random): number[] {
  const seeds = [random.integer(vectors.rows)];
  const farness = new Float64Array(vectors.rows).fill(Number.POSITIVE_INFINITY);
  while (seeds.length < k) {
    const last = rowOf(vectors, seeds.at(-1)!);
    let total = 0;
    for (let at = 0; at < farness.length; at++) {
      farness[at] = Math.min(farness[at]!, Math.max(0, 2 - 2 * dot(last, rowOf(vectors, at))));
      total += farness[at]!;
    }
    if (total <= 1e-9) break; // no point is apart from the seeds
    let left = random.uniform() * total;
    let next = 0;
    while (next < farness.length - 1 && left >= farness[next]!) left -= farness[next++]!;
    seeds.push(next);
  }
  return seeds;
}

function rowOf({ values, columns }: Matrix, row: number): Float32Array {
  return values.subarray(row * columns, (row + 1) * columns);
}
