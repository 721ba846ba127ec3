import { DAY_MS } from "#base";
import { symmetricEigen } from "#tensor";
import type { Act } from "./activity-features.ts";
import type { ItemKnowledge } from "./item-knowledge.ts";
import { VectorTable } from "./vector-table.ts";

/** What is known of items where tastes are read: their vectors, and of which nothing is inferred. */
export type TasteItems = Pick<ItemKnowledge, "space" | "isUnsaid" | "catalogue">;

/** The directions in which tastes are told: plain data. */
export interface TasteBasis {
  /** Of the content space they lie in. */
  readonly version: string;
  /** (K, D) row-major. */
  readonly directions: readonly number[];
  readonly count: number;
}

/** Newest engagements that are read. */
const MOST_ENGAGEMENTS = 100;
/** `exp(-decay x days)`: half of it after four weeks. */
const DECAY_PER_DAY = Math.LN2 / 28;
/** So many engagements of nothing in particular stand beside a person's own: two or three do not make a taste. */
const PRIOR = 2;
const DIRECTIONS = 12;
/** Items that directions are learned of, at most. */
const MOST_ITEMS = 20_000;

/** Names of the numbers of a taste. The vector is one driver: none of its directions says anything alone. */
export const TASTE_NAME = "what they engage with, as a vector";
export const HAS_TASTE_NAME = "has engaged with something that is described";

/**
 * @file A person as a vector, as of a moment: the decayed mean of what the newest 100 things they engaged with before it are about, pulled towards
 * zero where they are few, in the directions in which what people engage with differs most. Items are read by what is said of them
 * alone (`ContentSpace`), for factors learned of everybody's events would know what came after the moment. Where nothing they
 * engaged with is described, all numbers are 0, and so is the first, which says whether there is a vector.
 */
export class TasteReader {
  readonly #basis: TasteBasis;
  readonly #items: TasteItems;
  /** By item row, in the directions. */
  readonly #known: VectorTable;

  constructor(basis: TasteBasis, items: TasteItems) {
    this.#basis = basis;
    this.#items = items;
    this.#known = new VectorTable(basis.count);
  }

  /** @param acts ascending by time */
  read(acts: readonly Act[], until: number, atMs: number): number[] {
    const { count } = this.#basis;
    const values = new Array<number>(1 + count).fill(0);
    let total = 0;
    let left = MOST_ENGAGEMENTS;
    for (let at = until - 1; at >= 0 && left > 0; at--) {
      const act = acts[at]!;
      if (act.itemRow === undefined || isSame(act, acts[at + 1])) continue;
      left--;
      const vector = this.#vectorOf(act.itemRow);
      if (!vector) continue;
      const weight = Math.exp((-DECAY_PER_DAY * (atMs - act.timestampMs)) / DAY_MS);
      total += weight;
      for (let n = 0; n < count; n++) values[n + 1]! += weight * vector[n]!;
    }
    if (total === 0) return values;
    for (let n = 1; n <= count; n++) values[n]! /= total + PRIOR;
    values[0] = 1;
    return values;
  }

  #vectorOf(itemRow: number): Float32Array | undefined {
    const { catalogue, space, isUnsaid } = this.#items;
    const change = catalogue.changeOf(itemRow);
    if (this.#known.madeOf(itemRow) !== change) {
      const { content } = space;
      const whole = new Float32Array(content.size);
      const isTold = !isUnsaid.call(this.#items, itemRow) && content.write(itemRow, whole);
      this.#known.put(itemRow, change, isTold ? turned(whole, this.#basis) : undefined);
    }
    return this.#known.read(itemRow);
  }
}

/** An event that came twice is one. */
function isSame(act: Act, next: Act | undefined): boolean {
  return next?.timestampMs === act.timestampMs && next.itemRow === act.itemRow && next.action === act.action;
}

export function tasteNames({ count }: TasteBasis): readonly string[] {
  return [HAS_TASTE_NAME, ...new Array<string>(count).fill(TASTE_NAME)];
}

function turned(whole: Float32Array, { directions, count }: TasteBasis): Float32Array {
  const size = whole.length;
  return Float32Array.from({ length: count }, (_, row) => {
    let sum = 0;
    for (let at = 0, from = row * size; at < size; at++) sum += directions[from + at]! * whole[at]!;
    return sum;
  });
}

/** The principal directions of what people engaged with until a moment, an item counted as often as it was; `undefined` where none of it is described. */
export function learnTaste(
  people: readonly (readonly Act[])[],
  untilMs: number,
  items: TasteItems,
): TasteBasis | undefined {
  const counts = new Map<number, number>();
  for (const acts of people)
    for (const { itemRow, timestampMs } of acts)
      if (itemRow !== undefined && timestampMs < untilMs) counts.set(itemRow, (counts.get(itemRow) ?? 0) + 1);
  const { content } = items.space;
  const spread = new Spread(content.size);
  const every = Math.max(1, Math.ceil(counts.size / MOST_ITEMS));
  const vector = new Float32Array(content.size);
  for (const [at, [itemRow, count]] of [...counts].sort(([left], [right]) => left - right).entries())
    if (at % every === 0 && !items.isUnsaid(itemRow) && content.write(itemRow, vector))
      spread.add(vector, count);
  if (spread.total === 0) return undefined;
  const { vectors } = symmetricEigen(spread.covariance(), content.size);
  const count = Math.min(DIRECTIONS, content.size);
  const directions = [...vectors.subarray(0, count * content.size)];
  return { version: content.version, directions, count };
}

/** How vectors spread about their mean. */
class Spread {
  total = 0;
  readonly #size: number;
  readonly #sums: Float64Array;
  readonly #products: Float64Array;

  constructor(size: number) {
    this.#size = size;
    this.#sums = new Float64Array(size);
    this.#products = new Float64Array(size * size);
  }

  add(vector: Float32Array, count: number): void {
    this.total += count;
    for (let row = 0; row < this.#size; row++) {
      const value = count * vector[row]!;
      if (value === 0) continue;
      this.#sums[row]! += value;
      for (let column = 0, to = row * this.#size; column < this.#size; column++)
        this.#products[to + column]! += value * vector[column]!;
    }
  }

  covariance(): Float64Array {
    const [size, total, sums] = [this.#size, this.total, this.#sums];
    return this.#products.map((product, at) => {
      const [row, column] = [Math.floor(at / size), at % size];
      return product / total - (sums[row]! / total) * (sums[column]! / total);
    });
  }
}
