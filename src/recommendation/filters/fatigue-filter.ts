import { HOUR_MS, type ItemRow } from "#base";
import type { Filter, Query } from "../pipeline.ts";

/** How often something may be shown in vain. */
export interface FatigueLimit {
  /** So many impressions without an engagement ... */
  readonly impressions: number;
  /** ... within so many hours, and it is left out. */
  readonly hours: number;
}

/** Removes what was shown to the person again and again of late and never engaged with. */
export class FatigueFilter implements Filter {
  readonly name = "fatigue";
  readonly #limit: FatigueLimit;

  constructor(limit: FatigueLimit) {
    this.#limit = limit;
  }

  async open({ person, asOfMs, seen }: Query): Promise<(itemRow: ItemRow) => boolean> {
    if (!person) return () => true;
    const sinceMs = asOfMs - this.#limit.hours * HOUR_MS;
    const shown = new Map<number, number>();
    const impressions = await person.rowsOf({ kind: "impression", asOfMs, sinceMs });
    for (const { rows, n } of impressions) {
      const itemRow = rows.itemRow(n);
      shown.set(itemRow, (shown.get(itemRow) ?? 0) + 1);
    }
    return (itemRow) => seen.has(itemRow) || (shown.get(itemRow) ?? 0) < this.#limit.impressions;
  }
}
