import type { ItemContent } from "#sequences";
import type { NamedTensor } from "#tensor";
import { jsonTensor, type ModelFile } from "../model-file.ts";
import { ContentVocabulary, type Description, type KeptVocabulary } from "./content-vocabulary.ts";
import { CONTENT_MATRIX, type ContentBags, INPUT_TABLE, TERM_TABLE } from "./encoder-network.ts";

/** What items are described by, and what that means. */
export interface ItemDescriptions {
  readonly vocabulary: ContentVocabulary;
  readonly bags: ContentBags;
}

/** In a model's file. */
const VOCABULARY = "content_vocabulary";

/** What items are described by, as the network takes it in. */
export function contentBags(items: readonly ItemContent[], vocabulary: ContentVocabulary): ContentBags {
  const bags = items.map((item) => vocabulary.bagOf(item));
  const places = Math.max(1, ...bags.map(({ terms }) => terms.length));
  const terms = new Int32Array(items.length * places);
  const shares = new Float32Array(items.length * places);
  for (const [item, bag] of bags.entries()) {
    terms.set(bag.terms, item * places);
    shares.set(bag.shares, item * places);
  }
  const { termCount, vectorSize } = vocabulary;
  const vectors = new Float32Array(items.length * vectorSize);
  for (const [item, content] of items.entries())
    vectors.set(vocabulary.vectorOf(content) ?? [], item * vectorSize);
  return { items: items.length, termCount, places, terms, shares, vectorSize, vectors };
}

/** One row of them, as views. */
export function descriptionAt(
  { places, terms, shares, vectorSize, vectors }: Omit<ContentBags, "items" | "termCount">,
  item: number,
): Description {
  return {
    terms: terms.subarray(item * places, (item + 1) * places),
    shares: shares.subarray(item * places, (item + 1) * places),
    vector: vectors.subarray(item * vectorSize, (item + 1) * vectorSize),
  };
}

/** Bags with further rows. */
export function withDescriptions(bags: ContentBags, more: readonly Description[]): ContentBags {
  const { items, termCount, vectorSize } = bags;
  const places = Math.max(bags.places, ...more.map(({ terms }) => terms.length));
  const all = {
    ...{ items: items + more.length, termCount, places, vectorSize },
    terms: new Int32Array((items + more.length) * places),
    shares: new Float32Array((items + more.length) * places),
    vectors: new Float32Array((items + more.length) * vectorSize),
  };
  for (let row = 0; row < all.items; row++) {
    const { terms, shares, vector } = row < items ? descriptionAt(bags, row) : more[row - items]!;
    all.terms.set(terms, row * places);
    all.shares.set(shares, row * places);
    all.vectors.set(vector, row * vectorSize);
  }
  return all;
}

/** The part of an item's vector that its description gives: what learning made of terms and content vectors. */
export class ContentPart {
  readonly vocabulary: ContentVocabulary;
  /** (terms, D) */
  readonly terms: Float32Array;
  /** (size of content vectors, D) */
  readonly matrix: Float32Array;
  readonly #width: number;

  constructor(
    vocabulary: ContentVocabulary,
    weights: { readonly terms: Float32Array; readonly matrix: Float32Array },
    width: number,
  ) {
    this.vocabulary = vocabulary;
    this.terms = weights.terms;
    this.matrix = weights.matrix;
    this.#width = width;
  }

  /** Takes the content part out of what a network learned; the rest of the weights stays. */
  static of(
    vocabulary: ContentVocabulary,
    weights: Readonly<Record<string, NamedTensor>>,
    width: number,
  ): { part: ContentPart; others: Record<string, NamedTensor> } {
    const { [TERM_TABLE]: terms, [CONTENT_MATRIX]: matrix, ...others } = weights;
    const floats = (tensor: NamedTensor | undefined) =>
      Float32Array.from((tensor?.values ?? []) as Float32Array); // as the network has them
    const learned = { terms: floats(terms), matrix: floats(matrix) };
    return { part: new ContentPart(vocabulary, learned, width), others };
  }

  /** Inverse of {@link tensors}; `undefined` of a model that reads no descriptions. */
  static read(file: Pick<ModelFile<never>, "floats" | "json">, width: number): ContentPart | undefined {
    const vocabulary = file.json<KeptVocabulary>(VOCABULARY);
    if (!vocabulary) return undefined;
    const weights = { terms: file.floats(TERM_TABLE), matrix: file.floats(CONTENT_MATRIX) };
    return new ContentPart(ContentVocabulary.from(vocabulary), weights, width);
  }

  /** For a model's file. */
  get tensors(): Record<string, NamedTensor> {
    const table = (values: Float32Array) => ({ shape: [values.length / this.#width, this.#width], values });
    return {
      [TERM_TABLE]: table(this.terms),
      [CONTENT_MATRIX]: table(this.matrix),
      [VOCABULARY]: jsonTensor(this.vocabulary.kept),
    };
  }

  /** (D); `undefined` for an item of which the vocabulary knows nothing. */
  vectorOf(content: ItemContent): Float32Array | undefined {
    const said = this.vocabulary.describe(content);
    if (said.terms.length === 0 && said.vector.length === 0) return undefined;
    const vector = new Float32Array(this.#width);
    this.addTo(vector, said);
    return vector;
  }

  /** Adds what terms and a content vector say to the vector of an item. */
  addTo(into: Float32Array, said: Description): void {
    for (let place = 0; place < said.terms.length; place++)
      if (said.shares[place] !== 0) this.#add(into, this.terms, said.terms[place]!, said.shares[place]!);
    for (let row = 0; row < said.vector.length; row++) this.#add(into, this.matrix, row, said.vector[row]!);
  }

  #add(into: Float32Array, table: Float32Array, row: number, factor: number): void {
    for (let k = 0; k < this.#width; k++) into[k]! += factor * table[row * this.#width + k]!;
  }
}

/**
 * Weights in which the table of items holds what the network made of items and descriptions together, so that asking for an item looks up
 * one row. An item nobody met is what its description says: what learning made of it by itself is only that nobody met it.
 */
export function foldContent(
  weights: Readonly<Record<string, NamedTensor>>,
  part: ContentPart,
  items: readonly ItemContent[],
  isMet: (item: number) => boolean,
): Record<string, NamedTensor> {
  const { [INPUT_TABLE]: own, ...others } = weights;
  const { shape } = own!; // every encoder has it
  const width = shape[1]!;
  const values = Float32Array.from(own!.values as Float32Array);
  for (const [item, content] of items.entries()) {
    const row = values.subarray(item * width, (item + 1) * width);
    if (!isMet(item)) row.fill(0);
    for (const [k, value] of (part.vectorOf(content) ?? []).entries()) row[k]! += value;
  }
  return { ...others, [INPUT_TABLE]: { shape, values } };
}
