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

  for(query: Query): Scorer {
    const chosen = this.#holds(query) ? this.#then : this.#otherwise;
    return chosen.for?.(query) ?? chosen;
  }

  score(query: Query, candidates: readonly Candidate[]): Promise<Scores> {
    return this.for(query).score(query, candidates);
  }
}
