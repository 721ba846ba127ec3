import type { Candidate, Query, Scorer, Scores } from "../pipeline.ts";

/** One scorer for queries of which something holds, another for the others. */
export class ByQuery implements Scorer {
  readonly name: string;
  readonly #holds: (query: Query) => boolean;
  readonly #then: Scorer;
  readonly #otherwise: Scorer;

  constructor(holds: (query: Query) => boolean, then: Scorer, otherwise: Scorer) {
    this.name = then.name;
    this.#holds = holds;
    this.#then = then;
    this.#otherwise = otherwise;
  }

  score(query: Query, candidates: readonly Candidate[]): Promise<Scores> {
    return (this.#holds(query) ? this.#then : this.#otherwise).score(query, candidates);
  }
}
