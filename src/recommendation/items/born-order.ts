import type { ItemRow } from "#base";
import { bornMsOf, type Catalogue } from "#events";

/** An item and since when there is one. */
export interface Born {
  readonly itemRow: ItemRow;
  readonly bornMs: number;
}

/**
 * Items by when they came to be: their `createdAt`, or, where the sender gave none, when the platform first heard of them. Kept level
 * with the catalogue. Items that were there before that was kept are nobody's news.
 */
export class BornOrder {
  /** Oldest first. */
  readonly #order: Born[] = [];
  readonly #known = new Map<ItemRow, Born>();

  constructor(catalogue: Catalogue) {
    let isFilling = true;
    catalogue.watch((item) => {
      const itemRow = item.row;
      const bornMs = bornMsOf(item);
      const known = this.#known.get(itemRow);
      if (bornMs === undefined || known?.bornMs === bornMs) return;
      const born = { itemRow, bornMs };
      this.#known.set(itemRow, born);
      if (isFilling) return void this.#order.push(born);
      if (known) this.#order.splice(this.#order.indexOf(known, this.#before(known.bornMs)), 1);
      this.#order.splice(this.#before(bornMs + 1), 0, born);
    });
    isFilling = false;
    this.#order.sort((left, right) => left.bornMs - right.bornMs);
  }

  /** Born up to a time and not before another, newest first. */
  *between(sinceMs: number, untilMs: number): Generator<Born> {
    for (let place = this.#before(untilMs + 1) - 1; place >= 0; place--) {
      const born = this.#order[place]!;
      if (born.bornMs < sinceMs) return;
      yield born;
    }
  }

  /** How many were born before a time. */
  #before(timeMs: number): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#order[middle]!.bornMs < timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
