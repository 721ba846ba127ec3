import { DAY_MS } from "#base";
import type { BornOrder } from "../items/born-order.ts";
import type { Proposal, Query, Source } from "../pipeline.ts";

/** Items that came to be in the last days, newest first: they have no engagements to speak for them yet. */
export class FreshSource implements Source {
  readonly name: string;
  readonly #born: BornOrder;
  readonly #days: number;

  constructor(name: string, born: BornOrder, days: number) {
    this.name = name;
    this.#born = born;
    this.#days = days;
  }

  answers({ condition }: Query): boolean {
    return condition === undefined;
  }

  async propose({ asOfMs }: Query, budget: number): Promise<readonly Proposal[]> {
    const proposals: Proposal[] = [];
    for (const { itemRow, bornMs } of this.#born.between(asOfMs - this.#days * DAY_MS, asOfMs)) {
      if (proposals.length === budget) break;
      proposals.push({ itemRow, score: 1 - (asOfMs - bornMs) / (this.#days * DAY_MS) });
    }
    return proposals;
  }
}
