import { assert } from "#base";
import type { Diversity } from "#declarations";
import { type ComparedItems, type LikenessOf, likenessOf } from "./likeness.ts";

/** What keeps a list from being all alike, while it grows from the top. Relevance is not below 0. */
export interface Spread {
  /** What a candidate of this relevance is worth in the next place. */
  valueOf(position: number, relevance: number): number;
  /** What any candidate of no more than this relevance is worth at most: who looks for the best may stop there. */
  mostOf(relevance: number): number;
  chose(position: number): void;
}

const none: Spread = {
  valueOf: (_, relevance) => relevance,
  mostOf: (relevance) => relevance,
  chose: () => {},
};

/** `items`: the candidates. */
export function spreadOf(diversity: Diversity | undefined, items: ComparedItems): Spread {
  if (!diversity) return none;
  const likeness = likenessOf(items, diversity.likeness);
  return diversity.kind === "mmr"
    ? new MarginalRelevance(diversity.lambda, items.itemRows.length, likeness)
    : new WindowPenalty(diversity, likeness);
}

/** Carbonell and Goldstein 1998. */
class MarginalRelevance implements Spread {
  readonly #lambda: number;
  readonly #likeness: LikenessOf;
  readonly #chosen: number[] = [];
  /** Of each candidate to the most alike of the first so many that were chosen: the others are looked at when it is asked for. */
  readonly #most: Float64Array;
  readonly #compared: Uint32Array;

  constructor(lambda: number, size: number, likeness: LikenessOf) {
    this.#lambda = lambda;
    this.#likeness = likeness;
    this.#most = new Float64Array(size);
    this.#compared = new Uint32Array(size);
  }

  valueOf(position: number, relevance: number): number {
    let most = this.#most[position]!;
    for (let at = this.#compared[position]!; at < this.#chosen.length; at++)
      most = Math.max(most, this.#likeness(this.#chosen[at]!, position));
    this.#most[position] = most;
    this.#compared[position] = this.#chosen.length;
    return this.#lambda * relevance - (1 - this.#lambda) * most;
  }

  mostOf(relevance: number): number {
    return this.#lambda * relevance;
  }

  chose(position: number): void {
    this.#chosen.push(position);
  }
}

/** `relevance x penalty ^ (alike items among the last ones)`, as Pinterest's journey lists do over the whole list. */
class WindowPenalty implements Spread {
  readonly #rule: Diversity & { readonly kind: "window" };
  readonly #likeness: LikenessOf;
  readonly #last: number[] = [];

  constructor(rule: Diversity & { readonly kind: "window" }, likeness: LikenessOf) {
    assert(rule.size > 0, "a window holds something");
    this.#rule = rule;
    this.#likeness = likeness;
  }

  valueOf(position: number, relevance: number): number {
    let alike = 0;
    for (const chosen of this.#last) if (this.#likeness(chosen, position) >= this.#rule.alike) alike++;
    return relevance * this.#rule.penalty ** alike;
  }

  mostOf(relevance: number): number {
    return relevance;
  }

  chose(position: number): void {
    this.#last.push(position);
    if (this.#last.length > this.#rule.size) this.#last.shift();
  }
}
