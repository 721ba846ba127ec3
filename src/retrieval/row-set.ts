/**
 * @file A set of rows: a list while there are few, a bit per row once that is shorter. So what a tag costs is bounded by how
 * many rows have it and by how many there are, whichever is less (Roaring bitmaps, Lemire et al. 2016, at one level).
 */
export class RowSet {
  #list: number[] | undefined = [];
  #words = new Uint32Array(0);
  #highest = 0;

  /** Adds a row that is not in the set. */
  add(row: number): void {
    this.#highest = Math.max(this.#highest, row);
    if (!this.#list) {
      this.#setBit(row);
      return;
    }
    this.#list.push(row);
    if (this.#list.length * ROWS_PER_WORD > Math.max(this.#highest, SHORT_LIST)) {
      for (const listed of this.#list) this.#setBit(listed);
      this.#list = undefined;
    }
  }

  /** Takes out a row that is in the set. */
  delete(row: number): void {
    if (this.#list) this.#list.splice(this.#list.indexOf(row), 1);
    else this.#words[row >>> 5]! &= ~(1 << (row & 31));
  }

  /** Sets the bits of the rows in `words`, as far as those go. */
  addTo(words: Uint32Array): void {
    if (this.#list) for (const row of this.#list) words[row >>> 5]! |= 1 << (row & 31);
    const shared = Math.min(this.#words.length, words.length);
    for (let position = 0; position < shared; position++) words[position]! |= this.#words[position]!;
  }

  /** Words that bits take, up to the highest row there ever was. */
  get wordCount(): number {
    return (this.#highest >>> 5) + 1;
  }

  #setBit(row: number): void {
    if (row >>> 5 >= this.#words.length) {
      const grown = new Uint32Array(Math.ceil(this.wordCount * GROWTH));
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[row >>> 5]! |= 1 << (row & 31);
  }
}

const ROWS_PER_WORD = 32;
/** A list no longer than a bit set of so many rows stays a list. */
const SHORT_LIST = 1024;
const GROWTH = 1.5;
