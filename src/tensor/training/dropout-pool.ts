import { Random } from "#base";

/**
 * @file Dropout without drawing random numbers at every step. A long row of factors is drawn once from the seed; every place
 * of every step reads a window of it that starts at a random position. Nothing is copied: the window is the graph's input.
 * Two windows may overlap, shifted against each other, and with four million places to start they practically never agree.
 * ONNX Runtime's own Dropout took 22 % of a training step, this a multiplication.
 */
export class DropoutPool {
  readonly #seed: number;
  readonly #pools = new Map<number, { factors: Float32Array; random: Random }>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** `size` factors, 0 with probability `rate` and else 1 / (1 - rate): a view that starts where `random` says. */
  window(rate: number, size: number, random: Random): Float32Array {
    const start = random.integer(STARTS);
    return this.#factors(rate, STARTS + size).subarray(start, start + size);
  }

  /** At least `size` factors; asking for more later changes none of the first. */
  #factors(rate: number, size: number): Float32Array {
    let pool = this.#pools.get(rate);
    if (!pool) {
      pool = { factors: new Float32Array(0), random: Random.of(this.#seed, `dropout ${rate}`) };
      this.#pools.set(rate, pool);
    }
    const { factors: known, random } = pool;
    if (known.length >= size) return known;
    const factors = new Float32Array(size);
    factors.set(known);
    const kept = 1 / (1 - rate);
    for (let at = known.length; at < size; at++) factors[at] = random.uniform() < rate ? 0 : kept;
    this.#pools.set(rate, { factors, random });
    return factors;
  }
}

const STARTS = 1 << 22;
