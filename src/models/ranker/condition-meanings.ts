import { wordsOf } from "#base";
import { unitOf } from "#numeric";
import type { Condition } from "#sequences";
import type { NamedTensor } from "#tensor";
import type { ModelFile } from "../model-file.ts";
import { descriptionAt } from "../sequence-encoder/content-bags.ts";
import type { ContentVocabulary, Description } from "../sequence-encoder/content-vocabulary.ts";
import type { ContentBags } from "../sequence-encoder/encoder-network.ts";

/** In a model's file. */
const TERM_VECTORS = "term_vectors";

/** Of which nothing is said. */
export const NOTHING_SAID: Description = { terms: [], shares: [], vector: new Float32Array(0) };

/**
 * What a list is about, described as an item would be that is about that alone: a topic has its tag and the words of its name, a text its words and the
 * tags whose names stand in it, an item what is said of it. Where items have content vectors it has one too: the mean of those of the items of its terms.
 */
export class ConditionMeanings {
  readonly #vocabulary: ContentVocabulary;
  /** (terms, size) mean content vector of the items of each; short for terms of all sorts of items, which so count little. */
  readonly #termVectors: Float32Array;
  /** Words of a tag's name -> the tags of that name. */
  readonly #named = new Map<string, string[]>();
  #longestName = 0;

  constructor(vocabulary: ContentVocabulary, termVectors: Float32Array) {
    this.#vocabulary = vocabulary;
    this.#termVectors = termVectors;
    for (const tag of vocabulary.tags) {
      const words = wordsOf(tag);
      const name = words.join(" ");
      this.#named.set(name, [...(this.#named.get(name) ?? []), tag]);
      this.#longestName = Math.max(this.#longestName, words.length);
    }
  }

  /** Of items described by the vocabulary. */
  static of(vocabulary: ContentVocabulary, bags: ContentBags): ConditionMeanings {
    const { items, termCount, vectorSize } = bags;
    const sums = new Float32Array(termCount * vectorSize);
    const counts = new Float32Array(termCount);
    for (let item = 0; item < (vectorSize > 0 ? items : 0); item++) {
      const { terms, shares, vector } = descriptionAt(bags, item);
      for (let place = 0; place < terms.length; place++) {
        if (shares[place] === 0) continue;
        const term = terms[place]!;
        counts[term]! += 1;
        for (let k = 0; k < vectorSize; k++) sums[term * vectorSize + k]! += vector[k]!;
      }
    }
    for (let at = 0; at < sums.length; at++) sums[at]! /= Math.max(1, counts[Math.floor(at / vectorSize)]!);
    return new ConditionMeanings(vocabulary, sums);
  }

  /** Inverse of {@link tensors}. */
  static read(file: Pick<ModelFile<never>, "floats">, vocabulary: ContentVocabulary): ConditionMeanings {
    return new ConditionMeanings(vocabulary, file.floats(TERM_VECTORS));
  }

  /** For a model's file. */
  get tensors(): Record<string, NamedTensor> {
    return { [TERM_VECTORS]: { shape: [this.#termVectors.length], values: this.#termVectors } };
  }

  /** `at` says what an item is described by. */
  of(condition: Condition, at: (item: number) => Description | undefined): Description {
    switch (condition.kind) {
      case "item":
        return at(condition.itemRow) ?? NOTHING_SAID;
      case "items":
        return meanOf(condition.itemRows.map((row) => at(row) ?? NOTHING_SAID));
      case "topic":
        return this.#described([condition.topic], condition.topic);
      case "text":
        return this.#described(this.#tagsIn(condition.text), condition.text);
    }
  }

  #described(tags: readonly string[], title: string): Description {
    const { terms, shares } = this.#vocabulary.bagOf({ tags, title });
    const { vectorSize } = this.#vocabulary;
    const vector = new Float32Array(vectorSize);
    for (const [place, term] of terms.entries())
      for (let k = 0; k < vectorSize; k++)
        vector[k]! += shares[place]! * this.#termVectors[term * vectorSize + k]!;
    return { terms, shares, vector: unitOf(vector) };
  }

  /** Tags whose names stand in a text word by word. */
  #tagsIn(text: string): string[] {
    const words = wordsOf(text);
    return words.flatMap((_, from) =>
      Array.from({ length: Math.min(this.#longestName, words.length - from) }, (_, more) => more + 1).flatMap(
        (count) => this.#named.get(words.slice(from, from + count).join(" ")) ?? [],
      ),
    );
  }
}

/** Of several items together. */
function meanOf(parts: readonly Description[]): Description {
  const shares = new Map<number, number>();
  const vector = new Float32Array(Math.max(0, ...parts.map((part) => part.vector.length)));
  for (const part of parts) {
    for (let place = 0; place < part.terms.length; place++) {
      const term = part.terms[place]!;
      shares.set(term, (shares.get(term) ?? 0) + part.shares[place]! / parts.length);
    }
    for (const [k, value] of part.vector.entries()) vector[k]! += value;
  }
  return { terms: [...shares.keys()], shares: [...shares.values()], vector: unitOf(vector) };
}
