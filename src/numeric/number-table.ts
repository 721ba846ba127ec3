/**
 * @file Whole numbers by whole numbers, from 0 on: an open-addressing table in one piece of memory. Of hundreds of keys a person a map makes
 * as many entries, and grows through half a dozen sizes.
 */
export class NumberTable {
  /** (slots, 2) key + 1, 0 for a free slot, and value. */
  #slots: Int32Array;
  #count = 0;

  /** @param expected keys there is room for without growing */
  constructor(expected = 8) {
    this.#slots = new Int32Array(2 << Math.ceil(Math.log2(2 * expected + 1)));
  }

  get size(): number {
    return this.#count;
  }

  get(key: number): number | undefined {
    const at = this.#find(key);
    return this.#slots[at] === 0 ? undefined : this.#slots[at + 1];
  }

  /** @param key at least 0 and below 2^31 - 1 */
  set(key: number, value: number): void {
    let at = this.#find(key);
    if (this.#slots[at] === 0) {
      if (4 * ++this.#count > this.#slots.length) {
        this.#grow();
        at = this.#find(key);
      }
      this.#slots[at] = key + 1;
    }
    this.#slots[at + 1] = value;
  }

  copy(): NumberTable {
    const copy = new NumberTable();
    copy.#slots = this.#slots.slice();
    copy.#count = this.#count;
    return copy;
  }

  /** Where the key stands, or would stand. Fibonacci hashing (Knuth 1973, section 6.4), linear probing. */
  #find(key: number): number {
    const slots = this.#slots;
    const mask = slots.length - 2;
    let at = (Math.imul(key, 0x9e3779b1) >>> 12) & mask;
    while (slots[at] !== 0 && slots[at] !== key + 1) at = (at + 2) & mask;
    return at;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(2 * before.length);
    for (let from = 0; from < before.length; from += 2) {
      if (before[from] === 0) continue;
      const at = this.#find(before[from]! - 1);
      this.#slots[at] = before[from]!;
      this.#slots[at + 1] = before[from + 1]!;
    }
  }
}
