import type { Catalogue, Item } from "#events";
import type { ModelReference, VectorTable } from "#models";
import { unitOf } from "#numeric";

/** Items between which it may be looked after other work. */
const AT_ONCE = 5000;

interface TagMean {
  readonly sum: Float32Array;
  count: number;
}

/**
 * @file Items as points of one model's space. Those the model has a vector of have that one. One that came after it was fitted stands where the model
 * puts what it is described by, where it learned to; else where
 * the items of its tags stand in the mean, rare tags counting more (`ln(items / items with the tag)`), so that it is found in
 * the request after it was put; the next fit gives it a place of its own. Without a tag the model has met it has none.
 */
export class ItemVectors {
  readonly version: ModelReference;
  readonly dimension: number;
  readonly #table: Float32Array;
  readonly #itemCount: number;
  readonly #tags = new Map<string, TagMean>();
  readonly #byContent: ((item: Item) => Float32Array | undefined) | undefined;
  #met = 0;

  private constructor(
    { version, dimension, values }: VectorTable,
    byContent: ((item: Item) => Float32Array | undefined) | undefined,
  ) {
    this.#byContent = byContent;
    this.version = version;
    this.dimension = dimension;
    this.#table = values;
    this.#itemCount = values.length / dimension;
  }

  /** `byContent`: what the model itself makes of a description. Learns where tags stand, a part at a time. O(items x tags x D). */
  static async of(
    table: VectorTable,
    catalogue: Catalogue,
    byContent?: (item: Item) => Float32Array | undefined,
  ): Promise<ItemVectors> {
    const vectors = new ItemVectors(table, byContent);
    const items = catalogue.items();
    const count = Math.min(vectors.#itemCount, items.length);
    for (let row = 0; row < count; row++) {
      vectors.#meet(items[row]!);
      if (row % AT_ONCE === AT_ONCE - 1) await new Promise(setImmediate);
    }
    return vectors;
  }

  /** (D), of length 1. */
  of(item: Item): Float32Array | undefined {
    return this.#own(item.row) ?? this.#byContent?.(item) ?? this.#byTags(item);
  }

  #own(row: number): Float32Array | undefined {
    if (row >= this.#itemCount) return undefined;
    const own = this.#table.subarray(row * this.dimension, (row + 1) * this.dimension);
    return own.some((value) => value !== 0) ? own : undefined;
  }

  #meet({ row, tags }: Item): void {
    const own = this.#own(row);
    if (!own) return;
    this.#met++;
    for (const tag of tags) {
      const mean = this.#tags.get(tag) ?? { sum: new Float32Array(this.dimension), count: 0 };
      this.#tags.set(tag, mean);
      mean.count++;
      for (let at = 0; at < own.length; at++) mean.sum[at]! += own[at]!;
    }
  }

  #byTags({ tags }: Item): Float32Array | undefined {
    const vector = new Float32Array(this.dimension);
    for (const tag of tags) {
      const mean = this.#tags.get(tag);
      if (!mean) continue;
      const weight = Math.log(1 + this.#met / mean.count) / mean.count;
      for (let at = 0; at < vector.length; at++) vector[at]! += weight * mean.sum[at]!;
    }
    return vector.some((value) => value !== 0) ? unitOf(vector) : undefined;
  }
}
