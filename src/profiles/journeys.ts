import { DAY_MS } from "#base";
import type { Catalogue, Item } from "#events";
import { type Engagement, groupBy } from "./daily-clusters.ts";
import { emptyMemory, type Interest, type RankedWords } from "./interests.ts";

/** Something a person is after: interests, what they mean to do, and when. */
export interface Journey {
  readonly journeyId: string;
  /** Intent and topic in words: "Planning joinery". */
  readonly name: string;
  readonly intent: Intent;
  readonly context: "weekends" | "weekdays" | "any day";
  /** A journey without an end, or one that has a purpose and then is over. */
  readonly kind: "evergreen" | "situational";
  readonly stage: "ongoing" | "ended";
  readonly interestIds: readonly string[];
  /** What they searched for and the lists they put things in, then topics and words of titles, the most frequent first. */
  readonly keywords: readonly string[];
  /** How many of the first keywords are in the person's own words. */
  readonly ownKeywords: number;
  /** How sure it is that there is one, 0..1: grows with its engagements. */
  readonly confidence: number;
  /** What it is ranked by: share of attention, less for every journey above it from the same corner. */
  readonly score: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly evidence: readonly string[];
}

type Intent = "buying" | "planning" | "sharing" | "exploring";

/** Most of its engagements in so short a part of the time the person was seen, and no longer, make a journey situational. */
const SITUATIONAL_PART = 0.5;
const SITUATIONAL_DAYS = 35;
const CORE = 0.05; // of the engagements on either side are left out of the span
/** Silence of so many usual gaps, and days, ends a journey. */
const ENDED_GAPS = 4;
const ENDED_DAYS = 6;
/** Each journey above of the same top-level topic costs this factor (Pinterest 2025: 0.95). */
const DIVERSITY = 0.95;
const KEYWORDS = 6;
const CONFIDENT_ENGAGEMENTS = 8;

/**
 * @file Journeys: interest x intent x context (Pinterest, "User journeys", 2025). Interests of one parent topic that burst in the same days
 * are one journey; any other interest is one of its own. The intent is what most of its actions say, the stage whether it has
 * fallen silent. Named from topics, offline. We differ in clustering interests, which are clusters already, and not keywords.
 */
export function journeysOf(
  interests: readonly Interest[],
  engagements: readonly Engagement[],
  asOfMs: number,
  context: KeywordContext,
  memory = emptyMemory(),
): Journey[] {
  const seenMs = asOfMs - (engagements[0]?.timestampMs ?? asOfMs);
  const strands = interests.map((interest) => {
    const own = interest.engaged.map((position) => engagements[position]!);
    return { interest, own, isBurst: isBurst(own, seenMs) };
  });
  const groups = groupBy(strands, ({ interest, isBurst }) => {
    const parent = interest.path.at(-2);
    return isBurst && parent !== undefined ? `burst of ${parent}` : interest.interestId;
  });
  const keywordsOf = (strands: readonly Strand[], own: readonly Engagement[]): Keywords => {
    const unchanged = strands.length > 1 ? undefined : memory.unchanged.get(strands[0]!.interest.interestId);
    const words = unchanged?.words ?? rankWords(own, context.catalogue);
    if (unchanged) unchanged.words = words;
    return keywordsAmong(words, context.isUnsaid);
  };
  const journeys = [...groups.values()].map((group) => journeyOf(group, asOfMs, keywordsOf));
  return diversified(journeys, interests);
}

/** Where keywords come from, and which of them are not to be said: what is sensitive, and what the person muted. */
export interface KeywordContext {
  readonly catalogue: Catalogue;
  readonly isUnsaid: (text: string) => boolean;
}

interface Strand {
  readonly interest: Interest;
  readonly own: readonly Engagement[];
  readonly isBurst: boolean;
}

function journeyOf(
  strands: readonly Strand[],
  asOfMs: number,
  keywordsOf: (strands: readonly Strand[], own: readonly Engagement[]) => Keywords,
): Journey {
  const first = strands[0]!; // a group has a first, the most important one
  const own =
    strands.length === 1
      ? first.own
      : strands.flatMap((strand) => strand.own).sort((left, right) => left.timestampMs - right.timestampMs);
  const topic = strands.length > 1 ? first.interest.path.at(-2)! : first.interest.label; // a group shares its parent
  const intent = intentOf(own);
  const lastMs = own.at(-1)!.timestampMs;
  const ids = strands.map(({ interest }) => interest.interestId);
  return {
    journeyId: [...ids].sort().join("+"), // the same whichever matters more now
    name: `${words[intent]} ${topic}`,
    intent,
    context: contextOf(own),
    kind: first.isBurst ? "situational" : "evergreen",
    stage: hasEnded(own, asOfMs) ? "ended" : "ongoing",
    interestIds: ids,
    ...keywordsOf(strands, own),
    confidence: 1 - Math.exp(-own.length / CONFIDENT_ENGAGEMENTS),
    score: strands.reduce((sum, { interest }) => sum + interest.share, 0),
    firstMs: own[0]!.timestampMs,
    lastMs,
    evidence: strands.flatMap(({ interest }) => interest.evidence.slice(0, 2)),
  };
}

const words: Readonly<Record<Intent, string>> = {
  buying: "Buying",
  planning: "Planning",
  sharing: "Sharing",
  exploring: "Exploring",
};

/** Whether most of it lies within a part of the time the person was seen in. */
function isBurst(own: readonly Engagement[], seenMs: number): boolean {
  const edge = Math.floor(CORE * own.length);
  const spanMs = own[own.length - 1 - edge]!.timestampMs - own[edge]!.timestampMs;
  return spanMs <= Math.min(SITUATIONAL_DAYS * DAY_MS, SITUATIONAL_PART * seenMs);
}

function hasEnded(own: readonly Engagement[], asOfMs: number): boolean {
  const lastMs = own.at(-1)!.timestampMs;
  let days = 0;
  let lastDay = Number.NEGATIVE_INFINITY;
  for (const { timestampMs } of own) {
    const day = Math.floor(timestampMs / DAY_MS);
    if (day > lastDay) days++;
    lastDay = day;
  }
  const gapMs = (lastMs - own[0]!.timestampMs) / Math.max(1, days - 1);
  return asOfMs - lastMs > Math.max(ENDED_DAYS * DAY_MS, ENDED_GAPS * gapMs);
}

/** What is done most beyond looking, where enough is done. */
function intentOf(own: readonly Engagement[]): Intent {
  const counts = new Map<string, number>();
  for (const { action } of own) counts.set(action, (counts.get(action) ?? 0) + 1);
  const part = (...actions: readonly string[]): number =>
    actions.reduce((sum, action) => sum + (counts.get(action) ?? 0), 0) / own.length;
  if (part("purchase", "add-to-cart") >= 0.05) return "buying";
  if (part("save", "bookmark", "follow") >= 0.15) return "planning";
  return part("share", "comment", "review") >= 0.15 ? "sharing" : "exploring";
}

function contextOf(own: readonly Engagement[]): Journey["context"] {
  let weekend = 0;
  for (const { timestampMs } of own) if (isWeekend(timestampMs)) weekend++;
  if (weekend >= 0.6 * own.length) return "weekends";
  return weekend <= 0.08 * own.length && own.length >= CONFIDENT_ENGAGEMENTS ? "weekdays" : "any day";
}

/** Day 0 of the epoch was a Thursday. */
function isWeekend(timestampMs: number): boolean {
  const sinceSaturday = (Math.floor(timestampMs / DAY_MS) + 5) % 7;
  return sinceSaturday === 0 || sinceSaturday === 1;
}

/** Each search and list counts once a day it was used, a word of items once an item. */
function rankWords(own: readonly Engagement[], catalogue: Catalogue): RankedWords {
  const asked = new Map<string, Set<number>>();
  for (const { source, timestampMs } of own) {
    const words = OWN_WORDS.exec(source ?? "")?.[1]
      ?.trim()
      .toLowerCase();
    if (words === undefined || words === "" || words.length > LONGEST_KEYWORD) continue;
    const days = asked.get(words) ?? new Set();
    asked.set(words, days.add(Math.floor(timestampMs / DAY_MS)));
  }
  const counts = new Map<string, number>();
  for (const itemRow of new Set(own.map((engagement) => engagement.itemRow))) {
    for (const word of wordsOf(catalogue.at(itemRow))) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return {
    asked: ranked(Array.from(asked, ([words, days]) => [words, days.size] as const)),
    ofItems: ranked([...counts].filter(([, count]) => count > 1)),
  };
}

/** Words of the person's own first; then what the items say. */
function keywordsAmong({ asked, ofItems }: RankedWords, isUnsaid: (text: string) => boolean): Keywords {
  const theirs = firstSaid(asked, OWN_KEYWORDS, isUnsaid);
  return { keywords: firstSaid(ofItems, KEYWORDS, isUnsaid, theirs), ownKeywords: theirs.length };
}

type Keywords = Pick<Journey, "keywords" | "ownKeywords">;

/** Of what was known of an item, for as long as that is known: everybody who meets it asks again. */
const knownWords = new WeakMap<Item, readonly string[]>();

/** Tags and the longer words of the title, each once. */
function wordsOf(item: Item): readonly string[] {
  const kept = knownWords.get(item);
  if (kept) return kept;
  const { tags, title = "" } = item;
  const words = [...new Set([...tags, ...(title.toLowerCase().match(/\p{L}{5,}/gu) ?? [])])];
  knownWords.set(item, words);
  return words;
}

/** How a source says that the person themselves put it into words. */
const OWN_WORDS = /^(?:query|search|list|board|collection):(.*)$/su;
const LONGEST_KEYWORD = 60;
const OWN_KEYWORDS = 3;

/** With those that are said before, up to `n`; none that stands as words in one of them. Only as many are asked about as are shown. */
function firstSaid(
  words: readonly string[],
  n: number,
  isUnsaid: (text: string) => boolean,
  before: readonly string[] = [],
): string[] {
  const said = [...before];
  for (const word of words) {
    if (said.length === n) break;
    if (!said.some((one) => ` ${one} `.includes(` ${word} `)) && !isUnsaid(word)) said.push(word);
  }
  return said;
}

function ranked(counts: readonly (readonly [word: string, count: number])[]): string[] {
  return [...counts]
    .sort(([left, leftCount], [right, rightCount]) => rightCount - leftCount || (left < right ? -1 : 1))
    .map(([word]) => word);
}

function diversified(journeys: readonly Journey[], interests: readonly Interest[]): Journey[] {
  const topOf = new Map(interests.map(({ interestId, path }) => [interestId, path[0]!]));
  const above = new Map<string, number>();
  return [...journeys]
    .sort((left, right) => right.score - left.score)
    .map((journey) => {
      const top = topOf.get(journey.interestIds[0]!)!; // of an interest of the list
      const occurrence = above.get(top) ?? 0;
      above.set(top, occurrence + 1);
      return { ...journey, score: journey.score * DIVERSITY ** occurrence };
    })
    .sort((left, right) => right.score - left.score);
}
