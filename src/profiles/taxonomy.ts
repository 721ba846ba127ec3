import type { Catalogue } from "#events";

/** A topic: a tag in its place. */
export interface Topic {
  /** The tag in lower case with dashes: what stands in addresses and what a mute is kept under. */
  readonly topicId: string;
  readonly name: string;
  /** 0 at the top. */
  readonly level: number;
  /** Names from the top down, its own last. */
  readonly path: readonly string[];
  readonly itemCount: number;
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
 * @file A tree of topics out of the tags of items, by subsumption (Sanderson and Croft 1999, "Deriving concept hierarchies from
 * text"): tag `x` stands above `y` when 80 % of the items of `y` have `x` too, and `x` has more items. The parent is the smallest
 * such `x`. Flat tags make a flat tree; a path spelled out in tags makes the tree it was spelled from.
 */
export class Taxonomy {
  /** In the order in which tags were met. */
  readonly topics: readonly Topic[];
  readonly #byName: ReadonlyMap<string, Topic>;
  readonly #byId: ReadonlyMap<string, Topic>;

  constructor(catalogue: Catalogue) {
    const counts = countTags(catalogue);
    const parents = new Map(Array.from(counts, ([name, tag]) => [name, parentOf(name, tag, counts)]));
    const ids = new Set<string>();
    this.topics = Array.from(counts, ([name, { items }]) => {
      const path = pathOf(name, parents);
      return { topicId: uniqueId(name, ids), name, level: path.length - 1, path, itemCount: items };
    });
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

  /** What an item with these tags is about, deepest topics first. */
  topicsOf(tags: readonly string[]): TopicOfItem[] {
    const topics = [...new Set(tags)].flatMap((tag) => this.#byName.get(tag) ?? []);
    const ofLevel = new Map<number, number>();
    for (const { level } of topics) ofLevel.set(level, (ofLevel.get(level) ?? 0) + 1);
    return topics
      .map((topic) => ({ topic, level: topic.level, score: 1 / ofLevel.get(topic.level)! }))
      .sort((left, right) => right.level - left.level);
  }
}

interface TagCount {
  items: number;
  /** Other tag -> items that have both. */
  readonly together: Map<string, number>;
}

function countTags(catalogue: Catalogue): Map<string, TagCount> {
  const counts = new Map<string, TagCount>();
  for (const item of catalogue.items()) {
    const tags = [...new Set(item.tags)];
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
): string | undefined {
  if (items < MIN_ITEMS) return undefined;
  let parent: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const [other, both] of together) {
    const size = counts.get(other)?.items ?? 0;
    const isAbove = size > items || (size === items && other < name); // of two that always come together, one is above
    if (both < SUBSUMED * items || !isAbove || size >= fewest) continue;
    parent = other;
    fewest = size;
  }
  return parent;
}

/** Parents have more items, so the way up ends. */
function pathOf(name: string, parents: ReadonlyMap<string, string | undefined>): string[] {
  const path = [name];
  for (let up = parents.get(name); up !== undefined; up = parents.get(up)) path.unshift(up);
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
