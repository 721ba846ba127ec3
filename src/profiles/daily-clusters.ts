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
export async function clusterEngagements(
  engagements: readonly Engagement[],
  space: ItemSpace,
  config: ClusterConfig,
): Promise<ItemCluster[]> {
  const { itemRows, counts, vectors } = distinctItems(engagements, space);
  if (itemRows.length === 0) return [];
  const labels = await clusterVectors(vectors, counts, config);
  const members = groupBy([...itemRows.keys()], (at) => labels[at]!);
  return Array.from(members.values(), (places) => ({
    itemRows: places.map((at) => itemRows[at]!),
    medoid: space.vectorOf(itemRows[medoidOf(vectors, places, counts)]!)!, // it had one above
  }));
}

/** The clusters with the items met since: each joins the nearest; those near none are clustered by themselves. */
export async function joinClusters(
  daily: readonly ItemCluster[],
  engagements: readonly Engagement[],
  space: ItemSpace,
  config: ClusterConfig,
): Promise<ItemCluster[]> {
  const placed = new Set(daily.flatMap(({ itemRows }) => itemRows));
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

/** Items in the order in which they were first met, how often each was, and their vectors as (n, D). */
export function distinctItems(engagements: readonly Pick<Engagement, "itemRow">[], space: ItemSpace) {
  const places = new Map<ItemRow, number>();
  const itemRows: ItemRow[] = [];
  const counts: number[] = [];
  const known: Float32Array[] = [];
  for (const { itemRow } of engagements) {
    const place = places.get(itemRow);
    if (place !== undefined) {
      if (place >= 0) counts[place]!++;
      continue;
    }
    const vector = space.vectorOf(itemRow);
    places.set(itemRow, vector ? itemRows.length : -1);
    if (!vector) continue;
    itemRows.push(itemRow);
    counts.push(1);
    known.push(vector);
  }
  const vectors: Matrix = matrixOf(itemRows.length, space.embeddingSize);
  for (const [at, vector] of known.entries()) vectors.values.set(vector, at * space.embeddingSize);
  return { itemRows, counts, vectors };
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
