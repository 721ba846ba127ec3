import { dot } from "#numeric";
import type { NamedTensor } from "#tensor";
import { jsonTensor, type ModelFile } from "../model-file.ts";
import type { ContentBags } from "../sequence-encoder/encoder-network.ts";

/** The part of what items are described by that likeness is taken from; a file keeps it. */
export type DescribedItems = Pick<
  ContentBags,
  "items" | "places" | "terms" | "shares" | "vectorSize" | "vectors"
>;

/** How alike two items are by what is said of them: the cosine of their terms, and that of their content vectors. */
export class ContentLikeness {
  readonly described: DescribedItems;

  constructor(described: DescribedItems) {
    this.described = described;
  }

  /** Inverse of {@link tensors}; `undefined` where a file has none. */
  static read(file: Pick<ModelFile<never>, "floats" | "json">): ContentLikeness | undefined {
    const sizes = file.json<Pick<DescribedItems, "items" | "places" | "vectorSize">>("likeness");
    if (!sizes) return undefined;
    const terms = Int32Array.from(file.floats("likeness_terms"));
    const [shares, vectors] = [file.floats("likeness_shares"), file.floats("likeness_vectors")];
    return new ContentLikeness({ ...sizes, terms, shares, vectors });
  }

  /** For a model's file. */
  get tensors(): Record<string, NamedTensor> {
    const { items, places, vectorSize, terms, shares, vectors } = this.described;
    const flat = (values: Float32Array): NamedTensor => ({ shape: [values.length], values });
    return {
      likeness: jsonTensor({ items, places, vectorSize }),
      likeness_terms: flat(Float32Array.from(terms)),
      likeness_shares: flat(shares),
      likeness_vectors: flat(vectors),
    };
  }

  /** -1 to 2; 0 for an item of which nothing is said, or that came after the fit. */
  of(left: number, right: number): number {
    const { items, vectorSize, vectors } = this.described;
    if (left >= items || right >= items) return 0;
    const vectorOf = (item: number) => vectors.subarray(item * vectorSize, (item + 1) * vectorSize);
    const byVector = vectorSize > 0 ? dot(vectorOf(left), vectorOf(right)) : 0;
    const own = this.#product(left, left) * this.#product(right, right);
    return byVector + (own > 0 ? this.#product(left, right) / Math.sqrt(own) : 0);
  }

  /** Items have few terms, so looking for each is cheap. */
  #product(left: number, right: number): number {
    const { places, terms, shares } = this.described;
    let sum = 0;
    for (let one = left * places; one < (left + 1) * places; one++) {
      if (shares[one] === 0) continue;
      for (let other = right * places; other < (right + 1) * places; other++)
        if (terms[one] === terms[other]) sum += shares[one]! * shares[other]!;
    }
    return sum;
  }
}
