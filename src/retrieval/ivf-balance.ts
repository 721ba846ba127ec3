/**
 * @file Keeps lists of like length while vectors come and go: a list that has grown far beyond the mean is split in two, one that
 * is mostly holes is written anew (the local half of LIRE: Xu et al., "SPFresh: incremental in-place update for billion-scale vector search",
 * SOSP 2023; vectors of neighbouring lists stay where they are, a rebuild puts them right).
 */

import { dot, unitRows } from "#numeric";
import type { RowVectors } from "./row-vectors.ts";
import { BUFFER, type SlotMemory } from "./slot-memory.ts";

/** A list over so many times the mean is split. */
export const SKEW = 4;
/** Lists under so many are never split. */
const SMALLEST_SPLIT = 256;
/** Two blocks of holes are not worth a rewrite. */
const FEW_HOLES = 64;
const ITERATIONS = 4;

/** Splits until no list is skewed; the memory, or one grown out of it. */
export function balance(memory: SlotMemory): SlotMemory {
  let balanced = memory;
  for (let list = 0; list < balanced.listCount; list++)
    while (isSkewed(balanced, list)) balanced = split(balanced, list);
  return balanced;
}

/** Splits lists that are skewed and rewrites those with more holes than members, among the given. */
export function tend(memory: SlotMemory, lists: Iterable<number>): SlotMemory {
  let tended = memory;
  for (const list of lists) {
    if (isSkewed(tended, list)) tended = split(tended, list);
    else if (isHollow(tended, list + 1)) tended = rewrite(tended, list + 1);
  }
  return tended;
}

/** Whether a chain has more holes than members. */
export function isHollow(memory: SlotMemory, chain: number): boolean {
  return memory.deadIn(chain) > Math.max(memory.livingIn(chain), FEW_HOLES);
}

/** Writes a chain anew, without its holes. */
export function rewrite(memory: SlotMemory, chain: number): SlotMemory {
  memory.move(() => {
    const members = memory.takeAll(chain);
    for (let position = 0; position < members.count; position++)
      memory.append(chain, members.rowAt(position), members.vectorAt(position));
  });
  return memory;
}

function isSkewed(memory: SlotMemory, list: number): boolean {
  const mean = (memory.size - memory.livingIn(BUFFER)) / memory.listCount;
  return memory.livingIn(list + 1) > Math.max(SKEW * mean, SMALLEST_SPLIT);
}

function split(memory: SlotMemory, list: number): SlotMemory {
  const roomy = memory.withRoomFor(0, 4, 1);
  roomy.move(() => {
    const members = roomy.takeAll(list + 1);
    const { sides, centroids } = halve(members, roomy.shape.dimensions);
    roomy.setCentroid(list, centroids[0]);
    const chains = [list + 1, roomy.addList(centroids[1]) + 1] as const;
    for (let position = 0; position < members.count; position++)
      roomy.append(chains[sides[position]!]!, members.rowAt(position), members.vectorAt(position));
  });
  return roomy;
}

interface Halves {
  /** 0 or 1, by position. */
  readonly sides: Uint8Array;
  readonly centroids: readonly [Float32Array, Float32Array];
}

/** 2-means with equal halves, from the two members that are least alike: the cut is at the median of who is nearer to which. */
function halve(members: RowVectors, dimensions: number): Halves {
  const first = leastLike(members, members.vectorAt(0));
  let centroids: Halves["centroids"] = [first, leastLike(members, first)];
  const sides = new Uint8Array(members.count);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const leaning = Float64Array.from({ length: members.count }, (_, position) => {
      const vector = members.vectorAt(position);
      return dot(vector, centroids[1]) - dot(vector, centroids[0]);
    });
    const order = Array.from(leaning.keys()).sort((left, right) => leaning[left]! - leaning[right]!);
    for (const [place, position] of order.entries()) sides[position] = place * 2 < members.count ? 0 : 1;
    centroids = [meanOf(members, sides, 0, dimensions), meanOf(members, sides, 1, dimensions)];
  }
  return { sides, centroids };
}

function leastLike(members: RowVectors, vector: Float32Array): Float32Array {
  let least = vector;
  let lowest = Number.POSITIVE_INFINITY;
  for (let position = 0; position < members.count; position++) {
    const other = members.vectorAt(position);
    const likeness = dot(vector, other);
    if (likeness < lowest) {
      lowest = likeness;
      least = other;
    }
  }
  return least;
}

/** The direction of the members of a side. */
function meanOf(members: RowVectors, sides: Uint8Array, side: number, dimensions: number): Float32Array {
  const sum = new Float32Array(dimensions);
  for (let position = 0; position < members.count; position++) {
    if (sides[position] !== side) continue;
    const vector = members.vectorAt(position);
    for (let element = 0; element < dimensions; element++) sum[element]! += vector[element]!;
  }
  return unitRows(sum, dimensions);
}
