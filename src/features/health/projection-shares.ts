import type { FeatureValue } from "../aggregation.ts";
import { QuantileSketch } from "../aggregations/quantile-sketch.ts";
import type { PackedReader, PackedWriter } from "../packed-bytes.ts";
import { decilesOf, sharesIn } from "./number-shares.ts";
import type { ValueShares } from "./value-shares.ts";

/**
 * @file Vectors, by how far each lies along the mean of the reference, in parts of that mean's length: |v| cos(v, mean) / |mean|. It is less where people
 * turn elsewhere, and more where they become longer in that direction; on the average of the reference it is 1. Those of another length have a bin of their own.
 */
export class ProjectionShares implements ValueShares<ProjectionShares> {
  readonly smoothing = 0;
  readonly #vectors: (readonly number[])[] = [];
  /** Of a reference that was read, whose vectors are not kept. */
  readonly #read: Projected | undefined;
  #own: Projected | undefined;

  constructor(read?: Projected) {
    this.#read = read;
  }

  take(value: Exclude<FeatureValue, null>): void {
    if (Array.isArray(value)) this.#vectors.push(value as readonly number[]); // of numbers, as measured
  }

  by(reference: ProjectionShares): number[] {
    const { mean, sketch } = reference.#projected;
    const { sketch: own, others } = reference === this ? this.#projected : projected(this.#vectors, mean);
    const all = own.count + others;
    const along = sharesIn(own, decilesOf(sketch)).map((share) =>
      all === 0 ? 0 : (share * own.count) / all,
    );
    return [...along, all === 0 ? 0 : others / all];
  }

  get #projected(): Projected {
    this.#own ??= this.#read ?? projected(this.#vectors, meanOf(this.#vectors));
    return this.#own;
  }

  write(out: PackedWriter): void {
    const { mean, sketch, others } = this.#projected;
    out.whole(mean.length);
    for (const value of mean) out.float(value);
    sketch.write(out);
    out.whole(others);
  }

  static read(bytes: PackedReader): ProjectionShares {
    const mean = Array.from({ length: bytes.whole() }, () => bytes.float());
    return new ProjectionShares({ mean, sketch: QuantileSketch.read(bytes), others: bytes.whole() });
  }
}

interface Projected {
  readonly mean: readonly number[];
  readonly sketch: QuantileSketch;
  /** Vectors that are not as long as the mean. */
  readonly others: number;
}

function projected(vectors: readonly (readonly number[])[], mean: readonly number[]): Projected {
  const sketch = new QuantileSketch();
  const squared = dot(mean, mean);
  let others = 0;
  for (const vector of vectors)
    if (vector.length === mean.length) sketch.add(squared === 0 ? 0 : dot(vector, mean) / squared);
    else others++;
  return { mean, sketch, others };
}

/** Of those that have the most frequent length; the shorter where two are as frequent. */
function meanOf(vectors: readonly (readonly number[])[]): number[] {
  const lengths = new Map<number, number>();
  for (const { length } of vectors) lengths.set(length, (lengths.get(length) ?? 0) + 1);
  const [[length] = [0]] = [...lengths].sort(([one, few], [other, more]) => more - few || one - other);
  const alike = vectors.filter((vector) => vector.length === length);
  return Array.from({ length }, (_, n) => alike.reduce((sum, vector) => sum + vector[n]!, 0) / alike.length);
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, n) => sum + value * right[n]!, 0);
}
