import type { Catalogue, Item } from "#events";
import { ItemNames } from "./item-names.ts";
import type { TextTopic, TextTopics } from "./text-topics.ts";
import { TopicScores } from "./topic-scores.ts";

/** A topic: a tag in its place, or a group of texts. */
export interface Topic {
  /** The name in lower case with dashes: what stands in addresses and what a mute is kept under. */
  readonly topicId: string;
  readonly name: string;
  /** 0 at the top. */
  readonly level: number;
  /** Names from the top down, its own last. */
  readonly path: readonly string[];
  readonly itemCount: number;
  /** Whether a tag says which items are about it: otherwise an attribute does, the declared tree, or their texts. */
  readonly isTag: boolean;
}

/** What was declared of topics, and what texts say where there are no tags. */
export interface TaxonomyParts {
  /** Topic -> the one above it. */
  readonly parents?: Readonly<Record<string, string>>;
  readonly texts?: TextTopics | undefined;
}

/** A topic an item is about. */
export interface TopicOfItem {
  readonly topic: Topic;
  readonly level: number;
  /** Share of the item's tags of this level that are this one, 0..1. */
  readonly score: number;
}

/** A tag with fewer items has its place by chance. */
const MIN_ITEMS = 3;
/** A tag lies below another that this part of its items has (Sanderson and Croft 1999: 0.8). */
const SUBSUMED = 0.8;
/** Tags of one item that are compared with each other. */
const TAGS_COMPARED = 24;

/**
 * @file A tree of topics. What was declared comes first. Of the tags of items it is built by subsumption (Sanderson and Croft 1999, "Deriving
 * concept hierarchies from text"): tag `x` stands above `y` when 80 % of the items of `y` have `x` too, and `x` has more items; the parent
 * is the smallest such `x`. Flat tags make a flat tree; a path spelled out in tags makes the tree it was spelled from. Items without
 * tags are filed by their attributes (`item-names.ts`), and without those by the groups that their texts form (`text-topics.ts`).
 */
export class Taxonomy {
  /** In the order in which tags were met, those found in texts last. */
  readonly topics: readonly Topic[];
  readonly #names: ItemNames;
  readonly #texts: TextTopics | undefined;
  readonly #byName: ReadonlyMap<string, Topic>;
  readonly #byId: ReadonlyMap<string, Topic>;
  /** Item row -> what was known of the item, and what it is about. */
  readonly #known: { readonly item: Item; readonly topics: readonly TopicOfItem[] }[] = [];
  readonly #scores: TopicScores;

  constructor(catalogue: Catalogue, { parents: declared = {}, texts }: TaxonomyParts = {}) {
    this.#scores = new TopicScores(catalogue, (row) => this.topicsOf(catalogue.at(row)));
    this.#names = new ItemNames(catalogue);
    const counts = countNames(catalogue, this.#names);
    const parents = new Map<string, string | undefined>(Object.entries(declared));
    for (const [name, tag] of counts)
      if (!parents.has(name)) parents.set(name, parentOf(name, tag, counts, parents));
    for (const known of Object.entries(declared).flat())
      if (!counts.has(known)) counts.set(known, { items: 0, together: new Map() });
    const ids = new Set<string>();
    const tags = new Set(catalogue.items().flatMap((item) => item.tags));
    const tagged = Array.from(counts, ([name, { items }]): Topic => {
      const path = pathOf(name, parents);
      return {
        ...{ topicId: uniqueId(name, ids), name, level: path.length - 1, path },
        ...{ itemCount: items, isTag: tags.has(name) },
      };
    });
    this.#texts = texts;
    this.topics = [...tagged, ...foundTopics(texts?.topics ?? [], ids)];
    this.#byName = new Map(this.topics.map((topic) => [topic.name, topic]));
    this.#byId = new Map(this.topics.map((topic) => [topic.topicId, topic]));
  }

  withId(topicId: string): Topic | undefined {
    return this.#byId.get(topicId);
  }

  /** `undefined` for a tag that came after the tree was built. */
  named(tag: string): Topic | undefined {
    return this.#byName.get(tag);
  }

  /** What an item is about, deepest topics first. */
  topicsOf(item: Item): readonly TopicOfItem[] {
    const known = this.#known[item.row];
    if (known?.item === item) return known.topics;
    const names = this.#names.of(item);
    const topics = names.length === 0 ? this.#foundIn(item) : this.#topicsNamed(names);
    this.#known[item.row] = { item, topics };
    return topics;
  }

  /** Adds to the weight of each topic of an item its score, so many times. */
  addScores(weights: Map<Topic, number>, itemRow: number, times: number): void {
    this.#scores.addTo(weights, itemRow, times);
  }

  #topicsNamed(names: readonly string[]): TopicOfItem[] {
    const topics = [...new Set(names)].flatMap((name) => this.#byName.get(name) ?? []);
    const ofLevel = new Map<number, number>();
    for (const { level } of topics) ofLevel.set(level, (ofLevel.get(level) ?? 0) + 1);
    return topics
      .map((topic) => ({ topic, level: topic.level, score: 1 / ofLevel.get(topic.level)! }))
      .sort((left, right) => right.level - left.level);
  }

  /** Whether an item is about a topic or something below it. */
  isAbout(item: Item, { name }: Topic): boolean {
    return this.topicsOf(item).some(({ topic }) => topic.path.includes(name));
  }

  #foundIn(item: Item): TopicOfItem[] {
    return (this.#texts?.of(item)?.path ?? [])
      .map((name) => this.#byName.get(name)!) // found topics are among those of the tree
      .map((topic) => ({ topic, level: topic.level, score: 1 }))
      .reverse();
  }
}

/** Those of texts as topics of the tree, each group before what is in it. */
function foundTopics(texts: readonly TextTopic[], ids: Set<string>): Topic[] {
  const itemsUnder = (name: string): number =>
    texts.reduce((sum, { path, itemCount }) => sum + (path[0] === name ? itemCount : 0), 0);
  const tops = [...new Set(texts.map(({ path: [top] }) => top))];
  return [
    ...tops.map((name) => ({ name, path: [name], itemCount: itemsUnder(name) })),
    ...texts.map(({ path, itemCount }) => ({ name: path[1], path, itemCount })),
  ].map((topic) => ({
    ...topic,
    topicId: uniqueId(topic.name, ids),
    level: topic.path.length - 1,
    isTag: false,
  }));
}

interface TagCount {
  items: number;
  /** Other tag -> items that have both. */
  readonly together: Map<string, number>;
}

function countNames(catalogue: Catalogue, names: ItemNames): Map<string, TagCount> {
  const counts = new Map<string, TagCount>();
  for (const item of catalogue.items()) {
    const tags = [...new Set(names.of(item))];
    for (const tag of tags) {
      const count = counts.get(tag) ?? { items: 0, together: new Map() };
      counts.set(tag, count);
      count.items++;
      for (const other of tags.slice(0, TAGS_COMPARED))
        if (other !== tag) count.together.set(other, (count.together.get(other) ?? 0) + 1);
    }
  }
  return counts;
}

function parentOf(
  name: string,
  { items, together }: TagCount,
  counts: ReadonlyMap<string, TagCount>,
  parents: ReadonlyMap<string, string | undefined>,
): string | undefined {
  if (items < MIN_ITEMS) return undefined;
  let parent: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const [other, both] of together) {
    const size = counts.get(other)?.items ?? 0;
    const isAbove = size > items || (size === items && other < name); // of two that always come together, one is above
    if (both < SUBSUMED * items || !isAbove || size >= fewest) continue;
    if (pathOf(other, parents).includes(name)) continue; // declared to lie below it
    parent = other;
    fewest = size;
  }
  return parent;
}

/** Ends at what has no parent, or where what was declared would come round. */
function pathOf(name: string, parents: ReadonlyMap<string, string | undefined>): string[] {
  const path = [name];
  for (let up = parents.get(name); up !== undefined && !path.includes(up); up = parents.get(up))
    path.unshift(up);
  return path;
}

function uniqueId(name: string, taken: Set<string>): string {
  const slug =
    name
      .normalize("NFKD")
      .toLowerCase()
      .replace(/\p{M}/gu, "")
      .replace(/[^\p{L}\p{N}]+/gu, "-")
      .replace(/^-|-$/g, "") || "topic";
  let id = slug;
  for (let n = 2; taken.has(id); n++) id = `${slug}-${n}`;
  taken.add(id);
  return id;
}
