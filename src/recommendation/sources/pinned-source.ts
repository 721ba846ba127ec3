import type { ItemRow } from "#base";
import type { ItemPredicate } from "#declarations";
import type { Catalogue } from "#events";
import { holds } from "../items/holds.ts";
import type { Proposal, Query, Source } from "../pipeline.ts";
import { inOrder } from "./proposals.ts";

/** Items that a rule wants in the list whatever the other sources say, those put last first; kept level with the catalogue. */
export class PinnedSource implements Source {
  readonly name = "pinned";
  readonly #rows = new Set<ItemRow>();

  constructor(catalogue: Catalogue, when: ItemPredicate) {
    catalogue.watch((item) => {
      this.#rows.delete(item.row);
      if (holds(when, item)) this.#rows.add(item.row);
    });
  }

  answers({ condition }: Query): boolean {
    return condition === undefined;
  }

  async propose(_: Query, budget: number): Promise<readonly Proposal[]> {
    return inOrder([...this.#rows].reverse(), budget);
  }
}
