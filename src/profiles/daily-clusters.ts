import type { ItemRow } from "#base";
import { type ClusterConfig, clusterVectors, medoidOf } from "#models";
import { dot } from "#numeric";
import { type Matrix, matrixOf } from "#tensor";
import type { ItemSpace } from "./item-space.ts";

/** One engagement that says what a person wants. */
export interface Engagement {
  readonly itemRow: ItemRow;
  readonly timestampMs: number;
  readonly eventId: string;
  /** Name of the action. */
  readonly action: string;
  readonly strength: number;
  /** What brought the item: `query:sourdough for beginners`, `list:Kitchen`, where the sender said so. */
  readonly source?: string;
}

/** Items a person engaged with that belong together. */
export interface ItemCluster {
  readonly itemRows: readonly ItemRow[];
  /** Vector of the item nearest to all of it. */
  readonly medoid: Float32Array;
}

/** An item met today belongs to the cluster whose medoid is so near (cosine), if any is. */
const JOINS = 0.6;

/** Clusters of what was engaged with. Items without a vector are left out. O(n^2 D) in the distinct items. */
export function clusterEngagements(
  engagements: readonly Engagement[],
  space: ItemSpace,
  config: ClusterConfig,
): Promise<ItemCluster[]> {
  return clusterItems(distinctItems(engagements, space), config);
}

export async function clusterItems(
  { itemRows, counts, vectors }: DistinctItems,
  config: ClusterConfig,
): Promise<ItemCluster[]> {
  if (itemRows.length === 0) return [];
  const labels = await clusterVectors(vectors, counts, config);
  const members = groupBy([...itemRows.keys()], (at) => labels[at]!);
  return Array.from(members.values(), (places) => {
    const medoid = medoidOf(vectors, places, counts) * vectors.columns;
    return {
      itemRows: places.map((at) => itemRows[at]!),
      medoid: vectors.values.slice(medoid, medoid + vectors.columns),
    };
  });
}

/** The clusters with the items of engagements since: each joins the nearest; those near none are clustered by themselves. */
export async function joinClusters(
  daily: readonly ItemCluster[],
  engagements: readonly Engagement[],
  space: ItemSpace,
  config: ClusterConfig,
): Promise<ItemCluster[]> {
  const placed = new Set<ItemRow>();
  for (const { itemRows } of daily) for (const itemRow of itemRows) placed.add(itemRow);
  const joining = daily.map((): ItemRow[] => []);
  const apart: Engagement[] = [];
  for (const engagement of engagements) {
    const { itemRow } = engagement;
    const vector = placed.has(itemRow) ? undefined : space.vectorOf(itemRow);
    if (!vector) continue;
    const nearness = daily.map(({ medoid }) => dot(medoid, vector));
    const nearest = nearness.indexOf(Math.max(...nearness));
    if ((nearness[nearest] ?? -1) < JOINS) apart.push(engagement);
    else {
      joining[nearest]!.push(itemRow);
      placed.add(itemRow);
    }
  }
  const joined = daily.map(({ itemRows, medoid }, at) => ({
    itemRows: [...itemRows, ...joining[at]!],
    medoid,
  }));
  return apart.length === 0 ? joined : [...joined, ...(await clusterEngagements(apart, space, config))];
}

/** Items with a vector, in the order in which they were first met. */
export interface DistinctItems {
  readonly itemRows: readonly ItemRow[];
  /** How often each was met. */
  readonly counts: readonly number[];
  /** (n, D) */
  readonly vectors: Matrix;
  /** Where each of them stands; below 0 for an item without a vector. */
  readonly places: ReadonlyMap<ItemRow, number>;
}

export function distinctItems(
  engagements: readonly Pick<Engagement, "itemRow">[],
  space: ItemSpace,
): DistinctItems {
  const size = space.embeddingSize;
  const values = new Float32Array(engagements.length * size);
  const places = new Map<ItemRow, number>();
  const itemRows: ItemRow[] = [];
  const counts: number[] = [];
  for (let at = 0; at < engagements.length; at++) {
    const { itemRow } = engagements[at]!;
    const known = places.get(itemRow);
    if (known !== undefined) {
      if (known >= 0) counts[known]!++;
      continue;
    }
    const place = itemRows.length;
    const isPlaced = space.writeVector(itemRow, values, place * size);
    places.set(itemRow, isPlaced ? place : NO_PLACE);
    if (!isPlaced) continue;
    itemRows.push(itemRow);
    counts.push(1);
  }
  const vectors = matrixOf(itemRows.length, size, values.subarray(0, itemRows.length * size));
  return { itemRows, counts, vectors, places };
}

/** Of an item without a vector. */
const NO_PLACE = -1;

/** Of the items met in engagements those of the first engagements, which are the first of them. */
export function firstItems(
  { itemRows, vectors, places }: DistinctItems,
  first: readonly Pick<Engagement, "itemRow">[],
): DistinctItems {
  const counts: number[] = [];
  for (const { itemRow } of first) {
    const place = places.get(itemRow);
    if (place !== undefined && place >= 0) counts[place] = (counts[place] ?? 0) + 1;
  }
  const values = vectors.values.subarray(0, counts.length * vectors.columns);
  return {
    itemRows: itemRows.slice(0, counts.length),
    counts,
    vectors: matrixOf(counts.length, vectors.columns, values),
    places,
  };
}

/** What has the same key, in order. (`Map.groupBy` is not in Node 20.) */
export function groupBy<Key, Value>(
  values: readonly Value[],
  keyOf: (value: Value) => Key,
): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
