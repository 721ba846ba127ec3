import type { ItemRow } from "#base";
import type { Catalogue } from "#events";
import { type ClusterConfig, clusterVectors, medoidOf } from "#models";
import { NumberTable } from "#numeric";
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
  /** The item nearest to all of it. */
  readonly medoid: ItemRow;
  /** What it is called, where that is known and none of its items was met since. */
  readonly name?: InterestName;
}

/** The topic that speaks for items, or an item. */
export interface InterestName {
  /** Id of the topic: the same whatever items speak for it and whenever it is worked out. */
  readonly interestId: string;
  readonly label: string;
  /** Names of topics from the top down. */
  readonly path: readonly string[];
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
  const members: number[][] = [];
  for (let at = 0; at < labels.length; at++) {
    const label = labels[at]!; // numbered by first appearance
    if (label < members.length) members[label]!.push(at);
    else members.push([at]);
  }
  return members.map((places) => ({
    itemRows: places.map((at) => itemRows[at]!),
    medoid: itemRows[medoidOf(vectors, places, counts)]!,
  }));
}

/** Clusters of a day, and where items lie among them. */
export interface DayClusters {
  readonly clusters: readonly ItemCluster[];
  /** Item of a cluster -> its place. */
  readonly placed: NumberTable;
  /** Items met since that were looked at, each as it was at its last change. */
  readonly newcomers: Map<ItemRow, Newcomer>;
}

interface Newcomer {
  readonly change: number;
  /** Place of the cluster it joins, if it is near any. */
  readonly joins: number | undefined;
}

export function dayClusters(clusters: readonly ItemCluster[]): DayClusters {
  const items = clusters.reduce((sum, { itemRows }) => sum + itemRows.length, 0);
  const placed = new NumberTable(items);
  for (let at = 0; at < clusters.length; at++) for (const row of clusters[at]!.itemRows) placed.set(row, at);
  return { clusters, placed, newcomers: new Map() };
}

/** What clusters that go on are held against. */
export interface JoinContext {
  readonly space: ItemSpace;
  readonly catalogue: Pick<Catalogue, "changeOf">;
}

/**
 * The clusters with engagements since: an item of theirs is met again, a new one joins the nearest, and those near none are clustered by themselves.
 * A cluster that nothing happened to stays the very same. Which one an item joins is worked out when it is first met.
 */
export async function joinClusters(
  day: DayClusters,
  engagements: readonly Engagement[],
  context: JoinContext,
  config: ClusterConfig,
): Promise<readonly ItemCluster[]> {
  const { clusters: daily, placed } = day;
  if (engagements.length === 0) return daily;
  let medoids: Matrix | undefined; // gathered when the first newcomer is held against them
  const medoidsOf = (): Matrix =>
    (medoids ??= vectorsOf(
      daily.map(({ medoid }) => medoid),
      context.space,
    ));
  const joining = new Map<number, ItemRow[]>();
  const joined = new Set<ItemRow>();
  const apart: Engagement[] = [];
  for (const engagement of engagements) {
    const { itemRow } = engagement;
    const known = placed.get(itemRow);
    const place = known ?? placeOf(itemRow, day, context, medoidsOf);
    if (place === undefined) {
      apart.push(engagement);
      continue;
    }
    const others = joining.get(place) ?? [];
    joining.set(place, others);
    if (known !== undefined || joined.has(itemRow)) continue;
    joined.add(itemRow);
    others.push(itemRow);
  }
  const since = daily.map((cluster, at) => {
    const others = joining.get(at);
    return others ? { itemRows: [...cluster.itemRows, ...others], medoid: cluster.medoid } : cluster;
  });
  return apart.length === 0 ? since : [...since, ...(await clusterEngagements(apart, context.space, config))];
}

/** The cluster that an item met since joins. */
function placeOf(
  itemRow: ItemRow,
  { newcomers }: DayClusters,
  { space, catalogue }: JoinContext,
  medoidsOf: () => Matrix,
): number | undefined {
  const change = catalogue.changeOf(itemRow);
  const known = newcomers.get(itemRow);
  if (known?.change === change) return known.joins;
  const vector = space.vectorOf(itemRow);
  const joins = vector && nearestTo(vector, medoidsOf());
  newcomers.set(itemRow, { change, joins });
  return joins;
}

/** The first of those whose vector is nearest, if it is near enough. */
function nearestTo(vector: Float32Array, { values, rows, columns }: Matrix): number | undefined {
  let nearest: number | undefined;
  let highest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < rows; row++) {
    let nearness = 0;
    for (let at = 0, from = row * columns; at < columns; at++) nearness += values[from + at]! * vector[at]!;
    if (nearness <= highest) continue;
    nearest = row;
    highest = nearness;
  }
  return highest < JOINS ? undefined : nearest;
}

/** (n, D) @param itemRows items that have a vector */
export function vectorsOf(itemRows: readonly ItemRow[], space: ItemSpace): Matrix {
  const size = space.embeddingSize;
  const vectors = matrixOf(itemRows.length, size);
  for (let at = 0; at < itemRows.length; at++) space.writeVector(itemRows[at]!, vectors.values, at * size);
  return vectors;
}

/** Items with a vector, in the order in which they were first met. */
export interface MetItems {
  readonly itemRows: readonly ItemRow[];
  /** How often each was met. */
  readonly counts: readonly number[];
  /** Where each of them stands; below 0 for an item without a vector. */
  readonly places: NumberTable;
}

export interface DistinctItems extends MetItems {
  /** (n, D) */
  readonly vectors: Matrix;
}

export function distinctItems(
  engagements: readonly Pick<Engagement, "itemRow">[],
  space: ItemSpace,
): DistinctItems {
  const size = space.embeddingSize;
  const values = new Float32Array(engagements.length * size);
  const meeting = { itemRows: [], counts: [], places: new NumberTable(engagements.length) };
  for (let at = 0; at < engagements.length; at++) {
    const { itemRow } = engagements[at]!;
    if (isMetAgain(meeting, itemRow)) continue;
    meet(meeting, itemRow, space.writeVector(itemRow, values, meeting.itemRows.length * size));
  }
  const { length } = meeting.itemRows;
  return { ...meeting, vectors: matrixOf(length, size, values.subarray(0, length * size)) };
}

/** The items with those of engagements since. */
export function meetMore(
  { itemRows, counts, places }: MetItems,
  engagements: readonly Pick<Engagement, "itemRow">[],
  space: ItemSpace,
): MetItems {
  const meeting = { itemRows: [...itemRows], counts: [...counts], places: places.copy() };
  for (const { itemRow } of engagements) {
    if (isMetAgain(meeting, itemRow)) continue;
    meet(meeting, itemRow, space.vectorOf(itemRow) !== undefined);
  }
  return meeting;
}

interface Meeting extends MetItems {
  readonly itemRows: ItemRow[];
  readonly counts: number[];
}

function isMetAgain({ counts, places }: Meeting, itemRow: ItemRow): boolean {
  const place = places.get(itemRow);
  if (place === undefined) return false;
  if (place >= 0) counts[place]!++;
  return true;
}

function meet({ itemRows, counts, places }: Meeting, itemRow: ItemRow, hasVector: boolean): void {
  places.set(itemRow, hasVector ? itemRows.length : NO_PLACE);
  if (!hasVector) return;
  itemRows.push(itemRow);
  counts.push(1);
}

/** Of an item without a vector. */
const NO_PLACE = -1;

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
