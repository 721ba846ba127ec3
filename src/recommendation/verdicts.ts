import type { ItemRow } from "#base";
import type { Filter, FilterTrace, Proposal, Query } from "./pipeline.ts";

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

  /** Those whose items pass. A filter is asked of all that came so far before the next is: what it reads of each is then fetched side by side. */
  keep(proposals: readonly Proposal[]): readonly Proposal[] {
    const removedBy = this.#removedBy;
    const passing = this.#opened.length;
    let left: ItemRow[] = [];
    for (const { itemRow } of proposals) if (!removedBy.has(itemRow)) left.push(itemRow);
    for (const [position, keeps] of this.#opened.entries())
      left = left.filter((itemRow) => {
        const isKept = keeps(itemRow);
        if (!isKept) removedBy.set(itemRow, position);
        return isKept;
      });
    for (const itemRow of left) removedBy.set(itemRow, passing);
    return proposals.filter(({ itemRow }) => removedBy.get(itemRow) === passing);
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
