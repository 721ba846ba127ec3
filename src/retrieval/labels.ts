/**
 * @file What filters ask about, by row: tags as sets of rows, numbers as columns. A filter becomes a mask, a bit per row, in a few
 * passes over words; nothing of it depends on where an index keeps its vectors.
 */
import { assert, PlatformError } from "#base";
import { RowSet } from "./row-set.ts";
import type { Snapshot } from "./snapshot.ts";
import type { VectorFilter, VectorLabels } from "./vector-index.ts";

export class Labels {
  /** Rows that are there. */
  readonly #present = new RowSet();
  readonly #tags = new Map<string, RowSet>();
  readonly #numbers: Map<string, Float64Array>;
  /** The tags of a row, shared among rows with the same. */
  readonly #tagsOf: (readonly string[] | undefined)[] = [];
  readonly #combinations = new Map<string, readonly string[]>();
  #scratch = new Uint32Array(0);

  constructor(numbers: readonly string[] = []) {
    this.#numbers = new Map(numbers.map((name) => [name, new Float64Array(0)]));
  }

  /** @throws PlatformError `invalid-request` for a number the index was not made with. Then nothing has changed. */
  set(row: number, { tags = [], numbers = {} }: VectorLabels = {}): void {
    for (const name of Object.keys(numbers)) this.#columnOf(name);
    this.delete(row);
    this.#add(row, this.#share(tags));
    for (const name of this.#numbers.keys()) this.#setNumber(name, row, numbers[name] ?? Number.NaN);
  }

  delete(row: number): void {
    const tags = this.#tagsOf[row];
    if (!tags) return;
    for (const tag of tags) this.#rowsWith(tag).delete(row);
    this.#present.delete(row);
    this.#tagsOf[row] = undefined;
  }

  /** The labels of rows that are there, in their order (`stored-vectors.ts` says how). */
  save(rows: Uint32Array): Pick<Snapshot, "header" | "sections"> {
    const numberOf = new Map<readonly string[] | undefined, number>();
    const tags = rows.map((row) => {
      const combination = this.#tagsOf[row];
      const number = numberOf.get(combination) ?? numberOf.size;
      numberOf.set(combination, number);
      return number;
    });
    const numbers = [...this.#numbers].map(([name, column]) => {
      return [NUMBER_SECTION + name, Float64Array.from(rows, (row) => column[row]!)] as const;
    });
    return {
      header: { combinations: [...numberOf.keys()] },
      sections: { tags, ...Object.fromEntries(numbers) },
    };
  }

  /** Takes in what `save` gave for the same rows. */
  restore(rows: Uint32Array, { header, sections }: Pick<Snapshot, "header" | "sections">): void {
    const combinations = (header["combinations"] as string[][]).map((tags) => this.#share(tags)); // as it was saved
    const tags = sections["tags"];
    assert(tags, "a snapshot of this version has tags");
    for (const [position, row] of rows.entries()) this.#add(row, combinations[tags[position]!]!);
    for (const name of this.#numbers.keys()) {
      const values = sections[NUMBER_SECTION + name];
      assert(values, "a snapshot of this version has the numbers of its config");
      for (const [position, row] of rows.entries()) this.#setNumber(name, row, values[position]!);
    }
  }

  #add(row: number, tags: readonly string[]): void {
    this.#present.add(row);
    this.#tagsOf[row] = tags;
    for (const tag of tags) this.#rowsWith(tag).add(row);
  }

  /**
   * Writes the mask of a filter, a bit per row, to the beginning of `mask`: how many words it has. Linear in the rows, by a word at a
   * time for tags and one by one for ranges. @throws PlatformError `invalid-request` for a range over a number that is not kept.
   */
  writeMask(filter: VectorFilter, mask: Uint32Array): number {
    const words = mask.subarray(0, this.#present.wordCount);
    words.fill(0);
    if (filter.allow) setBits(words, filter.allow);
    else this.#present.addTo(words);
    if (filter.allow) this.#keep(words, [this.#present]);
    for (const tag of filter.allTags ?? []) this.#keep(words, this.#sets([tag]));
    if (filter.anyTags) this.#keep(words, this.#sets(filter.anyTags));
    if (filter.noTags) this.#drop(words, (bits) => union(bits, this.#sets(filter.noTags ?? [])));
    for (const { name, min, max } of filter.ranges ?? []) keepRange(words, this.#columnOf(name), min, max);
    if (filter.deny) this.#drop(words, (bits) => setBits(bits, filter.deny ?? []));
    return words.length;
  }

  #sets(tags: readonly string[]): RowSet[] {
    return tags.flatMap((tag) => this.#tags.get(tag) ?? []);
  }

  #keep(words: Uint32Array, sets: readonly RowSet[]): void {
    const bits = this.#cleared(words.length);
    union(bits, sets);
    for (let position = 0; position < words.length; position++) words[position]! &= bits[position]!;
  }

  #drop(words: Uint32Array, write: (bits: Uint32Array) => void): void {
    const bits = this.#cleared(words.length);
    write(bits);
    for (let position = 0; position < words.length; position++) words[position]! &= ~bits[position]!;
  }

  #cleared(length: number): Uint32Array {
    if (this.#scratch.length < length) this.#scratch = new Uint32Array(length);
    return this.#scratch.subarray(0, length).fill(0);
  }

  #share(tags: readonly string[]): readonly string[] {
    const distinct = [...new Set(tags)].sort();
    const key = JSON.stringify(distinct);
    const known = this.#combinations.get(key) ?? distinct;
    this.#combinations.set(key, known);
    return known;
  }

  #rowsWith(tag: string): RowSet {
    const rows = this.#tags.get(tag) ?? new RowSet();
    this.#tags.set(tag, rows);
    return rows;
  }

  #columnOf(name: string): Float64Array {
    const column = this.#numbers.get(name);
    if (column) return column;
    const kept = [...this.#numbers.keys()].join(", ") || "none";
    const fault = `the index keeps no number "${name}" (it keeps: ${kept})`;
    throw new PlatformError("invalid-request", `${fault}; name it in "numbers" when the index is made`);
  }

  #setNumber(name: string, row: number, value: number): void {
    let column = this.#columnOf(name);
    if (row >= column.length) {
      const grown = new Float64Array(Math.ceil((row + 1) * GROWTH)).fill(Number.NaN, column.length);
      grown.set(column);
      this.#numbers.set(name, grown);
      column = grown;
    }
    column[row] = value;
  }
}

const GROWTH = 1.5;
const NUMBER_SECTION = "number:";

function union(bits: Uint32Array, sets: readonly RowSet[]): void {
  for (const set of sets) set.addTo(bits);
}

function setBits(bits: Uint32Array, rows: Iterable<number>): void {
  const limit = bits.length * 32;
  for (const row of rows) if (row >= 0 && row < limit) bits[row >>> 5]! |= 1 << (row & 31);
}

function keepRange(words: Uint32Array, column: Float64Array, min = -Infinity, max = Infinity): void {
  for (let position = 0; position < words.length; position++) {
    for (let rest = words[position]!; rest !== 0; rest &= rest - 1) {
      const lane = 31 - Math.clz32(rest & -rest);
      const value = column[position * 32 + lane]!;
      if (!(value >= min && value <= max)) words[position]! &= ~(1 << lane);
    }
  }
}
