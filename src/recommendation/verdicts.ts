import type { ItemRow } from "#base";
import type { Filter, FilterTrace, Query } from "./pipeline.ts";

/** What the filters say of the items of one query: each item is asked about once, however many sources propose it. */
export class Verdicts {
  readonly #names: readonly string[];
  readonly #opened: readonly ((itemRow: ItemRow) => boolean)[];
  /** Item row -> number of the filter that removes it, or how many filters there are. */
  readonly #removedBy = new Map<ItemRow, number>();

  private constructor(names: readonly string[], opened: readonly ((itemRow: ItemRow) => boolean)[]) {
    this.#names = names;
    this.#opened = opened;
  }

  static async open(filters: readonly Filter[], query: Query): Promise<Verdicts> {
    const opened = await Promise.all(filters.map((filter) => filter.open(query)));
    return new Verdicts(
      filters.map(({ name }) => name),
      opened,
    );
  }

  keeps(itemRow: ItemRow): boolean {
    let removedBy = this.#removedBy.get(itemRow);
    if (removedBy === undefined) {
      const position = this.#opened.findIndex((keeps) => !keeps(itemRow));
      removedBy = position < 0 ? this.#opened.length : position;
      this.#removedBy.set(itemRow, removedBy);
    }
    return removedBy === this.#opened.length;
  }

  /** Distinct items into each filter and out of it, in order. */
  traces(): FilterTrace[] {
    const removed = new Array<number>(this.#opened.length + 1).fill(0);
    for (const removedBy of this.#removedBy.values()) removed[removedBy]!++;
    let left = this.#removedBy.size;
    return this.#names.map((name, position) => {
      const given = left;
      left -= removed[position]!;
      return { name, in: given, kept: left };
    });
  }
}
