/** A set of 64-bit hashes, two words each, in one typed array: open addressing, at most three quarters full. */
export class IdSet {
  #words = new Uint32Array(2 * 128);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(low: number, high: number): boolean {
    const at = this.#placeOf(low, high);
    return this.#words[at] !== 0 || this.#words[at + 1] !== 0;
  }

  /** Adds every pair. */
  addAll(pairs: Uint32Array): void {
    for (let n = 0; n < pairs.length; n += 2) this.#add(pairs[n]!, pairs[n + 1]!);
  }

  #add(low: number, high: number): void {
    const at = this.#placeOf(low, high);
    if (this.#words[at] !== 0 || this.#words[at + 1] !== 0) return;
    this.#words[at] = low;
    this.#words[at + 1] = high || 1; // a pair of zeros stands for an empty place
    this.#size++;
    if (8 * this.#size > 3 * this.#words.length) this.#grow();
  }

  /** Where the pair is, or the empty place where it would go. */
  #placeOf(low: number, high: number): number {
    const words = this.#words;
    const last = words.length - 2;
    const second = high || 1;
    let at = (2 * low) & last;
    while ((words[at] !== 0 || words[at + 1] !== 0) && (words[at] !== low || words[at + 1] !== second)) {
      at = (at + 2) & last;
    }
    return at;
  }

  #grow(): void {
    const pairs = this.#words;
    this.#words = new Uint32Array(2 * pairs.length);
    this.#size = 0;
    for (let n = 0; n < pairs.length; n += 2) {
      if (pairs[n] !== 0 || pairs[n + 1] !== 0) this.#add(pairs[n]!, pairs[n + 1]!);
    }
  }
}
