import { dot } from "#numeric";
import type { NamedTensor } from "#tensor";
import { jsonTensor, type ModelFile } from "../model-file.ts";
import { descriptionAt } from "../sequence-encoder/content-bags.ts";
import type { Description } from "../sequence-encoder/content-vocabulary.ts";
import type { ContentBags } from "../sequence-encoder/encoder-network.ts";

/** The part of what items are described by that likeness is taken from; a file keeps it. */
export type DescribedItems = Pick<
  ContentBags,
  "items" | "places" | "terms" | "shares" | "vectorSize" | "vectors"
>;

/** What an item that came after the fit is described by; undefined for one that nobody put. */
type DescribeLater = (item: number) => Description | undefined;

/** How alike two items are by what is said of them: the cosine of their terms, and that of their content vectors. */
export class ContentLikeness {
  readonly described: DescribedItems;
  readonly #later: DescribeLater | undefined;

  constructor(described: DescribedItems, later?: DescribeLater) {
    this.described = described;
    this.#later = later;
  }

  /** Of the first `items` rows. */
  static of({ places, terms, shares, vectorSize, vectors }: DescribedItems, items: number): ContentLikeness {
    return new ContentLikeness({
      ...{ items, places, vectorSize },
      terms: terms.subarray(0, items * places),
      shares: shares.subarray(0, items * places),
      vectors: vectors.subarray(0, items * vectorSize),
    });
  }

  /** Inverse of {@link tensors}; `undefined` where a file has none. */
  static read(file: Pick<ModelFile<never>, "floats" | "json">): ContentLikeness | undefined {
    const sizes = file.json<Pick<DescribedItems, "items" | "places" | "vectorSize">>("likeness");
    if (!sizes) return undefined;
    const terms = new Int32Array(file.floats("likeness_terms"));
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

  /** The same, of items that came later too. */
  over(later: DescribeLater): ContentLikeness {
    return new ContentLikeness(this.described, later);
  }

  /** `undefined` for an item nobody put. */
  at(item: number): Description | undefined {
    return item < this.described.items ? descriptionAt(this.described, item) : this.#later?.(item);
  }
}

/** -1 to 2; 0 where nothing is said of either. */
export function likenessOf(one: Description | undefined, other: Description | undefined): number {
  return one && other ? vectorCosine(one, other) + termCosine(one, other) : 0;
}

/** -1 to 1; 0 without a vector of either. */
export function vectorCosine({ vector }: Description, other: Description): number {
  return vector.length > 0 && other.vector.length > 0 ? dot(vector, other.vector) : 0;
}

/** 0 to 1. */
export function termCosine(one: Description, other: Description): number {
  const own = product(one, one) * product(other, other);
  return own > 0 ? product(one, other) / Math.sqrt(own) : 0;
}

/** Which part of the terms of one the other has too, by what they count: 0 to 1. */
export function shareOfTerms({ terms, shares }: Description, other: Description): number {
  let [all, met] = [0, 0];
  for (let place = 0; place < terms.length; place++) {
    all += shares[place]!;
    if (shares[place]! > 0 && countOf(other, terms[place]!) > 0) met += shares[place]!;
  }
  return all > 0 ? met / all : 0;
}

function product({ terms, shares }: Description, other: Description): number {
  let sum = 0;
  for (let place = 0; place < terms.length; place++)
    if (shares[place] !== 0) sum += shares[place]! * countOf(other, terms[place]!);
  return sum;
}

/** Items have few terms, so looking for each is cheap. */
function countOf({ terms, shares }: Description, term: number): number {
  let count = 0;
  for (let place = 0; place < terms.length; place++) if (terms[place] === term) count += shares[place]!;
  return count;
}
