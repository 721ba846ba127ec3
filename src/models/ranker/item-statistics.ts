import { DAY_MS } from "#base";
import type { Interactions } from "#sequences";
import type { Heads } from "./acts.ts";

/** Engagements lose half of what they count as recent in so many days. */
const HALF_LIFE_DAYS = 3;

/**
 * What happened to items until the start of a day: what a model fitted that night knows of them. Learning walks through the days, so that no
 * request is told of its own; serving stands still where the fit ended.
 */
export class ItemStatistics {
  readonly heads: number;
  /** (items) impressions. */
  readonly shown: Float32Array;
  /** (items, H) acts. */
  readonly counts: Float32Array;
  /** (items) engagements, halved every few days, as of `asOfDay`. */
  readonly recent: Float32Array;
  /** (items) day of the first thing that happened; 0 for nothing. */
  readonly firstDay: Float32Array;
  asOfDay: number;

  constructor(
    items: number,
    heads: number,
    stored?: Pick<ItemStatistics, "shown" | "counts" | "recent" | "firstDay" | "asOfDay">,
  ) {
    this.heads = heads;
    this.shown = stored?.shown ?? new Float32Array(items);
    this.counts = stored?.counts ?? new Float32Array(items * heads);
    this.recent = stored?.recent ?? new Float32Array(items);
    this.firstDay = stored?.firstDay ?? new Float32Array(items);
    this.asOfDay = stored?.asOfDay ?? 0;
  }

  /** What is left on `day` of what counts as recent. */
  recentOn(day: number, item: number): number {
    return this.recent[item]! * 0.5 ** (Math.max(0, day - this.asOfDay) / HALF_LIFE_DAYS);
  }
}

/** Day (UTC) in which something happened. */
export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

/** Statistics that can go on, day by day. */
export class StatisticsWalk {
  readonly statistics: ItemStatistics;
  readonly #acts: Interactions;
  readonly #shown: Interactions["impressions"];
  readonly #headOf: Heads["headOf"];
  readonly #actOrder: Uint32Array;
  readonly #shownOrder: Uint32Array;
  #nextAct = 0;
  #nextShown = 0;

  constructor(acts: Interactions, shown: Interactions["impressions"], heads: Heads) {
    this.statistics = new ItemStatistics(acts.itemCount, heads.names.length);
    this.#acts = acts;
    this.#shown = shown;
    this.#headOf = heads.headOf;
    this.#actOrder = byTime(acts.timestampsMs, acts.itemRows.length);
    this.#shownOrder = byTime(shown?.timestampsMs, shown?.itemRows.length ?? 0);
  }

  /** Takes in everything before `day`, which is not before the one of the last call. */
  until(day: number): ItemStatistics {
    const { statistics } = this;
    const { recent, counts, heads } = statistics;
    const fade = 0.5 ** ((day - statistics.asOfDay) / HALF_LIFE_DAYS);
    if (fade < 1) for (const item of recent.keys()) recent[item]! *= fade;
    statistics.asOfDay = day;
    const { timestampsMs: actTimes, itemRows, actions } = this.#acts;
    for (; this.#nextAct < this.#actOrder.length; this.#nextAct++) {
      const at = this.#actOrder[this.#nextAct]!;
      const ownDay = dayOf(actTimes?.[at] ?? 0);
      if (ownDay >= day) break;
      const item = itemRows[at]!;
      const head = this.#headOf.get(actions?.[at] ?? 0);
      if (head !== undefined) counts[item * heads + head]! += 1;
      recent[item]! += 0.5 ** ((day - ownDay) / HALF_LIFE_DAYS);
      this.#meet(item, ownDay);
    }
    for (; this.#shown && this.#nextShown < this.#shownOrder.length; this.#nextShown++) {
      const at = this.#shownOrder[this.#nextShown]!;
      const ownDay = dayOf(this.#shown.timestampsMs?.[at] ?? 0);
      if (ownDay >= day) break;
      const item = this.#shown.itemRows[at]!;
      statistics.shown[item]! += 1;
      this.#meet(item, ownDay);
    }
    return statistics;
  }

  #meet(item: number, day: number): void {
    const { firstDay } = this.statistics;
    if (firstDay[item] === 0 || day < firstDay[item]!) firstDay[item] = day;
  }
}

function byTime(timesMs: Float64Array | undefined, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, at) => at);
  return timesMs ? order.sort((left, right) => timesMs[left]! - timesMs[right]! || left - right) : order;
}
