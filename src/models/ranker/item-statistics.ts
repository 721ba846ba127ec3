import { DAY_MS } from "#base";
import type { Interactions } from "#sequences";
import type { Heads } from "./acts.ts";

/** Engagements lose half of what they count as recent in so many days. */
const HALF_LIFE_DAYS = 3;

/** As files keep them. */
export interface StatisticsColumns {
  /** (items) impressions. */
  readonly shown: Float32Array;
  /** (items, H) acts. */
  readonly counts: Float32Array;
  /** (items) engagements, halved every few days, as of `asOfDay`. */
  readonly recent: Float32Array;
  /** (items) day of the first thing that happened; 0 for nothing. */
  readonly firstDay: Float32Array;
  readonly asOfDay: number;
}

/**
 * What happened to items until the start of a day: what a model fitted that night knows of them. Learning walks through the days, so that no
 * request is told of its own; serving stands still where the fit ended. What is known of an item lies in one place: of a million, each is a read of far memory.
 */
export class ItemStatistics {
  readonly heads: number;
  readonly items: number;
  /** (items, {@link width}): acts by head, impressions, what is recent, the first day. */
  readonly rows: Float32Array;
  asOfDay: number;

  constructor(items: number, heads: number, stored?: StatisticsColumns) {
    this.heads = heads;
    this.items = items;
    this.rows = new Float32Array(items * this.width);
    this.asOfDay = stored?.asOfDay ?? 0;
    if (stored) this.#fill(stored);
  }

  get width(): number {
    return this.heads + 3;
  }

  /** Where in a row what is no act by head stands. */
  get places(): { readonly shown: number; readonly recent: number; readonly firstDay: number } {
    return { shown: this.heads, recent: this.heads + 1, firstDay: this.heads + 2 };
  }

  columns(): StatisticsColumns {
    const { rows, width, heads, items, asOfDay } = this;
    const column = (place: number): Float32Array =>
      Float32Array.from({ length: items }, (_, item) => rows[item * width + place]!);
    const { shown, recent, firstDay } = this.places;
    const counts = new Float32Array(items * heads);
    for (let item = 0; item < items; item++)
      for (let head = 0; head < heads; head++) counts[item * heads + head] = rows[item * width + head]!;
    return { shown: column(shown), counts, recent: column(recent), firstDay: column(firstDay), asOfDay };
  }

  #fill({ shown, counts, recent, firstDay }: StatisticsColumns): void {
    const { rows, width, heads, places } = this;
    for (let item = 0; item < this.items; item++) {
      const at = item * width;
      for (let head = 0; head < heads; head++) rows[at + head] = counts[item * heads + head]!;
      rows[at + places.shown] = shown[item]!;
      rows[at + places.recent] = recent[item]!;
      rows[at + places.firstDay] = firstDay[item]!;
    }
  }

  /** What is left on `day` of what counted as recent on `asOfDay`. */
  leftOn(day: number): number {
    return 0.5 ** (Math.max(0, day - this.asOfDay) / HALF_LIFE_DAYS);
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
    const { rows, width, places } = statistics;
    const fade = 0.5 ** ((day - statistics.asOfDay) / HALF_LIFE_DAYS);
    if (fade < 1) for (let at = places.recent; at < rows.length; at += width) rows[at]! *= fade;
    statistics.asOfDay = day;
    const { timestampsMs: actTimes, itemRows, actions } = this.#acts;
    for (; this.#nextAct < this.#actOrder.length; this.#nextAct++) {
      const at = this.#actOrder[this.#nextAct]!;
      const ownDay = dayOf(actTimes?.[at] ?? 0);
      if (ownDay >= day) break;
      const item = itemRows[at]!;
      const head = this.#headOf.get(actions?.[at] ?? 0);
      if (head !== undefined) rows[item * width + head]! += 1;
      rows[item * width + places.recent]! += 0.5 ** ((day - ownDay) / HALF_LIFE_DAYS);
      this.#meet(item, ownDay);
    }
    for (; this.#shown && this.#nextShown < this.#shownOrder.length; this.#nextShown++) {
      const at = this.#shownOrder[this.#nextShown]!;
      const ownDay = dayOf(this.#shown.timestampsMs?.[at] ?? 0);
      if (ownDay >= day) break;
      const item = this.#shown.itemRows[at]!;
      rows[item * width + places.shown]! += 1;
      this.#meet(item, ownDay);
    }
    return statistics;
  }

  #meet(item: number, day: number): void {
    const { rows, width, places } = this.statistics;
    const at = item * width + places.firstDay;
    if (rows[at] === 0 || day < rows[at]!) rows[at] = day;
  }
}

function byTime(timesMs: Float64Array | undefined, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, at) => at);
  return timesMs ? order.sort((left, right) => timesMs[left]! - timesMs[right]! || left - right) : order;
}
