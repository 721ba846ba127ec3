/** @file Vectors of length 1 to search among, from a seed. */
import { Random } from "#base";

/** `clustered`: around 2,000 directions. `hard`: no clusters, and a power-law spectrum as matrix factorizations have. */
export type VectorKind = "clustered" | "hard";

const CLUSTERS = 2000;
/** How far from its direction a clustered vector lies: standard deviation of each element, where the direction's is 1. */
const SPREAD = 0.5;
/** Element j of a hard vector has standard deviation (j + 1) ^ DECAY. */
const DECAY = -0.5;

/** Shape (count, dimensions), row-major. */
export function madeVectors(kind: VectorKind, count: number, dimensions: number, seed: number): Float32Array {
  const random = Random.of(seed, kind);
  const directions = Float32Array.from({ length: CLUSTERS * dimensions }, () => random.normal());
  const vectors = new Float32Array(count * dimensions);
  for (let start = 0; start < vectors.length; start += dimensions) {
    const direction = random.integer(CLUSTERS) * dimensions;
    let squares = 0;
    for (let element = 0; element < dimensions; element++) {
      const noise = random.normal();
      const value =
        kind === "hard" ? noise * (element + 1) ** DECAY : directions[direction + element]! + SPREAD * noise;
      vectors[start + element] = value;
      squares += value * value;
    }
    const length = Math.sqrt(squares);
    for (let element = 0; element < dimensions; element++) vectors[start + element]! /= length;
  }
  return vectors;
}
