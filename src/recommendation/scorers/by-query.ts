import { assert } from "#base";
import type { Candidate, Query, Scorer } from "../pipeline.ts";

/** One scorer for queries of which something holds, another for the others. */
export class ByQuery implements Scorer {
  readonly name: string;
  readonly heads: readonly string[];
  readonly #holds: (query: Query) => boolean;
  readonly #then: Scorer;
  readonly #otherwise: Scorer;

  constructor(holds: (query: Query) => boolean, then: Scorer, otherwise: Scorer) {
    assert(then.heads.join() === otherwise.heads.join(), "both scorers have the same heads");
    this.name = then.name;
    this.heads = then.heads;
    this.#holds = holds;
    this.#then = then;
    this.#otherwise = otherwise;
  }

  score(query: Query, candidates: readonly Candidate[]): Promise<Float32Array> {
    return (this.#holds(query) ? this.#then : this.#otherwise).score(query, candidates);
  }
}
