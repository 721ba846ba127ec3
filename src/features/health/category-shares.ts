import { murmur3 } from "#base";
import type { FeatureValue } from "../aggregation.ts";
import type { PackedReader, PackedWriter } from "../packed-bytes.ts";
import type { Measure } from "./measure.ts";
import type { ValueShares } from "./value-shares.ts";

/**
 * @file Values that are no numbers. Everybody weighs the same: who has a list divides their weight among its elements, who has a map among the
 * keys that count for something, who has a histogram as its places do; an empty one is a value of its own. The bins are the most
 * frequent values of the reference, as far as five people would have them, and all others together: rarer ones come and go by chance (Cochran 1954).
 * A value is known by its hash alone, so none is kept, told, or left behind by who is erased.
 */
export class CategoryShares implements ValueShares<CategoryShares> {
  readonly smoothing = 0.5;
  readonly #measure: Measure;
  /** Hash of a value -> weight. */
  readonly #weights: Map<number, number>;
  #weight: number;

  constructor(measure: Measure, weights = new Map<number, number>(), weight = 0) {
    this.#measure = measure;
    this.#weights = weights;
    this.#weight = weight;
  }

  take(value: Exclude<FeatureValue, null>): void {
    const parts = partsOf(value, this.#measure);
    const total = parts.reduce((sum, [, part]) => sum + part, 0);
    if (total === 0) this.#add(EMPTY, PERSON);
    else for (const [name, part] of parts) this.#add(hashOf(name), Math.round((PERSON * part) / total));
  }

  by(reference: CategoryShares): number[] {
    const frequent = reference.#ranked().map(([hash]) => this.#weights.get(hash) ?? 0);
    const others = this.#weight - frequent.reduce((sum, weight) => sum + weight, 0);
    return [...frequent, others].map((weight) => (weight === 0 ? 0 : weight / this.#weight));
  }

  /** Only those that have a bin. */
  write(out: PackedWriter): void {
    const ranked = this.#ranked();
    out.whole(this.#weight);
    out.whole(ranked.length);
    for (const [hash, weight] of ranked) {
      out.whole(hash);
      out.whole(weight);
    }
  }

  static read(measure: Measure, bytes: PackedReader): CategoryShares {
    const weight = bytes.whole();
    const ranked = Array.from({ length: bytes.whole() }, () => [bytes.whole(), bytes.whole()] as const);
    return new CategoryShares(measure, new Map(ranked), weight);
  }

  #add(hash: number, weight: number): void {
    this.#weights.set(hash, (this.#weights.get(hash) ?? 0) + weight);
    this.#weight += weight;
  }

  /** The most frequent values, by hash, the most frequent first. */
  #ranked(): (readonly [number, number])[] {
    return [...this.#weights]
      .filter(([, weight]) => weight >= LEAST_PEOPLE * PERSON)
      .sort(([left, most], [right, more]) => more - most || left - right)
      .slice(0, MOST);
  }
}

/** Values with a bin of their own. */
const MOST = 20;
const LEAST_PEOPLE = 5;
/** The weight of a person: whole numbers add up alike in any order. */
const PERSON = 1 << 20;

/** What a value is divided into; nothing where it is empty. */
function partsOf(
  value: Exclude<FeatureValue, null>,
  measure: Measure,
): (readonly [name: string, part: number])[] {
  if (typeof value !== "object") return [[nameOf(value), 1]];
  if (measure === "keys")
    return Object.entries(value).flatMap(([key, under]) => (isSomething(under) ? [[key, 1] as const] : []));
  const elements = Array.isArray(value) ? value : [];
  if (measure === "places") return elements.map((count, place) => [String(place), Number(count)] as const);
  return elements.map((element) => [nameOf(element), 1] as const);
}

/** Numbers by sign and power of two: hardly two people have the same. */
function nameOf(value: string | number | boolean): string {
  if (typeof value !== "number") return `${typeof value} ${value}`;
  return value === 0 ? "0" : `${Math.sign(value)} * 2 ** ${Math.floor(Math.log2(Math.abs(value)))}`;
}

function isSomething(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== null && value !== 0 && value !== false;
}

/** 52 bits, and never that of what is empty. */
function hashOf(name: string): number {
  return murmur3(name) * 2 ** 20 + (murmur3(name, SEED) >>> 12);
}

const SEED = 0x2545f491;
/** Stands for a list without elements, a map without keys, a histogram of nothing. */
const EMPTY = 2 ** 52;
