/**
 * @file What short codes let one query leave out. The score of a slot is that of its list's centroid, and that of its codewords, which `losses`
 * tells pair by pair below the best; table entries are losses in units so fine that sums of them fill 8 bits. A list's *bound* is what a slot may lose
 * and still beat the least of the candidates, and a margin, for the codes err:
 *
 *   bound = best codewords + centroid - least candidate + lean + MARGIN x deviation
 *
 * Both are of the mean squared errors by element (`Codebook.errors`) weighted by this query, and scaled to the list by what its own slots err. The lean is
 * what codes say too little of a vector by in the mean, if it scores as the least candidate: they are means of what is alike, and the best are not as the mean.
 */
import { CODEWORDS } from "./short-codes.ts";
import type { SlotMemory } from "./slot-memory.ts";

/** Standard deviations that a vector may be better than its short code says: .001 of the neighbours are missed at most, as measured (decision 0029). */
const MARGIN = 2;
/** Most that a sum of entries can be and be told: sums stop at 255. */
const RANGE = 254;
/** Entries need not be finer than so that their rounding is this share of what the codes err. */
const ROUNDING = 0.25;

export class ShortBounds {
  readonly #memory: SlotMemory;
  readonly #place: SlotMemory["searchers"][number];
  /** What the deviation of a sum of rounded entries is. */
  readonly #rounding: number;
  /** The sum of the best codewords' products. */
  #best = 0;
  /** Of the query in a list whose squared error is 1: variance of its scores by short codes, and the same as a share of the scores' own squares. */
  #variance = 0;
  #lean = 0;
  /** The table entry of a loss of 1. */
  #unit = 0;

  constructor(memory: SlotMemory, place: SlotMemory["searchers"][number]) {
    this.#memory = memory;
    this.#place = place;
    this.#rounding = Math.sqrt(place.losses.length / CODEWORDS / 12);
  }

  /** For the query that the place has. */
  begin(): void {
    const { kernels, columns, hasCodebook } = this.#memory;
    if (!hasCodebook) return;
    const { query, losses } = this.#place;
    const { errors, weights } = columns;
    this.#best = kernels.shortLosses(query.byteOffset, losses.byteOffset);
    this.#unit = 0;
    let variance = 0;
    let own = 0;
    let usual = 0;
    for (let element = 0; element < query.length; element++) {
      const square = query[element]! ** 2;
      variance += square * errors[element]!;
      own += square * weights[element]!;
      usual += weights[element]! * errors[element]!;
    }
    this.#variance = variance / usual;
    this.#lean = variance / own / usual;
  }

  /**
   * What the sum of table entries has to stay below in a list, so near to the query, for a slot to score more than `least`. 0: nothing of it does; `undefined`:
   * short codes cannot tell. The tables are made for it.
   */
  of(list: number, nearness: number, least: number): number | undefined {
    const { columns, hasCodebook } = this.#memory;
    if (!hasCodebook) return undefined;
    const chain = list + 1;
    const error = columns.shortErrors[chain]! / (columns.living[chain]! + columns.dead[chain]!);
    const spare = this.#best + nearness - least + this.#lean * error * Math.max(least, 0);
    const deviation = Math.sqrt(this.#variance * error);
    const room = spare + MARGIN * deviation;
    if (!Number.isFinite(room)) return undefined; // written to meanwhile, or no numbers to count with
    if (room <= 0) return 0;
    this.#fit(room, deviation);
    return Math.max(
      0,
      Math.ceil(spare * this.#unit + MARGIN * Math.hypot(deviation * this.#unit, this.#rounding)),
    );
  }

  /** Makes tables for so much room, unless those there are fine enough. */
  #fit(room: number, deviation: number): void {
    const { losses, tables } = this.#place;
    const used = room * this.#unit;
    const isCoarse = used < RANGE / 2 && this.#rounding > ROUNDING * deviation * this.#unit;
    const entries = RANGE - MARGIN * this.#rounding;
    if (used <= entries && !isCoarse) return;
    this.#unit = entries / room;
    this.#memory.kernels.fitTables(losses.byteOffset, this.#unit, tables.byteOffset);
  }
}
