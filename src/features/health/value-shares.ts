import type { FeatureValue } from "../aggregation.ts";
import type { PackedReader, PackedWriter } from "../packed-bytes.ts";
import { CategoryShares } from "./category-shares.ts";
import type { Measure } from "./measure.ts";
import { NumberShares } from "./number-shares.ts";
import { ProjectionShares } from "./projection-shares.ts";

/** How the values of those who have one lie, in bins that whatever they are compared with makes. Never what the values are. */
export interface ValueShares<Own = unknown> {
  take(value: Exclude<FeatureValue, null>): void;
  /** Part of them in each bin of the reference, together 1; nothing but zeros where there is nobody. The reference asked about itself has its own. */
  by(reference: Own): number[];
  /** What is added to a bin as if so many more people were in it. */
  readonly smoothing: number;
  write(out: PackedWriter): void;
}

export function emptyShares(measure: Measure): ValueShares {
  if (measure === "numbers") return new NumberShares();
  return measure === "projections" ? new ProjectionShares() : new CategoryShares(measure);
}

export function readShares(measure: Measure, bytes: PackedReader): ValueShares {
  if (measure === "numbers") return NumberShares.read(bytes);
  return measure === "projections" ? ProjectionShares.read(bytes) : CategoryShares.read(measure, bytes);
}
