import { nextTurn } from "#base";
import {
  clusterItems,
  type DayClusters,
  type DistinctItems,
  dayClusters,
  distinctItems,
  type Engagement,
  type ItemCluster,
  type MetItems,
} from "./daily-clusters.ts";
import type { RowMarks } from "./engaged-rows.ts";
import {
  emptyMemory,
  type InterestMemory,
  type InterestsContext,
  interestClusters,
  nameOf,
} from "./interests.ts";

/** What a day of a person rests on, beside the rows. */
export interface DayBasis extends Pick<InterestsContext, "space" | "taxonomy"> {
  /** When it begins. */
  readonly dayMs: number;
  /** What else it depends on: the purpose, the person's ids. */
  readonly also: string;
}

/**
 * @file A person as they were when the day began: what they had done until then, clustered and named. Events of the day change nothing of it, so it is
 * worked out once (the daily pass) and each of them is merged into it; whatever does change it (another day, a late event, a mute, an item that
 * became another, a refit) makes another, for the basis and the rows are compared, every one of them.
 */
export interface PersonDay {
  readonly basis: DayBasis;
  readonly marks: RowMarks;
  /** All before it, oldest first. */
  readonly engagements: readonly Engagement[];
  readonly met: MetItems;
  /** With their names. */
  readonly clusters: DayClusters;
  readonly memory: InterestMemory;
}

export function isOfDay({ basis }: PersonDay, { dayMs, also, space, taxonomy }: DayBasis): boolean {
  return basis.dayMs === dayMs && basis.also === also && basis.space === space && basis.taxonomy === taxonomy;
}

/** The daily pass. @param engagements all before the day, oldest first */
export async function passDay(
  basis: DayBasis,
  marks: RowMarks,
  engagements: readonly Engagement[],
  context: InterestsContext,
): Promise<PersonDay> {
  const met = distinctItems(engagements, context.space);
  const clusters = await clusterItems(met, interestClusters);
  await nextTurn();
  const named = clusters.map((cluster) => ({
    itemRows: cluster.itemRows,
    medoid: cluster.medoid,
    name: nameIn(met, cluster, context),
  }));
  return {
    ...{ basis, marks, engagements, met: withoutVectors(met) },
    clusters: dayClusters(named),
    memory: emptyMemory(),
  };
}

function nameIn({ places, counts }: MetItems, { itemRows }: ItemCluster, context: InterestsContext) {
  return nameOf(itemRows, (row) => counts[places.get(row)!]!, context); // clusters are of items met
}

/** Vectors are far more than all else, and only clustering needs them all. */
function withoutVectors({ itemRows, counts, places }: DistinctItems): MetItems {
  return { itemRows, counts, places };
}
