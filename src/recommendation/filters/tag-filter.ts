import type { ItemRow } from "#base";
import type { Catalogue } from "#events";
import type { Filter, Query, TagFilters } from "../pipeline.ts";

/** Keeps items by their tags: what the surface asks for, and what the caller asks for on top. */
export class TagFilter implements Filter {
  readonly name = "tags";
  readonly #catalogue: Catalogue;
  readonly #always: TagFilters;

  constructor(catalogue: Catalogue, always: TagFilters = {}) {
    this.#catalogue = catalogue;
    this.#always = always;
  }

  open({ tags }: Query): (itemRow: ItemRow) => boolean {
    const asked = [this.#always, tags].filter((filters) => Object.keys(filters).length > 0);
    if (asked.length === 0) return () => true;
    return (itemRow) => {
      const has = new Set(this.#catalogue.at(itemRow).tags);
      return asked.every(({ any = [], all = [], none = [] }) => {
        const isAmong = any.length === 0 || any.some((tag) => has.has(tag));
        return isAmong && all.every((tag) => has.has(tag)) && !none.some((tag) => has.has(tag));
      });
    };
  }
}
