import type { Neighbours } from "../items/neighbours.ts";
import type { Proposal, Query, Source } from "../pipeline.ts";
import { inTurn } from "./proposals.ts";

/** Items of a list that are looked at, the last ones: a list grows at its end. */
export const NEWEST_OF_LIST = 20;

/** What goes with the items of a list (a board, a cart, a playlist): the nearest of each in turn, from the last on. */
export class ListSource implements Source {
  readonly name = "list";
  readonly #neighbours: Neighbours;

  constructor(neighbours: Neighbours) {
    this.#neighbours = neighbours;
  }

  answers({ condition }: Query): boolean {
    return condition?.kind === "items";
  }

  async propose(query: Query, budget: number): Promise<readonly Proposal[]> {
    if (query.condition?.kind !== "items") return [];
    const seeds = query.condition.itemRows.slice(-NEWEST_OF_LIST).reverse();
    return inTurn(await Promise.all(seeds.map((row) => this.#neighbours.of(row, query)))).slice(0, budget);
  }
}
