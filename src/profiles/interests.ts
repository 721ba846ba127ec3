import { DAY_MS, type ItemRow } from "#base";
import type { Catalogue } from "#events";
import { type ClusterConfig, landmarksOf, medoidOf } from "#models";
import {
  type DistinctItems,
  distinctItems,
  type Engagement,
  groupBy,
  type ItemCluster,
} from "./daily-clusters.ts";
import type { ItemSpace } from "./item-space.ts";
import { activityOf, type Pace, paceOf } from "./lifecycle.ts";
import type { Taxonomy, Topic } from "./taxonomy.ts";

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
 * @param met their items, for who has them
 */
export function interestsOf(
  clusters: readonly ItemCluster[],
  engagements: readonly Engagement[],
  asOfMs: number,
  context: InterestsContext,
  met = distinctItems(engagements, context.space),
): Interest[] {
  const countOf = (itemRow: ItemRow): number => met.counts[met.places.get(itemRow) ?? -1] ?? 0;
  const named = clusters.map(({ itemRows }) => ({ itemRows, name: nameOf(itemRows, countOf, context) }));
  const weighed = weighAll(engagements, asOfMs);
  const groups = Array.from(groupBy(named, ({ name }) => name.interestId).values(), (alike) => ({
    name: alike[0]!.name, // a group has a first
    itemRows: alike.flatMap((cluster) => cluster.itemRows),
  }));
  const owned = divideByItem(groups, engagements);
  const candidates: Candidate[] = [];
  for (const [at, { name, itemRows }] of groups.entries()) {
    const own = owned[at]!;
    if (own.length < MIN_ENGAGEMENTS || itemRows.length < MIN_ITEMS) continue;
    candidates.push({ name, itemRows, own, weight: weigh(own, weighed, asOfMs) });
  }
  const shown = mostImportant(candidates);
  const shares = sharesOf(shown);
  if (shown.length === 0) return [];
  const activity = activityOf(encounters([...engagements.keys()], weighed), asOfMs);
  return shown.map(({ name, itemRows, own, weight }, at) => ({
    ...name,
    ...weight,
    itemRows,
    ...shares[at]!,
    ...speakers(itemRows, met),
    ...paceOf(encounters(own, weighed), activity),
    evidence: evidenceOf(own, engagements, weighed),
  }));
}

/** What may be an interest, as far as it takes to say whether it is one. */
interface Candidate {
  readonly name: Pick<Interest, "interestId" | "label" | "path">;
  readonly itemRows: readonly ItemRow[];
  /** Positions of its engagements. */
  readonly own: readonly number[];
  readonly weight: Pick<Interest, "importance" | "countNow" | "engagementCount" | "firstMs" | "lastMs">;
}

/** Those that are no glance, the most important first. */
function mostImportant(candidates: readonly Candidate[]): Candidate[] {
  const ordered = [...candidates].sort(
    (left, right) =>
      right.weight.importance - left.weight.importance ||
      (left.name.interestId < right.name.interestId ? -1 : 1),
  );
  const shares = sharesOf(ordered);
  const isShown = ({ weight }: Candidate, at: number): boolean =>
    shares[at]!.share >= MIN_SHARE ||
    shares[at]!.shareNow >= MIN_SHARE_NOW ||
    weight.engagementCount >= FEW_ENGAGEMENTS;
  return ordered.filter(isShown).slice(0, MAX_INTERESTS);
}

/**
 * The deepest topic that covers the engagements with some items; without one, the item most engaged with.
 * @param itemRows at least one
 * @param countOf engagements with an item
 */
export function nameOf(
  itemRows: readonly ItemRow[],
  countOf: (itemRow: ItemRow) => number,
  { taxonomy, catalogue }: Pick<InterestsContext, "taxonomy" | "catalogue">,
): Pick<Interest, "interestId" | "label" | "path"> {
  const weights = new Map<Topic, number>();
  let total = 0;
  let most = { itemRow: itemRows[0]!, count: 0 };
  for (const itemRow of itemRows) {
    const count = countOf(itemRow);
    total += count;
    if (count > most.count) most = { itemRow, count };
    taxonomy.addScores(weights, itemRow, count);
  }
  let deepest: Topic | undefined;
  let heaviest = 0;
  for (const [topic, weight] of weights) {
    if (weight < TOPIC_COVERS * total) continue;
    const isDeeper = !deepest || topic.level > deepest.level;
    if (isDeeper || (topic.level === deepest!.level && weight > heaviest))
      [deepest, heaviest] = [topic, weight];
  }
  if (deepest) return { interestId: deepest.topicId, label: deepest.name, path: deepest.path };
  const { itemId, title } = catalogue.at(most.itemRow);
  return { interestId: `like-${itemId}`, label: title ?? itemId, path: [title ?? itemId] };
}

/** Positions of the engagements with each group of items, in order. An item belongs to one group at most. */
export function divideByItem(
  groups: readonly { readonly itemRows: readonly ItemRow[] }[],
  engagements: readonly Pick<Engagement, "itemRow">[],
): number[][] {
  const groupOf = new Map<ItemRow, number>();
  for (const [at, { itemRows }] of groups.entries()) for (const row of itemRows) groupOf.set(row, at);
  const divided = groups.map((): number[] => []);
  for (let at = 0; at < engagements.length; at++) {
    const group = groupOf.get(engagements[at]!.itemRow);
    if (group !== undefined) divided[group]!.push(at);
  }
  return divided;
}

/** Engagements as they count at a moment, by position. */
interface Weighed {
  readonly timesMs: Float64Array;
  /** `exp(-lambda age)` */
  readonly decays: Float64Array;
  /** 1 for the first with its item on its day: looking, clicking and saving is one thing done. */
  readonly isEncounter: Uint8Array;
}

/** @param engagements oldest first */
function weighAll(engagements: readonly Engagement[], asOfMs: number): Weighed {
  const timesMs = new Float64Array(engagements.length);
  const decays = new Float64Array(engagements.length);
  const isEncounter = new Uint8Array(timesMs.length);
  const lastDays = new Map<ItemRow, number>();
  for (let at = 0; at < timesMs.length; at++) {
    const { itemRow, timestampMs } = engagements[at]!;
    timesMs[at] = timestampMs;
    decays[at] = Math.exp((-DECAY_PER_DAY * (asOfMs - timestampMs)) / DAY_MS);
    const day = Math.floor(timestampMs / DAY_MS);
    if (lastDays.get(itemRow) === day) continue;
    lastDays.set(itemRow, day);
    isEncounter[at] = 1;
  }
  return { timesMs, decays, isEncounter };
}

/** Times at which something was done, ascending. */
function encounters(own: readonly number[], { timesMs, isEncounter }: Weighed): number[] {
  const times: number[] = [];
  for (const at of own) if (isEncounter[at] === 1) times.push(timesMs[at]!);
  return times;
}

function speakers(
  own: readonly ItemRow[],
  { itemRows, counts, vectors, places }: DistinctItems,
): Pick<Interest, "medoid" | "landmarks"> {
  const members = own.map((row) => places.get(row)!).sort((left, right) => left - right); // clusters are of items met
  const medoid = medoidOf(vectors, members, counts);
  const landmarks = landmarksOf(vectors, members, medoid, LANDMARKS);
  return { medoid: itemRows[medoid]!, landmarks: landmarks.map((at) => itemRows[at]!) };
}

function weigh(own: readonly number[], { timesMs, decays }: Weighed, asOfMs: number): Candidate["weight"] {
  let importance = 0;
  let countNow = 0;
  for (const at of own) {
    importance += decays[at]!;
    if (timesMs[at]! > asOfMs - NOW_DAYS * DAY_MS) countNow++;
  }
  return {
    ...{ importance, countNow, engagementCount: own.length },
    firstMs: timesMs[own[0]!]!,
    lastMs: timesMs[own.at(-1)!]!,
  };
}

function evidenceOf(
  own: readonly number[],
  engagements: readonly Engagement[],
  { decays }: Weighed,
): string[] {
  const weightOf = (at: number): number => engagements[at]!.strength * decays[at]!;
  const heaviest: number[] = [];
  for (const at of own) {
    const weight = weightOf(at);
    let place = heaviest.length;
    while (place > 0 && weightOf(heaviest[place - 1]!) < weight) place--;
    if (place >= EVIDENCE) continue;
    heaviest.splice(place, 0, at);
    heaviest.length = Math.min(heaviest.length, EVIDENCE);
  }
  return heaviest.map((at) => engagements[at]!.eventId);
}

function sharesOf(candidates: readonly Candidate[]): Pick<Interest, "share" | "shareNow">[] {
  const total = candidates.reduce((sum, { weight }) => sum + weight.importance, 0);
  const totalNow = candidates.reduce((sum, { weight }) => sum + weight.countNow, 0);
  return candidates.map(({ weight: { importance, countNow } }) => ({
    share: importance / total,
    shareNow: totalNow === 0 ? 0 : countNow / totalNow,
  }));
}
