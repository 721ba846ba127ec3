import { type Catalogue, type EventView, isStandingChoice } from "#events";
import { countChoices, type StandingChoices } from "#sequences";
import type { Place } from "../aggregation.ts";
import type { EntityPlan } from "../definition/plan.ts";
import { decodeRows, type FeatureRow, RowMaker } from "../feature-row.ts";
import type { PastListener } from "../history/collect-rows.ts";
import type { Answer } from "../online/accumulation.ts";
import type { FeatureRequest } from "../online/feature-request.ts";
import { PackedWriter } from "../packed-bytes.ts";
import { standsWith } from "../state/apply-features.ts";
import { sortSlices } from "../state/row-slices.ts";
import { ItemParts, ItemTiling, itemAnswers } from "./item-parts.ts";

/** The rows that features of items are made of, by item and partition: those of the items wanted, or of all; but for those of the people left out. */
export class CollectedItems implements PastListener {
  readonly #plan: EntityPlan;
  readonly #catalogue: Catalogue;
  readonly #maker: RowMaker;
  readonly #wanted: ReadonlySet<number> | undefined;
  readonly #leftOut: ReadonlySet<string>;
  readonly #choices = new Map<string, StandingChoices | undefined>();
  readonly #rows = new Map<number, Map<number, PackedWriter>>();

  constructor(
    plan: EntityPlan,
    catalogue: Catalogue,
    { items, leftOut = new Set() }: { items?: ReadonlySet<number>; leftOut?: ReadonlySet<string> } = {},
  ) {
    this.#plan = plan;
    this.#catalogue = catalogue;
    this.#maker = new RowMaker(plan, catalogue);
    this.#wanted = items;
    this.#leftOut = leftOut;
  }

  take(event: EventView, offset: number, partition: number): void {
    const { userId } = event;
    if (this.#leftOut.has(userId)) return;
    if (isStandingChoice(event))
      this.#choices.set(userId, countChoices(this.#choices.get(userId), event, this.#catalogue.purposes));
    if (!this.#maker.reads(event)) return;
    const item = this.#maker.itemRowOf(event);
    if (item === undefined || (this.#wanted && !this.#wanted.has(item))) return;
    const partitions = this.#rows.get(item) ?? new Map<number, PackedWriter>();
    const rows = partitions.get(partition) ?? new PackedWriter();
    if (!this.#maker.appendRow(rows, event, offset, standsWith(this.#choices.get(userId)))) return;
    partitions.set(partition, rows);
    this.#rows.set(item, partitions);
  }

  items(): IterableIterator<number> {
    return this.#rows.keys();
  }

  /** By partition, in the order of the log. */
  rowsOf(item: number): ReadonlyMap<number, readonly FeatureRow[]> {
    const partitions = this.#rows.get(item) ?? new Map<number, PackedWriter>();
    return new Map(
      Array.from(partitions, ([partition, rows]) => [partition, decodeRows(rows.take(), this.#plan)]),
    );
  }

  /** What an item's features were at each of the times, ascending; `undefined` at one before its first event. */
  *answersAt(
    item: number,
    timesMs: readonly number[],
    request: FeatureRequest,
  ): Generator<(Answer | undefined)[] | undefined> {
    const tiling = new ItemTiling(this.#plan, this.#catalogue);
    const partitions = Array.from(this.rowsOf(item).values(), (rows) => ({
      rows: sortSlices([...rows]),
      next: 0,
      parts: new ItemParts(),
    }));
    for (const timeMs of timesMs) {
      for (const one of partitions) {
        while (one.next < one.rows.length && one.rows[one.next]!.timestampMs <= timeMs)
          tiling.add(one.parts, one.rows[one.next++]!);
        one.parts.prune(tiling);
      }
      const met = partitions.filter(({ next }) => next > 0).map(({ parts }) => parts);
      yield met.length === 0 ? undefined : itemAnswers(met, request, timeMs, this.#catalogue);
    }
  }

  /** The newest event of an item, ms. */
  newestMs(item: number): number {
    return [...this.rowsOf(item).values()]
      .flat()
      .reduce((latest, { timestampMs }: Place) => Math.max(latest, timestampMs), 0);
  }
}
