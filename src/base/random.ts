import { assert } from "./assert.ts";
import { mix32, murmur3 } from "./hash.ts";

/**
 * @file Seeded randomness: the only source of chance in the platform. A generator for one entity is derived from
 * `(seed, entity id)`, so the order in which entities are visited cannot change a result.
 */

/** A stream of pseudo-random numbers (xoshiro128**, Blackman and Vigna 2018). */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number) {
    this.#a = mix32(seed);
    this.#b = mix32(this.#a + 0x9e3779b9);
    this.#c = mix32(this.#b + 0x9e3779b9);
    this.#d = mix32(this.#c + 0x9e3779b9) || 1;
  }

  /** The generator of one entity: the same for the same `(seed, name)`, whatever was drawn before. */
  static of(seed: number, name: string): Random {
    return new Random(murmur3(name, seed));
  }

  /** A uniform 32-bit unsigned integer. */
  uint32(): number {
    const scaled = Math.imul(this.#b, 5);
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** Uniform in [0, 1), 32 bits of it. */
  uniform(): number {
    return this.uint32() / 4294967296;
  }

  /** Uniform integer in [0, bound), without modulo bias. */
  integer(bound: number): number {
    assert(Number.isInteger(bound) && bound > 0 && bound <= 4294967296, "bound is an integer in 1..2^32");
    const limit = 4294967296 - (4294967296 % bound);
    let drawn = this.uint32();
    while (drawn >= limit) drawn = this.uint32();
    return drawn % bound;
  }

  /** Standard normal (Box-Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Exponential with mean 1. */
  exponential(): number {
    return -Math.log(1 - this.uniform());
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Shuffles in place (Fisher-Yates) and returns the same array. */
  shuffle<Items extends { length: number; [position: number]: unknown }>(items: Items): Items {
    for (let position = items.length - 1; position > 0; position--) {
      const other = this.integer(position + 1);
      const kept = items[position];
      items[position] = items[other];
      items[other] = kept;
    }
    return items;
  }
}
