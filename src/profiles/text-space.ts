import { Random } from "#base";
import type { Item } from "#events";
import { dot, unitOf } from "#numeric";

/** Texts as points: what is told in like words lies near. */
export interface TextSpace {
  readonly embeddingSize: number;
  /** Of how many items it was made. */
  readonly itemCount: number;
  /** A unit vector; `undefined` for an item none of whose words say anything. */
  vectorOf(item: Pick<Item, "title" | "text">): Float32Array | undefined;
  /** Word -> its weight in the item: `(1 + ln count) idf`, of length 1. */
  wordsOf(item: Pick<Item, "title" | "text">): ReadonlyMap<string, number>;
}

export const TEXT_SIZE = 64;
/** Learned from so many items at most, spread over all, of so many words, from the beginning of each text. */
const MOST_ITEMS = 4000;
const MOST_WORDS = 6000;
const MOST_OF_ITEM = 120;
const MOST_LETTERS = 6000;
/** A word in more of all items is grammar; in fewer items it says nothing of what is alike. */
const COMMONEST = 0.15;
const RAREST = 4;
/** Title words count so often. */
const TITLE_COUNTS = 3;
/** Texts shorter than this on average say too little to be compared. */
const LEAST_WORDS = 8;
const ROUNDS = 5;
const SEED = 35;

/**
 * @file Latent semantic analysis (Deerwester et al. 1990): items as weighted words (tf-idf), laid down on the directions in which
 * they differ most, the right singular vectors, found by subspace iteration. A new item needs only its words: its vector is their sum in
 * these directions. Only angles are read, so the basis within the subspace does not matter.
 */
export function textSpaceOf(items: readonly Pick<Item, "title" | "text">[]): TextSpace | undefined {
  const step = Math.max(1, Math.ceil(items.length / MOST_ITEMS));
  const sample = items.filter((_, at) => at % step === 0);
  const counted = sample.map(countWords);
  const vocabulary = vocabularyOf(counted);
  const known = counted.reduce((sum, counts) => sum + [...counts.keys()].filter(isKnown).length, 0);
  if (known < LEAST_WORDS * sample.length || vocabulary.size < TEXT_SIZE) return undefined;
  const places = new Map(Array.from(vocabulary.keys(), (word, place) => [word, place]));
  const texts = counted.map((counts) => packed(weigh(counts, vocabulary), places));
  return new LatentSpace(items.length, vocabulary, places, directionsOf(texts, vocabulary.size));

  function isKnown(word: string): boolean {
    return vocabulary.has(word);
  }
}

class LatentSpace implements TextSpace {
  readonly embeddingSize = TEXT_SIZE;
  readonly itemCount: number;
  readonly #idf: ReadonlyMap<string, number>;
  readonly #places: ReadonlyMap<string, number>;
  /** (words, D) */
  readonly #directions: Float32Array;

  constructor(
    itemCount: number,
    idf: ReadonlyMap<string, number>,
    places: ReadonlyMap<string, number>,
    directions: Float32Array,
  ) {
    this.itemCount = itemCount;
    this.#idf = idf;
    this.#places = places;
    this.#directions = directions;
  }

  vectorOf(item: Pick<Item, "title" | "text">): Float32Array | undefined {
    const vector = new Float32Array(TEXT_SIZE);
    for (const [word, weight] of this.wordsOf(item)) {
      const from = this.#places.get(word)! * TEXT_SIZE; // a word of the vocabulary
      for (let at = 0; at < TEXT_SIZE; at++) vector[at]! += weight * this.#directions[from + at]!;
    }
    return unitOf(vector).some((value) => value !== 0) ? vector : undefined;
  }

  wordsOf(item: Pick<Item, "title" | "text">): ReadonlyMap<string, number> {
    return weigh(countWords(item), this.#idf);
  }
}

/** How often each word stands in it. Marks and case are taken off. */
function countWords({ title = "", text = "" }: Pick<Item, "title" | "text">): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (words: string, times: number): void => {
    for (const [word] of words
      .slice(0, MOST_LETTERS)
      .toLowerCase()
      .normalize("NFC")
      .matchAll(/\p{L}{3,30}/gu))
      counts.set(word, (counts.get(word) ?? 0) + times);
  };
  add(title, TITLE_COUNTS);
  add(text, 1);
  return counts;
}

/** Word -> inverse document frequency, the words most often met of those that are neither too common nor too rare. */
function vocabularyOf(texts: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const holders = new Map<string, number>();
  for (const counts of texts)
    for (const word of counts.keys()) holders.set(word, (holders.get(word) ?? 0) + 1);
  const total = texts.length + 1;
  const telling = [...holders].filter(([, count]) => count >= RAREST && count <= COMMONEST * total);
  telling.sort(([word, left], [other, right]) => right - left || (word < other ? -1 : 1));
  return new Map(telling.slice(0, MOST_WORDS).map(([word, count]) => [word, Math.log(total / count)]));
}

/** The heaviest words, of length 1. */
function weigh(
  counts: ReadonlyMap<string, number>,
  idf: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const weights: [string, number][] = [];
  for (const [word, count] of counts) {
    const rarity = idf.get(word);
    if (rarity !== undefined) weights.push([word, (1 + Math.log(count)) * rarity]);
  }
  weights.sort(([, left], [, right]) => right - left);
  weights.length = Math.min(weights.length, MOST_OF_ITEM);
  const norm = Math.sqrt(weights.reduce((sum, [, weight]) => sum + weight * weight, 0));
  return new Map(weights.map(([word, weight]) => [word, weight / norm]));
}

interface PackedText {
  readonly words: Uint32Array;
  readonly weights: Float32Array;
}

function packed(words: ReadonlyMap<string, number>, places: ReadonlyMap<string, number>): PackedText {
  return {
    words: Uint32Array.from(words.keys(), (word) => places.get(word)!), // weighed words are of the vocabulary
    weights: Float32Array.from(words.values()),
  };
}

/** An orthonormal basis (words, D) of the span of the first right singular vectors: `Q <- orth(A' A Q)`. */
function directionsOf(texts: readonly PackedText[], wordCount: number): Float32Array {
  const random = new Random(SEED);
  let basis: Float32Array = Float32Array.from({ length: wordCount * TEXT_SIZE }, () => random.normal());
  orthonormalize(basis, wordCount);
  const point = new Float32Array(TEXT_SIZE);
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float32Array(basis.length);
    for (const { words, weights } of texts) {
      point.fill(0);
      for (let n = 0; n < words.length; n++) addRow(point, 0, basis, words[n]! * TEXT_SIZE, weights[n]!);
      for (let n = 0; n < words.length; n++) addRow(next, words[n]! * TEXT_SIZE, point, 0, weights[n]!);
    }
    basis = next;
    orthonormalize(basis, wordCount);
  }
  return basis;
}

function addRow(
  into: Float32Array,
  intoAt: number,
  from: Float32Array,
  fromAt: number,
  factor: number,
): void {
  for (let at = 0; at < TEXT_SIZE; at++) into[intoAt + at]! += factor * from[fromAt + at]!;
}

/** Columns of (words, D) made orthonormal one after the other (modified Gram-Schmidt). */
function orthonormalize(basis: Float32Array, wordCount: number): void {
  const columns = Array.from({ length: TEXT_SIZE }, (_, column) =>
    Float32Array.from({ length: wordCount }, (_, row) => basis[row * TEXT_SIZE + column]!),
  );
  for (const [at, column] of columns.entries()) {
    for (const before of columns.slice(0, at)) {
      const part = dot(before, column);
      for (let row = 0; row < wordCount; row++) column[row]! -= part * before[row]!;
    }
    unitOf(column);
    for (let row = 0; row < wordCount; row++) basis[row * TEXT_SIZE + at] = column[row]!;
  }
}
