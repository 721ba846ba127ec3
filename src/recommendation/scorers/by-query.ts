import type { Candidates } from "../candidates.ts";
import type { Query, Scorer, Scores } from "../pipeline.ts";

/** One scorer for queries of which something holds, another for the others. */
export class ByQuery implements Scorer {
  readonly name: string;
  readonly #holds: (query: Query) => boolean | Promise<boolean>;
  readonly #then: Scorer;
  readonly #otherwise: Scorer;

  constructor(holds: (query: Query) => boolean | Promise<boolean>, then: Scorer, otherwise: Scorer) {
    this.name = then.name;
    this.#holds = holds;
    this.#then = then;
    this.#otherwise = otherwise;
  }

  async for(query: Query): Promise<Scorer> {
    const chosen = (await this.#holds(query)) ? this.#then : this.#otherwise;
    return (await chosen.for?.(query)) ?? chosen;
  }

  async score(query: Query, candidates: Candidates): Promise<Scores> {
    return (await this.for(query)).score(query, candidates);
  }
}
