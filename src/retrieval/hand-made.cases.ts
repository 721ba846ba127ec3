import { Random } from "#base";
import type { ModelVector, Neighbours, VectorFilter, VectorLabels } from "./vector-index.ts";

export const VERSION = "encoder-1";

export function versioned(values: ArrayLike<number>): ModelVector {
  return { values: Float32Array.from(values), modelVersion: VERSION };
}

/** Vectors of length 1 around `clusters` directions. */
export function clusteredVectors(
  count: number,
  { dimensions, clusters, seed }: { dimensions: number; clusters: number; seed: number },
): ModelVector[] {
  const random = new Random(seed);
  const normal = () => Array.from({ length: dimensions }, () => random.normal());
  const directions = Array.from({ length: clusters }, normal);
  return Array.from({ length: count }, () => {
    const direction = directions[random.integer(clusters)]!;
    const values = normal().map((value, element) => direction[element]! + 0.6 * value);
    const length = Math.hypot(...values);
    return versioned(values.map((value) => value / length));
  });
}

export interface Entry {
  readonly vector: ModelVector;
  readonly labels: VectorLabels;
}

/** The oracle: every entry is asked, in double precision. */
export function naiveSearch(
  entries: ReadonlyMap<number, Entry>,
  query: ModelVector,
  n: number,
  filter: VectorFilter = {},
): { row: number; score: number }[] {
  return [...entries]
    .filter(([row, { labels }]) => allows(filter, row, labels))
    .map(([row, { vector }]) => ({ row, score: product(vector.values, query.values) }))
    .sort((left, right) => right.score - left.score)
    .slice(0, n);
}

function product(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, element) => sum + value * right[element]!, 0);
}

function allows(filter: VectorFilter, row: number, { tags = [], numbers = {} }: VectorLabels): boolean {
  const { allTags = [], anyTags, noTags = [], ranges = [], allow, deny = [] } = filter;
  return (
    allTags.every((tag) => tags.includes(tag)) &&
    (anyTags === undefined || anyTags.some((tag) => tags.includes(tag))) &&
    !noTags.some((tag) => tags.includes(tag)) &&
    ranges.every(
      ({ name, min = -Infinity, max = Infinity }) => numbers[name]! >= min && numbers[name]! <= max,
    ) &&
    (allow === undefined || [...allow].includes(row)) &&
    ![...deny].includes(row)
  );
}

/** The share of the wanted rows that were found. */
export function recallOf(found: Neighbours, wanted: readonly { row: number }[]): number {
  const rows = new Set(found.rows);
  return wanted.filter(({ row }) => rows.has(row)).length / wanted.length;
}
