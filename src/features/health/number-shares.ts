import type { FeatureValue } from "../aggregation.ts";
import { QuantileSketch } from "../aggregations/quantile-sketch.ts";
import type { PackedReader, PackedWriter } from "../packed-bytes.ts";
import type { ValueShares } from "./value-shares.ts";

const BINS = 10;

/** Numbers, in ten bins that are as full as each other in the reference. */
export class NumberShares implements ValueShares<NumberShares> {
  readonly sketch: QuantileSketch;
  readonly smoothing = 0;

  constructor(sketch = new QuantileSketch()) {
    this.sketch = sketch;
  }

  take(value: Exclude<FeatureValue, null>): void {
    if (typeof value === "number") this.sketch.add(value);
  }

  by({ sketch }: NumberShares): number[] {
    return sharesIn(this.sketch, decilesOf(sketch));
  }

  write(out: PackedWriter): void {
    this.sketch.write(out);
  }

  static read(bytes: PackedReader): NumberShares {
    return new NumberShares(QuantileSketch.read(bytes));
  }
}

/** Between the bins, each once. */
export function decilesOf(sketch: QuantileSketch): number[] {
  const bounds = Array.from({ length: BINS - 1 }, (_, n) => sketch.quantile((n + 1) / BINS) ?? 0);
  return [...new Set(bounds)].sort((left, right) => left - right);
}

/** Part of the values up to each bound, and of those beyond the last. */
export function sharesIn(sketch: QuantileSketch, bounds: readonly number[]): number[] {
  if (sketch.count === 0) return [...bounds.map(() => 0), 0];
  const upTo = [...bounds.map((bound) => sketch.shareUpTo(bound)), 1];
  return upTo.map((share, n) => share - (upTo[n - 1] ?? 0));
}
