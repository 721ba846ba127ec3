import type { Aggregation } from "../aggregation.ts";
import type { PackedReader, PackedWriter } from "../packed-bytes.ts";

/**
 * @file DDSketch (Masson, Rim and Lee 2019, VLDB): counts by logarithmic bucket, so that any quantile is within 1 % of the value. A
 * sketch keeps at most `MAX_BUCKETS` buckets of each sign, the ones of the greatest magnitude; what is smaller counts in the lowest of
 * them. That is told by the greatest bucket alone, so a sketch does not depend on the order of its values.
 */
export class QuantileSketch {
  readonly #positive = new Buckets();
  readonly #negative = new Buckets();
  #zeros = 0;

  get count(): number {
    return this.#positive.count + this.#negative.count + this.#zeros;
  }

  add(value: number, times = 1): void {
    if (value > 0) this.#positive.add(bucketOf(value), times);
    else if (value < 0) this.#negative.add(bucketOf(-value), times);
    else this.#zeros += times;
  }

  merge(other: QuantileSketch): void {
    this.#positive.merge(other.#positive);
    this.#negative.merge(other.#negative);
    this.#zeros += other.#zeros;
  }

  /** The value at a quantile, 0..1; `null` of an empty sketch. */
  quantile(quantile: number): number | null {
    if (this.count === 0) return null;
    let rank = Math.floor(quantile * (this.count - 1));
    for (const [bucket, count] of this.#negative.descending()) {
      if (rank < count) return -middleOf(bucket);
      rank -= count;
    }
    if (rank < this.#zeros) return 0;
    rank -= this.#zeros;
    for (const [bucket, count] of this.#positive.ascending()) {
      if (rank < count) return middleOf(bucket);
      rank -= count;
    }
    return null;
  }

  /** Part of the values that are at most this. */
  shareUpTo(value: number): number {
    let below = 0;
    for (const [bucket, count] of this.#negative.ascending()) if (-middleOf(bucket) <= value) below += count;
    if (value >= 0) below += this.#zeros;
    for (const [bucket, count] of this.#positive.ascending()) if (middleOf(bucket) <= value) below += count;
    return below / this.count;
  }

  write(out: PackedWriter): void {
    out.whole(this.#zeros);
    this.#positive.write(out);
    this.#negative.write(out);
  }

  static read(bytes: PackedReader): QuantileSketch {
    const sketch = new QuantileSketch();
    sketch.#zeros = bytes.whole();
    sketch.#positive.read(bytes);
    sketch.#negative.read(bytes);
    return sketch;
  }
}

const ACCURACY = 0.01;
const GAMMA = (1 + ACCURACY) / (1 - ACCURACY);
const LOG_GAMMA = Math.log(GAMMA);
const MAX_BUCKETS = 2048;

function bucketOf(magnitude: number): number {
  return Math.ceil(Math.log(magnitude) / LOG_GAMMA);
}

function middleOf(bucket: number): number {
  return (2 * GAMMA ** bucket) / (GAMMA + 1);
}

class Buckets {
  readonly #counts = new Map<number, number>();
  #greatest = Number.NEGATIVE_INFINITY;
  count = 0;

  add(bucket: number, times: number): void {
    this.count += times;
    if (bucket > this.#greatest) {
      this.#greatest = bucket;
      this.#collapse();
    }
    const kept = Math.max(bucket, this.#greatest - MAX_BUCKETS + 1);
    this.#counts.set(kept, (this.#counts.get(kept) ?? 0) + times);
  }

  merge(other: Buckets): void {
    for (const [bucket, count] of other.#counts) this.add(bucket, count);
  }

  ascending(): [number, number][] {
    return [...this.#counts].sort(([left], [right]) => left - right);
  }

  descending(): [number, number][] {
    return this.ascending().reverse();
  }

  write(out: PackedWriter): void {
    out.whole(this.#counts.size);
    for (const [bucket, count] of this.ascending()) {
      out.signed(bucket);
      out.whole(count);
    }
  }

  read(bytes: PackedReader): void {
    for (let left = bytes.whole(); left > 0; left--) this.add(bytes.signed(), bytes.whole());
  }

  #collapse(): void {
    const lowest = this.#greatest - MAX_BUCKETS + 1;
    for (const [bucket, count] of this.#counts) {
      if (bucket >= lowest) continue;
      this.#counts.delete(bucket);
      this.#counts.set(lowest, (this.#counts.get(lowest) ?? 0) + count);
    }
  }
}

export function percentileOf(quantile: number): Aggregation<QuantileSketch> {
  return {
    needsValue: true,
    prepare: () => new QuantileSketch(),
    update: (state, value) => state.add(value as number), // the definition's check
    merge: (state, other) => state.merge(other),
    finalize: (state) => state.quantile(quantile),
    write: (state, out) => state.write(out),
    read: (bytes) => QuantileSketch.read(bytes),
  };
}
