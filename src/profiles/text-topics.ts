import type { Item } from "#events";
import { agglomerate, cutTree, dot, unitOf } from "#numeric";
import type { TextSpace } from "./text-space.ts";

/** A topic found in texts: words of the group it is in, and its own. */
export interface TextTopic {
  readonly path: readonly [top: string, own: string];
  /** Of those it was found in. */
  readonly itemCount: number;
  /** Middle of its items, a unit vector of the text space. */
  readonly centroid: Float32Array;
}

/** Items that are clustered: the first so many in log order, a power of two, so that topics stay until the catalogue has doubled. */
const MOST_ITEMS = 2048;
const LEAST_ITEMS = 64;
/** Items of a topic, and topics of a group, on average. */
const ITEMS_A_TOPIC = 24;
const TOPICS_A_GROUP = 6;
/** A group of fewer items has its name by chance. */
const FEWEST = 3;
/** An item is about the topic it is nearest to, when it is so near (cosine). */
const NEAR = 0.3;
const WORDS_A_NAME = 2;

/**
 * @file Topics of a catalogue without tags: items clustered by their texts (Ward), cut twice, so that topics stand in groups, and named by the
 * words that stand out in them: the mean weight of a word in the cluster, less that in all.
 */
export class TextTopics {
  readonly topics: readonly TextTopic[];
  readonly #space: TextSpace;

  constructor(items: readonly Item[], space: TextSpace) {
    this.#space = space;
    this.topics = topicsIn(items, space);
  }

  /** What the item is about; `undefined` for one near no topic. O(topics). */
  of(item: Pick<Item, "title" | "text">): TextTopic | undefined {
    const vector = this.#space.vectorOf(item);
    if (!vector) return undefined;
    const nearness = this.topics.map(({ centroid }) => dot(centroid, vector));
    const nearest = nearness.indexOf(Math.max(...nearness));
    return (nearness[nearest] ?? 0) >= NEAR ? this.topics[nearest] : undefined;
  }
}

interface Text {
  readonly vector: Float32Array;
  readonly words: ReadonlyMap<string, number>;
}

function topicsIn(items: readonly Item[], space: TextSpace): TextTopic[] {
  if (items.length < LEAST_ITEMS) return [];
  const first = items.slice(0, 2 ** Math.floor(Math.log2(Math.min(MOST_ITEMS, items.length))));
  const texts = first.flatMap((item): Text[] => {
    const vector = space.vectorOf(item);
    return vector ? [{ vector, words: space.wordsOf(item) }] : [];
  });
  const merges = agglomerate(squaredDistances(texts), new Uint8Array(texts.length).fill(1), "ward");
  const cut = (clusters: number): Int32Array => {
    const height = merges[Math.max(0, merges.length - clusters)]?.height ?? 0;
    return cutTree(merges, texts.length, height);
  };
  const topicCount = Math.ceil(texts.length / ITEMS_A_TOPIC);
  const own = cut(topicCount);
  const tops = cut(Math.ceil(topicCount / TOPICS_A_GROUP));
  const everywhere = meanWords(texts);
  const names = new Names(everywhere);
  const topNames = membersOf(tops).map((members) => names.next(meanWords(members.map((at) => texts[at]!))));
  return membersOf(own).flatMap((members) => {
    if (members.length < FEWEST) return [];
    const held = members.map((at) => texts[at]!);
    return {
      path: [topNames[tops[members[0]!]!]!, names.next(meanWords(held))],
      itemCount: held.length,
      centroid: middle(held),
    };
  });
}

function squaredDistances(texts: readonly Text[]): Float32Array {
  const n = texts.length;
  const distances = new Float32Array(n * n);
  for (let row = 0; row < n; row++)
    for (let column = 0; column < row; column++) {
      const distance = Math.max(0, 2 - 2 * dot(texts[row]!.vector, texts[column]!.vector));
      distances[row * n + column] = distance;
      distances[column * n + row] = distance;
    }
  return distances;
}

/** Cluster -> its members. */
function membersOf(labels: Int32Array): number[][] {
  const members: number[][] = [];
  for (const [at, label] of labels.entries()) {
    members[label] ??= [];
    members[label].push(at);
  }
  return members;
}

function middle(texts: readonly Text[]): Float32Array {
  const sum = new Float32Array(texts[0]!.vector.length); // a cluster has members
  for (const { vector } of texts) for (let at = 0; at < sum.length; at++) sum[at]! += vector[at]!;
  return unitOf(sum);
}

function meanWords(texts: readonly Text[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { words } of texts)
    for (const [word, weight] of words) sums.set(word, (sums.get(word) ?? 0) + weight / texts.length);
  return sums;
}

/** Names of groups, no two alike. */
class Names {
  readonly #everywhere: ReadonlyMap<string, number>;
  readonly #taken = new Set<string>();

  constructor(everywhere: ReadonlyMap<string, number>) {
    this.#everywhere = everywhere;
  }

  next(words: ReadonlyMap<string, number>): string {
    const standing = Array.from(words, ([word, weight]) => {
      return [word, weight - (this.#everywhere.get(word) ?? 0)] as const;
    }).sort(([word, left], [other, right]) => right - left || (word < other ? -1 : 1));
    for (let count = WORDS_A_NAME; ; count++) {
      const name = standing
        .slice(0, count)
        .map(([word]) => word)
        .join(", ");
      const unique = count > standing.length ? `${name} ${count}` : name;
      if (this.#taken.has(unique)) continue;
      this.#taken.add(unique);
      return unique;
    }
  }
}
