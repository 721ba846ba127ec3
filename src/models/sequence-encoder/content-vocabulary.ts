import { wordsOf } from "#base";
import type { ItemContent } from "#sequences";

/**
 * @file What items are described by, as numbers: tags and, where asked for, the words that tell an item from others, each with a place in a
 * learned table; and the content vector as it was given, at length 1. A vocabulary is made of the items there are when a model is
 * fitted; an item that comes later is told by what of it the vocabulary has.
 */
export type ContentChoice = (typeof contentChoices)[number];
/** `all`: tags, words of titles and texts, and content vectors. */
export const contentChoices = ["ignored", "tags", "all"] as const;

/** Terms of one item: positions in the vocabulary, and how much each counts. Those of tags add up to 1, as do those of words. */
export interface TermBag {
  readonly terms: readonly number[];
  readonly shares: readonly number[];
}

/** All that is read of an item; the vector is empty where there is none. */
export interface Description {
  readonly terms: ArrayLike<number>;
  readonly shares: ArrayLike<number>;
  readonly vector: Float32Array;
}

/** Of an item with more of either, the first tags count and the most telling words. */
const PLACES_EACH = 16;
const TITLE_WEIGHT = 3;
/** Words of a text that are looked at. */
const TEXT_WORDS = 400;
/** A word of fewer items says what their ids say, one of a larger part of all says nothing. */
const MIN_ITEMS = 3;
const MAX_PART = 0.5;

/** All that a vocabulary is, for a file. */
export interface KeptVocabulary {
  readonly names: readonly string[];
  /** Of each name, how much it tells: words only. */
  readonly rarities: readonly number[];
  readonly vectorSize: number;
}

export class ContentVocabulary {
  /** Length of the content vectors that are read; 0 when none are. */
  readonly vectorSize: number;
  readonly #kept: KeptVocabulary;
  readonly #positions: ReadonlyMap<string, number>;
  readonly #hasWords: boolean;

  private constructor(kept: KeptVocabulary) {
    this.#kept = kept;
    this.vectorSize = kept.vectorSize;
    this.#positions = new Map(kept.names.map((name, position) => [name, position]));
    this.#hasWords = kept.names.some((name) => name.startsWith(WORD));
  }

  /** `undefined` when the items are described by nothing of the kind. */
  static of(
    items: readonly ItemContent[],
    choice: Exclude<ContentChoice, "ignored">,
  ): ContentVocabulary | undefined {
    const tags = new Set(items.flatMap(({ tags = [] }) => tags.map((tag) => TAG + tag)));
    const words = choice === "all" ? tellingWords(items) : new Map<string, number>();
    const sizes = choice === "all" ? items.flatMap(({ vector }) => vector?.length ?? []) : [];
    const kept = {
      names: [...tags, ...Array.from(words.keys(), (word) => WORD + word)],
      rarities: [...Array.from(tags, () => 1), ...words.values()],
      vectorSize: sizes[0] ?? 0,
    };
    return kept.names.length + kept.vectorSize > 0 ? new ContentVocabulary(kept) : undefined;
  }

  /** From {@link kept}. */
  static from(kept: KeptVocabulary): ContentVocabulary {
    return new ContentVocabulary(kept);
  }

  get kept(): KeptVocabulary {
    return this.#kept;
  }

  /** How many terms there are. */
  get termCount(): number {
    return this.#kept.names.length;
  }

  /** Tags of items, each once. */
  get tags(): readonly string[] {
    return this.#kept.names.flatMap((name) => (name.startsWith(TAG) ? name.slice(TAG.length) : []));
  }

  describe(content: ItemContent): Description {
    return { ...this.bagOf(content), vector: this.vectorOf(content) ?? new Float32Array(0) };
  }

  bagOf(content: ItemContent): TermBag {
    const tags = (content.tags ?? []).flatMap((tag) => this.#positions.get(TAG + tag) ?? []);
    const kept = [...new Set(tags)].slice(0, PLACES_EACH);
    const words = this.#hasWords ? this.#wordsOf(content) : [];
    const total = words.reduce((sum, [, weight]) => sum + weight, 0);
    return {
      terms: [...kept, ...words.map(([term]) => term)],
      shares: [...kept.map(() => 1 / kept.length), ...words.map(([, weight]) => weight / total)],
    };
  }

  /** The item's content vector at length 1; `undefined` without one of the size that is read. */
  vectorOf({ vector }: ItemContent): Float32Array | undefined {
    if (!vector || vector.length !== this.vectorSize) return undefined;
    const length = Math.hypot(...vector);
    return length > 0 ? Float32Array.from(vector, (value) => value / length) : undefined;
  }

  /** The words that tell most of the item, with how much. */
  #wordsOf(content: ItemContent): [term: number, weight: number][] {
    const known: [number, number][] = [];
    for (const [word, frequency] of frequenciesOf(content)) {
      const term = this.#positions.get(WORD + word);
      if (term !== undefined) known.push([term, (1 + Math.log(frequency)) * this.#kept.rarities[term]!]);
    }
    return known.sort(([, left], [, right]) => right - left).slice(0, PLACES_EACH);
  }
}

const TAG = "tag/";
const WORD = "word/";

/** Word -> inverse document frequency, of the words in some items and not in too many. */
function tellingWords(items: readonly ItemContent[]): Map<string, number> {
  const holders = new Map<string, number>();
  for (const item of items)
    for (const word of frequenciesOf(item).keys()) holders.set(word, (holders.get(word) ?? 0) + 1);
  const most = Math.max(MIN_ITEMS, items.length * MAX_PART);
  const telling = [...holders].filter(([, count]) => count >= MIN_ITEMS && count <= most);
  return new Map(telling.map(([word, count]) => [word, Math.log((items.length + 1) / count)]));
}

function frequenciesOf({ title = "", text = "" }: ItemContent): Map<string, number> {
  const frequencies = new Map<string, number>();
  const add = (word: string, weight: number): void =>
    void frequencies.set(word, (frequencies.get(word) ?? 0) + weight);
  for (const word of wordsOf(title)) add(word, TITLE_WEIGHT);
  for (const word of wordsOf(text).slice(0, TEXT_WORDS)) add(word, 1);
  return frequencies;
}
