import { Random } from "#base";
import type { Catalogue, Item } from "#events";
import { unitOf } from "#numeric";
import type { Matrix } from "#tensor";
import { ItemNames } from "./item-names.ts";
import { TEXT_SIZE, type TextSpace, textSpaceOf } from "./text-space.ts";
import { VectorTable } from "./vector-table.ts";

/** Items as points: what is alike, or wanted by the same people, lies near. */
export interface ItemSpace {
  /** Changes with the meaning of the vectors: those of two versions do not compare. */
  readonly version: string;
  readonly embeddingSize: number;
  /** A unit vector of `embeddingSize` numbers, the space's own: a copy is what to keep. `undefined` for an item of which nothing is known. */
  vectorOf(itemRow: number): Float32Array | undefined;
  /** Copies the vector to a place; whether there is one. */
  writeVector(itemRow: number, into: Float32Array, at: number): boolean;
  /** The part of it that no model learned from people. */
  readonly content: ContentSpace;
}

/**
 * Items as points by what is said of them alone. Who engages with an item later changes nothing of it, so what is learned of the past
 * by these reads nothing of what came after.
 */
export interface ContentSpace {
  readonly version: string;
  readonly size: number;
  /** Copies the unit vector to a place, up to rounding the same whatever stands beside it in the space; whether there is one. */
  write(itemRow: number, into: Float32Array): boolean;
}

/** Vectors of a model that learned which items the same people engage with. */
export interface EngagementVectors {
  readonly version: string;
  /** (items, D) */
  readonly vectors: Matrix;
}

/** Parts of a vector's squared length, where an item has them all. Chosen on validation people of the world (decision 0026). */
const TAG_PART = 0.7;
const CONTENT_PART = 0.1;
const ENGAGEMENT_PART = 0.2;
const TAG_SIZE = 64;
const CONTENT_SIZE = 32;
const SEED = 26;

/**
 * @file Vectors of items from what is said of them and from who engages with them, side by side: tags (each a random direction,
 * rare ones longer, so that the cosine of two items is about the weighted share of tags they have in common), the content, and the factors of
 * a fitted model. Content is the vector as it was given or, where most items have none, their words (`text-space.ts`). A part that an item does not have is left out and the rest counts for more, so
 * an item put in a second ago has its place. A new item of the catalogue needs no fitting; its engagement part comes with the next.
 */
export class CatalogueItemSpace implements ItemSpace {
  readonly version: string;
  readonly embeddingSize: number;
  readonly #catalogue: Catalogue;
  readonly #engagement: Matrix | undefined;
  readonly #engagementMean: Float32Array;
  readonly #names: ItemNames;
  /** Where words stand for the content. */
  readonly text: TextSpace | undefined;
  readonly #contentSize: number;
  readonly #contentVersion: string;
  readonly #tagWeights: ReadonlyMap<string, number>;
  readonly #rarest: number;
  readonly #directions = new Map<string, Float32Array>();
  /** By item row, each of what was known of the item at its last change. */
  readonly #known: VectorTable;

  /** @param texts what texts are compared by, if anything; worked out of the catalogue when it is not given */
  constructor(
    catalogue: Catalogue,
    engagement?: EngagementVectors,
    texts: { readonly space: TextSpace | undefined } = { space: textsOf(catalogue) },
  ) {
    const text = texts.space;
    this.#catalogue = catalogue;
    this.#engagement = engagement?.vectors;
    this.#engagementMean = meanDirection(engagement?.vectors);
    this.#names = new ItemNames(catalogue);
    this.#tagWeights = tagWeights(catalogue, this.#names);
    this.#rarest = Math.log(1 + catalogue.itemCount);
    this.text = text;
    this.#contentSize = this.text ? TEXT_SIZE : CONTENT_SIZE;
    this.embeddingSize = TAG_SIZE + this.#contentSize + this.#engagementMean.length;
    this.#known = new VectorTable(this.embeddingSize);
    const words = text ? `-text${text.itemCount}` : "";
    this.version = `2-${engagement?.version ?? "content"}${words}`;
    this.#contentVersion = `2-content${words}`;
  }

  vectorOf(itemRow: number): Float32Array | undefined {
    this.#know(itemRow);
    return this.#known.read(itemRow);
  }

  writeVector(itemRow: number, into: Float32Array, at: number): boolean {
    this.#know(itemRow);
    return this.#known.write(itemRow, into, at);
  }

  get content(): ContentSpace {
    const size = TAG_SIZE + this.#contentSize;
    const write = (itemRow: number, into: Float32Array): boolean => {
      const vector = this.vectorOf(itemRow);
      if (vector) into.set(vector.subarray(0, size));
      return vector !== undefined && unitOf(into).some((value) => value !== 0);
    };
    return { version: this.#contentVersion, size, write };
  }

  #know(itemRow: number): void {
    const change = this.#catalogue.changeOf(itemRow);
    if (this.#known.madeOf(itemRow) === change) return;
    this.#known.put(itemRow, change, this.#compute(this.#catalogue.at(itemRow)));
  }

  #compute(item: Item): Float32Array | undefined {
    const vector = new Float32Array(this.embeddingSize);
    const tags = vector.subarray(0, TAG_SIZE);
    const content = vector.subarray(TAG_SIZE, TAG_SIZE + this.#contentSize);
    const engagement = vector.subarray(TAG_SIZE + this.#contentSize);
    for (const tag of this.#names.of(item))
      addScaled(tags, this.#directionOf(`tag/${tag}`), this.#weightOf(tag));
    if (this.text) content.set(this.text.vectorOf(item) ?? []);
    else this.#addContent(content, item.vector ?? []);
    this.#addEngagement(engagement, item.row);
    scaleTo(tags, TAG_PART);
    scaleTo(content, CONTENT_PART);
    scaleTo(engagement, ENGAGEMENT_PART);
    unitOf(vector);
    return vector.some((value) => value !== 0) ? vector : undefined;
  }

  #weightOf(tag: string): number {
    return this.#tagWeights.get(tag) ?? this.#rarest;
  }

  /** As it is when it fits, else turned into fewer numbers at random, which keeps cosines but for noise (Johnson and Lindenstrauss 1984). */
  #addContent(into: Float32Array, given: readonly number[]): void {
    if (given.length <= CONTENT_SIZE) into.set(given);
    else
      for (const [at, value] of given.entries()) addScaled(into, this.#directionOf(`content/${at}`), value);
  }

  #addEngagement(into: Float32Array, itemRow: number): void {
    const factors = this.#engagement;
    if (!factors || itemRow >= factors.rows) return;
    const own = factors.values.subarray(itemRow * factors.columns, (itemRow + 1) * factors.columns);
    if (own.every((value) => value === 0)) return; // nobody has engaged with it
    into.set(own);
    unitOf(into);
    addScaled(into, this.#engagementMean, -1);
  }

  /** The random direction of a name, of length 1; the same for ever. */
  #directionOf(name: string): Float32Array {
    const known = this.#directions.get(name);
    if (known) return known;
    const random = Random.of(SEED, name);
    const size = name.startsWith("tag/") ? TAG_SIZE : CONTENT_SIZE;
    const direction = unitOf(Float32Array.from({ length: size }, () => random.normal()));
    this.#directions.set(name, direction);
    return direction;
  }
}

/** What all items have in common (being wanted at all) says nothing of what is alike. */
function meanDirection(vectors: Matrix | undefined): Float32Array {
  const mean = new Float32Array(vectors?.columns ?? 0);
  if (!vectors) return mean;
  let count = 0;
  for (let row = 0; row < vectors.rows; row++) {
    const own = vectors.values.slice(row * vectors.columns, (row + 1) * vectors.columns);
    if (own.every((value) => value === 0)) continue;
    addScaled(mean, unitOf(own), 1);
    count++;
  }
  return mean.map((value) => (count === 0 ? 0 : value / count));
}

/** Inverse document frequency: `ln((items + 1) / items with the tag)`. */
function tagWeights(catalogue: Catalogue, names: ItemNames): Map<string, number> {
  const holders = new Map<string, number>();
  for (const item of catalogue.items())
    for (const tag of new Set(names.of(item))) holders.set(tag, (holders.get(tag) ?? 0) + 1);
  const total = catalogue.itemCount + 1;
  return new Map(Array.from(holders, ([tag, count]) => [tag, Math.log(total / count)]));
}

/**
 * The text space of a catalogue most of whose items have no vector, when their texts say enough. It is learned of the first items, as many as the
 * largest power of two there are, so that everybody who has the catalogue has the same until it has doubled.
 */
export function textsOf(catalogue: Catalogue): TextSpace | undefined {
  const items = catalogue.items().slice(0, textItems(catalogue));
  const given = items.reduce((count, { vector }) => count + Number(vector !== undefined), 0);
  return 2 * given >= items.length ? undefined : textSpaceOf(items);
}

/** Of how many items texts are learned. */
export function textItems({ itemCount }: Pick<Catalogue, "itemCount">): number {
  return itemCount === 0 ? 0 : 2 ** Math.floor(Math.log2(itemCount));
}

function addScaled(into: Float32Array, vector: Float32Array, factor: number): void {
  for (let at = 0; at < into.length; at++) into[at]! += factor * vector[at]!;
}

/** To the squared length `part`, unless it is zero. */
function scaleTo(vector: Float32Array, part: number): void {
  unitOf(vector);
  for (let at = 0; at < vector.length; at++) vector[at]! *= Math.sqrt(part);
}
