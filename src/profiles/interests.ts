import { DAY_MS, type ItemRow } from "#base";
import type { Catalogue } from "#events";
import { type ClusterConfig, landmarksOf, medoidOf } from "#models";
import { distinctItems, type Engagement, groupBy, type ItemCluster } from "./daily-clusters.ts";
import type { ItemSpace } from "./item-space.ts";
import { type Pace, paceOf } from "./lifecycle.ts";
import type { Taxonomy } from "./taxonomy.ts";

/** Something a person wants again and again, spoken for by items. */
export interface Interest extends Pace {
  /** Id of its topic: the same whatever items speak for it and whenever it is worked out. */
  readonly interestId: string;
  readonly label: string;
  /** Names of topics from the top down. */
  readonly path: readonly string[];
  /** The item nearest to all of it. */
  readonly medoid: ItemRow;
  /** Items that show how far it reaches. */
  readonly landmarks: readonly ItemRow[];
  /** Sum of `exp(-lambda age)` over its engagements (PinnerSage, section 4.2.3: lambda = 0.01 a day). */
  readonly importance: number;
  /** Part of the importance of all interests, 0..1. */
  readonly share: number;
  /** The same of the last 7 days: the short view. */
  readonly shareNow: number;
  readonly engagementCount: number;
  /** Engagements of the last 7 days. */
  readonly countNow: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Ids of the events that weigh most, heaviest first. */
  readonly evidence: readonly string[];
  /** All its items, the first met first. */
  readonly itemRows: readonly ItemRow[];
}

export interface InterestsContext {
  readonly space: ItemSpace;
  readonly taxonomy: Taxonomy;
  readonly catalogue: Catalogue;
}

/** Most interests a person has. */
const MAX_INTERESTS = 15;
/** Fewer engagements than this, or fewer items, may be an accident. */
const MIN_ENGAGEMENTS = 3;
const MIN_ITEMS = 3;
/** Below this part of all, and of the last days, few engagements are a glance. */
const MIN_SHARE = 0.06;
const MIN_SHARE_NOW = 0.2;
const FEW_ENGAGEMENTS = 10;
/** A topic speaks for a cluster when this part of its engagements is about it. */
const TOPIC_COVERS = 0.5;
const DECAY_PER_DAY = 0.01;
const NOW_DAYS = 7;
const LANDMARKS = 3;
const EVIDENCE = 5;

/** Chosen on validation people of the world (decision 0026). */
export const interestClusters: ClusterConfig = { linkage: "complete", height: 0.8 };

/**
 * Interests as of a time, the most important first, at most 15. Clusters under one topic are one interest, and the topic is its name.
 * @param engagements what the clusters are of, oldest first, none after `asOfMs`
 */
export function interestsOf(
  clusters: readonly ItemCluster[],
  engagements: readonly Engagement[],
  asOfMs: number,
  context: InterestsContext,
): Interest[] {
  const byItem = groupBy(engagements, ({ itemRow }) => itemRow);
  const of = (itemRows: readonly ItemRow[]): Engagement[] => itemRows.flatMap((row) => byItem.get(row) ?? []);
  const named = clusters.map(({ itemRows }) => ({ itemRows, name: nameOf(of(itemRows), context) }));
  const times = encounters(engagements);
  const candidates = Array.from(groupBy(named, ({ name }) => name.interestId).values()).flatMap((alike) => {
    const itemRows = alike.flatMap((cluster) => cluster.itemRows);
    const own = of(itemRows).sort((left, right) => left.timestampMs - right.timestampMs);
    if (own.length < MIN_ENGAGEMENTS || itemRows.length < MIN_ITEMS) return [];
    return { ...alike[0]!.name, ...weigh(own, asOfMs), itemRows, own }; // a group has a first
  });
  candidates.sort(
    (left, right) => right.importance - left.importance || (left.interestId < right.interestId ? -1 : 1),
  );
  const shown = withShares(candidates).filter(
    ({ share, shareNow, engagementCount }) =>
      share >= MIN_SHARE || shareNow >= MIN_SHARE_NOW || engagementCount >= FEW_ENGAGEMENTS,
  );
  return withShares(shown.slice(0, MAX_INTERESTS)).map(({ own, ...interest }) => ({
    ...interest,
    ...speakers(own, context.space),
    ...paceOf(encounters(own), times, asOfMs),
    evidence: evidenceOf(own, asOfMs),
  }));
}

/** The deepest topic that covers the engagements; without one, the item most engaged with. */
export function nameOf(
  engagements: readonly Engagement[],
  { taxonomy, catalogue }: InterestsContext,
): Pick<Interest, "interestId" | "label" | "path"> {
  const weights = new Map<string, number>();
  for (const { itemRow } of engagements)
    for (const { topic, score } of taxonomy.topicsOf(catalogue.at(itemRow)))
      weights.set(topic.topicId, (weights.get(topic.topicId) ?? 0) + score);
  const covering = [...weights]
    .filter(([, weight]) => weight >= TOPIC_COVERS * engagements.length)
    .map(([topicId, weight]) => ({ topic: taxonomy.withId(topicId)!, weight })) // an id of the taxonomy's own
    .sort((left, right) => right.topic.level - left.topic.level || right.weight - left.weight);
  const topic = covering[0]?.topic;
  if (topic) return { interestId: topic.topicId, label: topic.name, path: topic.path };
  const rows = groupBy(engagements, ({ itemRow }) => itemRow);
  const [most] = [...rows].sort(([, left], [, right]) => right.length - left.length)[0]!; // somebody engaged
  const { itemId, title } = catalogue.at(most);
  return { interestId: `like-${itemId}`, label: title ?? itemId, path: [title ?? itemId] };
}

/** Times of engagements, ascending, those with one item on one day once: looking, clicking and saving is one thing done. */
function encounters(engagements: readonly Engagement[]): number[] {
  const met = new Set<string>();
  return engagements.flatMap(({ itemRow, timestampMs }) => {
    const key = `${itemRow} ${Math.floor(timestampMs / DAY_MS)}`;
    if (met.has(key)) return [];
    met.add(key);
    return timestampMs;
  });
}

function speakers(own: readonly Engagement[], space: ItemSpace): Pick<Interest, "medoid" | "landmarks"> {
  const { itemRows, counts, vectors } = distinctItems(own, space);
  const places = [...itemRows.keys()];
  const medoid = medoidOf(vectors, places, counts);
  const landmarks = landmarksOf(vectors, places, medoid, LANDMARKS);
  return { medoid: itemRows[medoid]!, landmarks: landmarks.map((at) => itemRows[at]!) };
}

function weigh(own: readonly Engagement[], asOfMs: number) {
  let importance = 0;
  let countNow = 0;
  for (const engagement of own) {
    importance += decayOf(engagement, asOfMs);
    if (engagement.timestampMs > asOfMs - NOW_DAYS * DAY_MS) countNow++;
  }
  return {
    ...{ importance, countNow, engagementCount: own.length },
    firstMs: own[0]!.timestampMs,
    lastMs: own.at(-1)!.timestampMs,
  };
}

function decayOf({ timestampMs }: Engagement, asOfMs: number): number {
  return Math.exp((-DECAY_PER_DAY * (asOfMs - timestampMs)) / DAY_MS);
}

function evidenceOf(own: readonly Engagement[], asOfMs: number): string[] {
  return own
    .map((engagement) => ({ ...engagement, weight: engagement.strength * decayOf(engagement, asOfMs) }))
    .sort((left, right) => right.weight - left.weight)
    .slice(0, EVIDENCE)
    .map(({ eventId }) => eventId);
}

function withShares<Kind extends { readonly importance: number; readonly countNow: number }>(
  interests: readonly Kind[],
): (Kind & Pick<Interest, "share" | "shareNow">)[] {
  const total = interests.reduce((sum, { importance }) => sum + importance, 0);
  const totalNow = interests.reduce((sum, { countNow }) => sum + countNow, 0);
  return interests.map((interest) => ({
    ...interest,
    share: interest.importance / total,
    shareNow: totalNow === 0 ? 0 : interest.countNow / totalNow,
  }));
}
