import type { PackedReader, PackedWriter } from "../packed-bytes.ts";

/**
 * @file A sum of doubles without error: kept as a few numbers that do not overlap and together are the sum exactly (Shewchuk 1997,
 * "Adaptive precision floating-point arithmetic", section 2.4; the algorithm of Python's `math.fsum`). Rounded once, when it
 * is asked for, so neither the order of the terms nor how sums were merged can change a bit, and a term can be taken back.
 */
export class ExactSum {
  #parts: number[] = [];

  add(term: number): void {
    const parts = this.#parts;
    let high = term;
    let kept = 0;
    for (let n = 0; n < parts.length; n++) {
      let low = parts[n]!;
      if (Math.abs(high) < Math.abs(low)) [high, low] = [low, high];
      const sum = high + low;
      const error = low - (sum - high);
      if (error !== 0) parts[kept++] = error;
      high = sum;
    }
    parts.length = kept;
    if (high !== 0) parts.push(high);
  }

  addAll(other: ExactSum, scale = 1): void {
    for (const part of other.#parts) this.add(part * scale);
  }

  /** Multiplies by a power of two, which is exact unless it underflows. */
  scale(factor: number): void {
    this.#parts = this.#parts.map((part) => part * factor).filter((part) => part !== 0);
  }

  clear(): void {
    this.#parts = [];
  }

  /** The double nearest to the sum; of two as near the even one. */
  get value(): number {
    const parts = this.#parts;
    let n = parts.length;
    if (n === 0) return 0;
    let sum = parts[--n]!;
    let error = 0;
    while (n > 0 && error === 0) {
      const high = sum;
      const low = parts[--n]!;
      sum = high + low;
      error = low - (sum - high);
    }
    // Half-way cases: what is below decides.
    if (n > 0 && ((error < 0 && parts[n - 1]! < 0) || (error > 0 && parts[n - 1]! > 0))) {
      const doubled = 2 * error;
      const rounded = sum + doubled;
      if (doubled === rounded - sum) sum = rounded;
    }
    return sum;
  }

  /** The same sum is the same bytes, however it was made. */
  write(out: PackedWriter): void {
    const parts = this.#parts.length > 1 ? this.#canonical() : this.#parts;
    out.whole(parts.length);
    for (const part of parts) out.scalar(part);
  }

  /** The nearest double, the nearest to what is left, and so on; greatest last. */
  #canonical(): readonly number[] {
    const left = new ExactSum();
    left.#parts = [...this.#parts];
    const parts: number[] = [];
    for (let { value } = left; value !== 0; { value } = left) {
      if (!Number.isFinite(value)) return this.#parts; // beyond the largest double
      parts.unshift(value);
      left.add(-value);
    }
    return parts;
  }

  static read(bytes: PackedReader): ExactSum {
    const sum = new ExactSum();
    for (let left = bytes.whole(); left > 0; left--) sum.#parts.push(bytes.scalar() as number); // as written
    return sum;
  }
}
