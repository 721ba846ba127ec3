import { assert } from "#base";
import type { Diversity } from "#declarations";
import type { Item } from "#events";
import { type LikenessTo, likenessOf } from "./likeness.ts";

/** What keeps a list from being all alike, while it grows from the top. */
export interface Spread {
  /** What a candidate of this relevance is worth in the next place. */
  valueOf(position: number, relevance: number): number;
  chose(position: number): void;
}

/** `items`: of the candidates. */
export function spreadOf(diversity: Diversity | undefined, items: readonly Item[]): Spread {
  if (!diversity) return { valueOf: (_, relevance) => relevance, chose: () => {} };
  const likenessTo = likenessOf(items, diversity.likeness);
  return diversity.kind === "mmr"
    ? new MarginalRelevance(diversity.lambda, items.length, likenessTo)
    : new WindowPenalty(diversity, items.length, likenessTo);
}

/** Carbonell and Goldstein 1998. */
class MarginalRelevance implements Spread {
  readonly #lambda: number;
  readonly #likenessTo: LikenessTo;
  /** Of each candidate to the most alike that was chosen. */
  readonly #most: Float64Array;

  constructor(lambda: number, size: number, likenessTo: LikenessTo) {
    this.#lambda = lambda;
    this.#likenessTo = likenessTo;
    this.#most = new Float64Array(size);
  }

  valueOf(position: number, relevance: number): number {
    return this.#lambda * relevance - (1 - this.#lambda) * this.#most[position]!;
  }

  chose(position: number): void {
    for (const [other, likeness] of this.#likenessTo(position).entries())
      this.#most[other] = Math.max(this.#most[other]!, likeness);
  }
}

/** `relevance x penalty ^ (alike items among the last ones)`, as Pinterest's journey lists do over the whole list. */
class WindowPenalty implements Spread {
  readonly #rule: Diversity & { readonly kind: "window" };
  readonly #likenessTo: LikenessTo;
  /** Of each candidate, how many of the last chosen are alike. */
  readonly #counts: Uint32Array;
  readonly #last: Float64Array[] = [];

  constructor(rule: Diversity & { readonly kind: "window" }, size: number, likenessTo: LikenessTo) {
    assert(rule.size > 0, "a window holds something");
    this.#rule = rule;
    this.#likenessTo = likenessTo;
    this.#counts = new Uint32Array(size);
  }

  valueOf(position: number, relevance: number): number {
    return relevance * this.#rule.penalty ** this.#counts[position]!;
  }

  chose(position: number): void {
    this.#last.push(this.#likenessTo(position));
    this.#count(this.#last.at(-1)!, 1);
    if (this.#last.length > this.#rule.size) this.#count(this.#last.shift()!, -1);
  }

  #count(likenesses: Float64Array, step: 1 | -1): void {
    for (const [other, likeness] of likenesses.entries())
      if (likeness >= this.#rule.alike) this.#counts[other]! += step;
  }
}
