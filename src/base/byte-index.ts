import { randomInt } from "node:crypto";

/**
 * @file The places of keys in a list, found by their bytes: where a key lies as bytes, making a text of it to look it up in a `Map` costs several times what comparing
 * it does. Open addressing over the hashes of the keys, half full at most.
 */
export class ByteIndex {
  /** All keys, one behind the other. */
  #bytes: Buffer;
  /** Where each key ends. */
  #ends: Uint32Array;
  #count = 0;
  /** Place + 1 of a key, 0 for none. */
  #slots: Int32Array;

  /** `expected`: how many keys there is room for before anything grows. */
  constructor(expected = 64) {
    const most = 2 ** Math.ceil(Math.log2(Math.max(1, expected)));
    this.#bytes = Buffer.allocUnsafeSlow(16 * most);
    this.#ends = new Uint32Array(most);
    this.#slots = new Int32Array(2 * most);
  }

  /** Puts a key behind the others; its place, or that of the same key where it is there. */
  add(key: Uint8Array): number {
    const slot = this.#slotOf(key, 0, key.length);
    const known = this.#slots[slot]!;
    if (known > 0) return known - 1;
    const from = this.#endOf(this.#count - 1);
    const to = from + key.length;
    if (to > this.#bytes.length) this.#bytes = grown(this.#bytes, to);
    const bytes = this.#bytes;
    for (let at = from, n = 0; at < to; at++, n++) bytes[at] = key[n]!;
    this.#ends[this.#count] = to;
    this.#slots[slot] = ++this.#count;
    if (this.#count === this.#ends.length) this.#growPlaces();
    return this.#count - 1;
  }

  /** The place of the key that these bytes are, or -1. */
  find(bytes: Uint8Array, from: number, to: number): number {
    return this.#slots[this.#slotOf(bytes, from, to)]! - 1;
  }

  #endOf(place: number): number {
    return place < 0 ? 0 : this.#ends[place]!;
  }

  /** The slot that has the key, or the empty one where it would go. */
  #slotOf(bytes: Uint8Array, from: number, to: number): number {
    const slots = this.#slots;
    const last = slots.length - 1;
    let slot = hashOf(bytes, from, to) & last;
    for (let place = slots[slot]!; place > 0; place = slots[slot]!) {
      if (this.#isAt(place - 1, bytes, from, to)) break;
      slot = (slot + 1) & last;
    }
    return slot;
  }

  #isAt(place: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = this.#endOf(place - 1);
    if (this.#ends[place]! - start !== to - from) return false;
    const own = this.#bytes;
    for (let at = from, n = start; at < to; at++, n++) if (own[n] !== bytes[at]) return false;
    return true;
  }

  #growPlaces(): void {
    const ends = new Uint32Array(2 * this.#ends.length);
    ends.set(this.#ends);
    this.#ends = ends;
    this.#slots = new Int32Array(2 * ends.length);
    for (let place = 0; place < this.#count; place++) {
      const slot = this.#slotOf(this.#bytes, this.#endOf(place - 1), ends[place]!);
      this.#slots[slot] = place + 1;
    }
  }
}

function grown(bytes: Buffer, needed: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.max(2 * bytes.length, needed));
  bytes.copy(larger);
  return larger;
}

/** Another with every start, so that nobody can send keys that fall together. */
const SEED = randomInt(2 ** 31);

/** FNV-1a, its last bits mixed. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5 ^ SEED;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash ^ (hash >>> 15);
}
