import type { Catalogue } from "#events";
import type { Candidate, Filter, Query } from "../pipeline.ts";

/** Removes items that are withdrawn, and items that did not exist yet at the time asked for. */
export class AvailabilityFilter implements Filter {
  readonly name = "availability";
  readonly #catalogue: Catalogue;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  keeps({ asOfMs }: Query, { itemRow }: Candidate): boolean {
    const { isAvailable, createdAtMs } = this.#catalogue.at(itemRow);
    return isAvailable && (createdAtMs === undefined || createdAtMs <= asOfMs);
  }
}
