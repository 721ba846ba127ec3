import type { ItemRow } from "#base";
import type { ItemPredicate } from "#declarations";
import type { Catalogue } from "#events";
import { holds } from "../items/holds.ts";
import type { Proposal, Query, Source } from "../pipeline.ts";
import { inOrder, inTurn } from "./proposals.ts";

/**
 * Items that rules want in the list whatever the other sources say: of each rule in turn those put last first, kept level with the
 * catalogue.
 */
export class PinnedSource implements Source {
  readonly name = "pinned";
  readonly #rowsOfRules: readonly Set<ItemRow>[];

  constructor(catalogue: Catalogue, rules: readonly ItemPredicate[]) {
    this.#rowsOfRules = rules.map(() => new Set());
    catalogue.watch((item) => {
      for (const [at, rows] of this.#rowsOfRules.entries()) {
        rows.delete(item.row);
        if (holds(rules[at]!, item)) rows.add(item.row);
      }
    });
  }

  answers({ condition }: Query): boolean {
    return condition === undefined;
  }

  async propose(_: Query, budget: number): Promise<readonly Proposal[]> {
    const lists = this.#rowsOfRules.map((rows) => inOrder([...rows].reverse(), budget));
    return inTurn(lists).slice(0, budget);
  }
}
