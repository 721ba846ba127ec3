import type { Neighbours } from "../items/neighbours.ts";
import type { Proposal, Query, Source } from "../pipeline.ts";
import { inTurn } from "./proposals.ts";

/** The nearest items of each of the newest engagements, round robin from the newest on: what the person is at right now. */
export class NeighboursSource implements Source {
  readonly name: string;
  readonly #neighbours: Neighbours;
  readonly #newest: number;

  /** `newest`: distinct items whose neighbours are proposed. */
  constructor(name: string, neighbours: Neighbours, newest: number) {
    this.name = name;
    this.#neighbours = neighbours;
    this.#newest = newest;
  }

  answers({ history, condition }: Query): boolean {
    return condition === undefined && history.itemRows.length > 0;
  }

  async propose(query: Query, budget: number): Promise<readonly Proposal[]> {
    const seeds = [...new Set([...query.history.itemRows].reverse())].slice(0, this.#newest);
    const wanted = this.#neighbours.isIndexed(query)
      ? Math.ceil(((seeds.length > 1 ? ROOM : 1) * budget) / seeds.length) + MORE
      : undefined;
    const lists = await Promise.all(seeds.map((itemRow) => this.#neighbours.of(itemRow, query, wanted)));
    return inTurn(lists).slice(0, budget);
  }
}

/** Items sought for an engagement, beyond its share of the budget: others, where there are any, may give some of them. */
const ROOM = 1.5;
const MORE = 10;
