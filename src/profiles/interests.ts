import { DAY_MS, type ItemRow } from "#base";
import type { Catalogue } from "#events";
import { type ClusterConfig, landmarksOf, medoidOf } from "#models";
import { NumberTable, numbered } from "#numeric";
import {
  distinctItems,
  type Engagement,
  type InterestName,
  type ItemCluster,
  type MetItems,
  vectorsOf,
} from "./daily-clusters.ts";
import { insertHeaviest } from "./heaviest.ts";
import type { ItemSpace } from "./item-space.ts";
import { activityOf, LifeSoFar, type Pace, paceOf } from "./lifecycle.ts";
import type { Taxonomy, Topic } from "./taxonomy.ts";

/** Something a person wants again and again, spoken for by items. */
export interface Interest extends Pace, InterestName {
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
  /** Its engagements: their positions among all, ascending. */
  readonly engaged: readonly number[];
}

export interface InterestsContext {
  readonly space: ItemSpace;
  readonly taxonomy: Taxonomy;
  readonly catalogue: Catalogue;
  /** There were more engagements than are read. */
  readonly isCut?: boolean;
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

/** What is known of a person's interests from earlier the same day, and used where it still holds. */
export interface InterestMemory {
  /** By interest, for as long as it is made of the very same clusters, which nothing happened to. */
  readonly unchanged: Map<string, UnchangedInterest>;
  /** By interest. */
  readonly lives: Map<string, LifeSoFar>;
}

/** What an interest has of its items alone. */
interface UnchangedInterest {
  readonly clusters: readonly ItemCluster[];
  readonly speakers: Speakers;
  /** Of a journey that is this interest alone, once it was asked for. */
  words?: RankedWords;
}

/** What may be keywords, the most frequent first: searches and lists of the person, and words of items. */
export interface RankedWords {
  readonly asked: readonly string[];
  readonly ofItems: readonly string[];
}

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
  met: MetItems = distinctItems(engagements, context.space),
  memory = emptyMemory(),
): Interest[] {
  const countOf = (itemRow: ItemRow): number => met.counts[met.places.get(itemRow) ?? -1] ?? 0;
  const weighed = weighAll(engagements, asOfMs);
  const groups = groupByName(clusters, (itemRows) => nameOf(itemRows, countOf, context)).filter(
    ({ itemRows }) => itemRows.length >= MIN_ITEMS, // most that is met is met by itself
  );
  const owned = divideByItem(groups, engagements);
  const candidates: Candidate[] = [];
  for (let at = 0; at < groups.length; at++) {
    const own = owned[at]!;
    if (own.length < MIN_ENGAGEMENTS) continue;
    const { name, clusters, itemRows } = groups[at]!;
    candidates.push({ name, clusters, itemRows, own, weight: weigh(own, weighed, asOfMs) });
  }
  const shown = mostImportant(candidates);
  const shares = sharesOf(shown);
  if (shown.length === 0) return [];
  const knownFromMs = context.isCut ? engagements[0]?.timestampMs : undefined;
  const activity = activityOf(encounters(numbered(engagements.length), weighed), asOfMs, knownFromMs);
  return shown.map((candidate, at) =>
    interestOf(
      candidate,
      shares[at]!,
      speakersOf(candidate, met, context.space, memory),
      paceOf(encounters(candidate.own, weighed), activity, lifeOf(candidate, memory)),
      evidenceOf(candidate.own, engagements, weighed),
    ),
  );
}

/** Field by field: put together of objects that are spread, each would be kilobytes that outlive the answer's making. */
function interestOf(
  { name, weight, itemRows, own }: Candidate,
  { share, shareNow }: Shares,
  { medoid, landmarks }: Speakers,
  pace: Pace,
  evidence: readonly string[],
): Interest {
  return {
    interestId: name.interestId,
    label: name.label,
    path: name.path,
    importance: weight.importance,
    countNow: weight.countNow,
    engagementCount: weight.engagementCount,
    firstMs: weight.firstMs,
    lastMs: weight.lastMs,
    itemRows,
    engaged: own,
    share,
    shareNow,
    medoid,
    landmarks,
    lifecycle: pace.lifecycle,
    certainty: pace.certainty,
    sinceMs: pace.sinceMs,
    recent: pace.recent,
    expected: pace.expected,
    perWeek: pace.perWeek,
    velocity: pace.velocity,
    evidence,
  };
}

export function emptyMemory(): InterestMemory {
  return { unchanged: new Map(), lives: new Map() };
}

/** Clusters of one name, and their items. */
interface Group {
  readonly name: InterestName;
  readonly clusters: ItemCluster[];
  readonly itemRows: readonly ItemRow[];
}

function groupByName(
  clusters: readonly ItemCluster[],
  nameOf: (itemRows: readonly ItemRow[]) => InterestName,
): Group[] {
  const groups = new Map<
    string,
    { name: InterestName; clusters: ItemCluster[]; itemRows: readonly ItemRow[] }
  >();
  for (const cluster of clusters) {
    const name = cluster.name ?? nameOf(cluster.itemRows);
    const group = groups.get(name.interestId);
    if (!group) groups.set(name.interestId, { name, clusters: [cluster], itemRows: cluster.itemRows });
    else {
      group.clusters.push(cluster);
      group.itemRows = [...group.itemRows, ...cluster.itemRows];
    }
  }
  return [...groups.values()];
}

/** What may be an interest, as far as it takes to say whether it is one. */
interface Candidate extends Group {
  /** Positions of its engagements. */
  readonly own: readonly number[];
  readonly weight: Pick<Interest, "importance" | "countNow" | "engagementCount" | "firstMs" | "lastMs">;
}

function lifeOf({ name: { interestId } }: Candidate, { lives }: InterestMemory): LifeSoFar {
  const life = lives.get(interestId) ?? new LifeSoFar();
  lives.set(interestId, life);
  return life;
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
): InterestName {
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
function divideByItem(
  groups: readonly { readonly itemRows: readonly ItemRow[] }[],
  engagements: readonly Pick<Engagement, "itemRow">[],
): number[][] {
  const groupOf = new NumberTable(engagements.length);
  for (let at = 0; at < groups.length; at++) for (const row of groups[at]!.itemRows) groupOf.set(row, at);
  const counts = new Int32Array(groups.length);
  const owners = new Int32Array(engagements.length);
  for (let at = 0; at < owners.length; at++) {
    const group = groupOf.get(engagements[at]!.itemRow) ?? -1;
    owners[at] = group;
    if (group >= 0) counts[group]!++;
  }
  const divided = groups.map((_, group) => new Array<number>(counts[group]!));
  counts.fill(0);
  for (let at = 0; at < owners.length; at++) {
    const group = owners[at]!;
    if (group >= 0) divided[group]![counts[group]!++] = at;
  }
  return divided;
}

/** Engagements as they count at a moment, by position. */
interface Weighed {
  readonly timesMs: Float64Array;
  /** `exp(-lambda age)` */
  readonly decays: Float64Array;
  /** The same times the strength of the action. */
  readonly strengths: Float64Array;
  /** 1 for the first with its item on its day: looking, clicking and saving is one thing done. */
  readonly isEncounter: Uint8Array;
}

/** @param engagements oldest first */
function weighAll(engagements: readonly Engagement[], asOfMs: number): Weighed {
  const timesMs = new Float64Array(engagements.length);
  const decays = new Float64Array(engagements.length);
  const strengths = new Float64Array(engagements.length);
  const isEncounter = new Uint8Array(timesMs.length);
  const lastDays = new NumberTable(timesMs.length);
  for (let at = 0; at < timesMs.length; at++) {
    const { itemRow, timestampMs, strength } = engagements[at]!;
    timesMs[at] = timestampMs;
    decays[at] = Math.exp((-DECAY_PER_DAY * (asOfMs - timestampMs)) / DAY_MS);
    strengths[at] = strength * decays[at]!;
    const day = Math.floor(timestampMs / DAY_MS);
    if (lastDays.get(itemRow) === day) continue;
    lastDays.set(itemRow, day);
    isEncounter[at] = 1;
  }
  return { timesMs, decays, strengths, isEncounter };
}

/** Times at which something was done, ascending. */
function encounters(own: ArrayLike<number>, { timesMs, isEncounter }: Weighed): number[] {
  const times: number[] = [];
  for (let n = 0; n < own.length; n++) if (isEncounter[own[n]!] === 1) times.push(timesMs[own[n]!]!);
  return times;
}

type Speakers = Pick<Interest, "medoid" | "landmarks">;

function speakersOf(
  { name: { interestId }, clusters, itemRows }: Candidate,
  met: MetItems,
  space: ItemSpace,
  { unchanged }: InterestMemory,
): Speakers {
  const known = unchanged.get(interestId);
  const isSame = known?.clusters.length === clusters.length;
  if (isSame && clusters.every((cluster, at) => cluster === known.clusters[at])) return known.speakers;
  const places = itemRows.map((row) => met.places.get(row)!).sort((left, right) => left - right); // clusters are of items met
  const rows = places.map((place) => met.itemRows[place]!);
  const counts = places.map((place) => met.counts[place]!);
  const vectors = vectorsOf(rows, space);
  const members = rows.map((_, at) => at);
  const medoid = medoidOf(vectors, members, counts);
  const landmarks = landmarksOf(vectors, members, medoid, LANDMARKS);
  const speakers = { medoid: rows[medoid]!, landmarks: landmarks.map((at) => rows[at]!) };
  unchanged.set(interestId, { clusters, speakers });
  return speakers;
}

function weigh(own: readonly number[], { timesMs, decays }: Weighed, asOfMs: number): Candidate["weight"] {
  let importance = 0;
  let countNow = 0;
  for (const at of own) {
    importance += decays[at]!;
    if (timesMs[at]! > asOfMs - NOW_DAYS * DAY_MS) countNow++;
  }
  const firstMs = timesMs[own[0]!]!;
  const lastMs = timesMs[own[own.length - 1]!]!;
  return { importance, countNow, engagementCount: own.length, firstMs, lastMs };
}

function evidenceOf(
  own: readonly number[],
  engagements: readonly Engagement[],
  { strengths }: Weighed,
): string[] {
  const heaviest: number[] = [];
  for (const at of own) insertHeaviest(heaviest, at, strengths, EVIDENCE);
  return heaviest.map((at) => engagements[at]!.eventId);
}

type Shares = Pick<Interest, "share" | "shareNow">;

function sharesOf(candidates: readonly Candidate[]): Shares[] {
  const total = candidates.reduce((sum, { weight }) => sum + weight.importance, 0);
  const totalNow = candidates.reduce((sum, { weight }) => sum + weight.countNow, 0);
  return candidates.map(({ weight: { importance, countNow } }) => ({
    share: total === 0 ? 0 : importance / total, // of centuries ago nothing is left
    shareNow: totalNow === 0 ? 0 : countNow / totalNow,
  }));
}
