import type { ItemRow } from "#base";
import type { Catalogue } from "#events";
import type { Filter, Query } from "../pipeline.ts";

/** Removes items that are withdrawn, and items that did not exist yet at the time asked for. */
export class AvailabilityFilter implements Filter {
  readonly name = "availability";
  readonly #catalogue: Catalogue;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  open({ asOfMs }: Query): (itemRow: ItemRow) => boolean {
    return (itemRow) => this.#catalogue.isThere(itemRow, asOfMs);
  }
}
