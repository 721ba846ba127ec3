import type { ItemRow } from "#base";
import type { FittedModel } from "#models";
import { topN } from "#numeric";
import type { Candidate, Query, Source } from "../pipeline.ts";

/** Items that the same people engage with as one item, as the model learned it. Items without a positive tie are left out. */
export class RelatedSource implements Source {
  readonly name: string;
  readonly #model: FittedModel;
  readonly #itemRow: ItemRow;

  constructor(model: FittedModel, itemRow: ItemRow) {
    this.#model = model;
    this.#itemRow = itemRow;
    this.name = model.name;
  }

  async candidates(_query: Query, budget: number): Promise<readonly Candidate[]> {
    if (this.#itemRow >= this.#model.itemCount) return []; // met after the model was fitted
    const scores = await this.#model.related(this.#itemRow);
    return Array.from(topN(scores, budget))
      .filter((row) => scores[row]! > 0)
      .map((row) => ({
        itemRow: row as ItemRow, // a position in the model's table of item rows
        score: scores[row]!,
        source: this.name,
        reasons: [],
      }));
  }
}
