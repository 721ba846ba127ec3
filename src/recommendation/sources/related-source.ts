import type { Neighbours } from "../items/neighbours.ts";
import type { Proposal, Query, Source } from "../pipeline.ts";

/** Items that the same people engage with as the item a list is about, as the model learned it. Without a positive tie they are left out. */
export class RelatedSource implements Source {
  readonly name = "related";
  readonly #neighbours: Neighbours;

  constructor(neighbours: Neighbours) {
    this.#neighbours = neighbours;
  }

  /** For an item that was met after the model was fitted, only where the index has a place for it. */
  answers(query: Query): boolean {
    const { condition, personal } = query;
    if (condition?.kind !== "item") return false;
    return condition.itemRow < personal.model.itemCount || this.#neighbours.isIndexed(query);
  }

  async propose(query: Query, budget: number): Promise<readonly Proposal[]> {
    const { condition } = query;
    return condition?.kind === "item" ? this.#neighbours.of(condition.itemRow, query, budget) : [];
  }
}
