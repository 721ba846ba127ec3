import type { FittedModel } from "#models";
import { nearest } from "../items/neighbours.ts";
import type { Proposal, Query, Source } from "../pipeline.ts";

/** Items that the same people engage with as the item a list is about, as the model learned it. Without a positive tie they are left out. */
export class RelatedSource implements Source {
  readonly name: string;
  readonly #model: FittedModel;

  constructor(model: FittedModel) {
    this.#model = model;
    this.name = model.name;
  }

  /** Not for an item that was met after the model was fitted. */
  answers({ condition }: Query): boolean {
    return condition?.kind === "item" && condition.itemRow < this.#model.itemCount;
  }

  async propose({ condition }: Query, budget: number): Promise<readonly Proposal[]> {
    return condition?.kind === "item" ? nearest(this.#model, condition.itemRow, budget) : [];
  }
}
