import type { PopularNow } from "../items/popular-now.ts";
import type { Proposal, Query, Source } from "../pipeline.ts";

/** What people engage with right now, everywhere or on one surface. */
export class PopularNowSource implements Source {
  readonly name: string;
  readonly #popular: PopularNow;
  readonly #surface: string | undefined;

  /** `surface`: only engagements there count; `undefined`: all. */
  constructor(name: string, popular: PopularNow, surface: string | undefined) {
    this.name = name;
    this.#popular = popular;
    this.#surface = surface;
  }

  answers({ condition }: Query): boolean {
    return condition === undefined;
  }

  async propose(query: Query, budget: number): Promise<readonly Proposal[]> {
    return this.#popular.top(this.#surface, query, budget);
  }
}
