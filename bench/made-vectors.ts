/** @file Vectors of length 1 to search among, from a seed. */
import { Random } from "#base";

/**
 * `clustered`: around 2,000 directions. `hard`: no clusters, and a power-law spectrum as matrix factorizations have. `even`: all directions alike, as of an encoder
 * that has learned nothing yet.
 */
export type VectorKind = "clustered" | "hard" | "even";

const CLUSTERS = 2000;
/** How far from its direction a clustered vector lies: standard deviation of each element, where the direction's is 1. */
const SPREAD = 0.5;
const DECAY = -0.5;

/** Standard deviation of an element of a hard vector, counted from 0. */
export function hardDeviation(element: number): number {
  return (element + 1) ** DECAY;
}

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
        kind === "clustered"
          ? directions[direction + element]! + SPREAD * noise
          : noise * (kind === "hard" ? hardDeviation(element) : 1);
      vectors[start + element] = value;
      squares += value * value;
    }
    const length = Math.sqrt(squares);
    for (let element = 0; element < dimensions; element++) vectors[start + element]! /= length;
  }
  return vectors;
}
