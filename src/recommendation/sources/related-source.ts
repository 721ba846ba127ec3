import { nearest } from "../items/neighbours.ts";
import type { Proposal, Query, Source } from "../pipeline.ts";

/** Items that the same people engage with as the item a list is about, as the model learned it. Without a positive tie they are left out. */
export class RelatedSource implements Source {
  readonly name = "related";

  /** Not for an item that was met after the model was fitted. */
  answers({ condition, personal }: Query): boolean {
    return condition?.kind === "item" && condition.itemRow < personal.model.itemCount;
  }

  async propose({ condition, personal }: Query, budget: number): Promise<readonly Proposal[]> {
    return condition?.kind === "item" ? nearest(personal.model, condition.itemRow, budget) : [];
  }
}
