import type { Scalar } from "#declarations";

/**
 * @file Small values one after the other: what rows and parts of features are stored as. Whole numbers take as many bytes as they need;
 * a scalar is told by its first byte:
 *
 *     0 absent, 1 false, 2 true, 3 f64, 4 text (length: varint, utf8), 5 whole number >= 0 (varint), 6 whole number < 0 (varint of -n),
 *     7 to 127: 0 to 120 itself, from 128: the upper seven of fifteen bits, the lower eight in the next byte
 *
 * Times and places in the log are differences to those before them, for what lies together mostly came together.
 */
const TAG = { absent: 0, no: 1, yes: 2, float: 3, text: 4, whole: 5, negative: 6 } as const;
/** Whole numbers that take a byte, and two. */
const FIRST_SMALL = 7;
const SMALL = 121;
const FIRST_MEDIUM = 0x80;
const MEDIUM = 0x8000;
/** Beyond this a varint is longer than an f64. */
const MAX_WHOLE = 2 ** 49;

export class PackedWriter {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;
  #lastTimeMs = 0;
  #lastPlace = 0;
  #isRepeating = false;
  #isOther = false;

  /** Begins anew; what was taken before stays as it is. */
  reset(): this {
    this.#length = 0;
    this.#lastTimeMs = 0;
    this.#lastPlace = 0;
    return this;
  }

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53. */
  whole(value: number): void {
    this.#reserve(8);
    let left = value;
    while (left >= 0x80) {
      this.#bytes[this.#length++] = (left % 0x80) | 0x80;
      left = Math.floor(left / 0x80);
    }
    this.#bytes[this.#length++] = left;
  }

  /** A whole number of either sign. */
  signed(value: number): void {
    this.whole(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** A whole number of ms, as its distance from the time written before. */
  time(timestampMs: number): void {
    if (this.#isRepeating) {
      this.#isOther ||= timestampMs !== this.#lastTimeMs;
      return;
    }
    this.signed(timestampMs - this.#lastTimeMs);
    this.#lastTimeMs = timestampMs;
  }

  /** A place in the log, as its distance from the one written before. */
  place(offset: number): void {
    if (this.#isRepeating) {
      this.#isOther ||= offset !== this.#lastPlace;
      return;
    }
    this.signed(offset - this.#lastPlace);
    this.#lastPlace = offset;
  }

  /** What `write` writes, without its times and places; nothing, and false, when one of them is another than the one before. */
  repeating(write: () => void): boolean {
    const from = this.#length;
    this.#isRepeating = true;
    this.#isOther = false;
    write();
    this.#isRepeating = false;
    if (this.#isOther) this.#length = from;
    return !this.#isOther;
  }

  float(value: number): void {
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  word(value: number): void {
    this.#reserve(4);
    this.#length = this.#bytes.writeUInt32LE(value, this.#length);
  }

  text(value: string): void {
    const size = Buffer.byteLength(value);
    this.whole(size);
    this.#reserve(size);
    this.#length += this.#bytes.write(value, this.#length);
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** What another has written, behind its length as a whole number. */
  sized(other: PackedWriter): void {
    const length = other.#length;
    this.whole(length);
    this.#reserve(length);
    const [from, to] = [other.#bytes, this.#bytes];
    for (let n = 0, at = this.#length; n < length; n++, at++) to[at] = from[n]!; // few: cheaper than a call
    this.#length += length;
  }

  scalar(value: Scalar | null): void {
    if (value === null) this.byte(TAG.absent);
    else if (typeof value === "boolean") this.byte(value ? TAG.yes : TAG.no);
    else if (typeof value === "string") {
      this.byte(TAG.text);
      this.text(value);
    } else if (Number.isInteger(value) && Math.abs(value) < MAX_WHOLE && !Object.is(value, -0)) {
      this.#wholeScalar(value);
    } else {
      this.byte(TAG.float);
      this.float(value);
    }
  }

  #wholeScalar(value: number): void {
    if (value >= 0 && value < SMALL) this.byte(FIRST_SMALL + value);
    else if (value >= 0 && value < MEDIUM) {
      this.byte(FIRST_MEDIUM | (value >> 8));
      this.byte(value & 0xff);
    } else {
      this.byte(value < 0 ? TAG.negative : TAG.whole);
      this.whole(Math.abs(value));
    }
  }

  /** What was written, as it lies there: good until more is. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  /** As {@link take}, behind its length as a whole number. */
  takeSized(): Uint8Array {
    const length = this.#length;
    const width = length < 0x80 ? 1 : length < 0x4000 ? 2 : 3;
    const sized = Buffer.allocUnsafe(width + length);
    for (let n = 0, left = length; n < width; n++, left >>>= 7)
      sized[n] = (left & 0x7f) | (n + 1 < width ? 0x80 : 0);
    this.#bytes.copy(sized, width, 0, length);
    return sized;
  }

  #reserve(size: number): void {
    const needed = this.#length + size;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

export class PackedReader {
  readonly #bytes: Buffer;
  #lastTimeMs = 0;
  #lastPlace = 0;
  at: number;
  /** Set while what is read was written by `repeating`. */
  isRepeating = false;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.at++]!;
  }

  whole(): number {
    let byte = this.#bytes[this.at++]!;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 0x80;
    for (;;) {
      byte = this.#bytes[this.at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  signed(): number {
    const value = this.whole();
    const half = Math.floor(value / 2); // what is left over of a division of large numbers is a call
    return value === 2 * half ? half : -half - 1;
  }

  time(): number {
    if (this.isRepeating) return this.#lastTimeMs;
    this.#lastTimeMs += this.signed();
    return this.#lastTimeMs;
  }

  place(): number {
    if (this.isRepeating) return this.#lastPlace;
    this.#lastPlace += this.signed();
    return this.#lastPlace;
  }

  float(): number {
    this.at += 8;
    return this.#bytes.readDoubleLE(this.at - 8);
  }

  word(): number {
    this.at += 4;
    return this.#bytes.readUInt32LE(this.at - 4);
  }

  text(): string {
    const size = this.whole();
    this.at += size;
    return this.#bytes.toString("utf8", this.at - size, this.at);
  }

  bytes(size: number): Uint8Array {
    this.at += size;
    return this.#bytes.subarray(this.at - size, this.at);
  }

  scalar(): Scalar | null {
    const tag = this.byte();
    if (tag >= FIRST_MEDIUM) return ((tag - FIRST_MEDIUM) << 8) | this.byte();
    if (tag >= FIRST_SMALL) return tag - FIRST_SMALL;
    if (tag === TAG.absent) return null;
    if (tag === TAG.no || tag === TAG.yes) return tag === TAG.yes;
    if (tag === TAG.float) return this.float();
    if (tag === TAG.text) return this.text();
    return tag === TAG.negative ? -this.whole() : this.whole();
  }

  /** Goes past a scalar; false when it was an absent one. */
  skipScalar(): boolean {
    const tag = this.byte();
    if (tag >= FIRST_MEDIUM) this.at++;
    else if (tag === TAG.float) this.at += 8;
    else if (tag === TAG.text) this.bytes(this.whole());
    else if (tag === TAG.negative || tag === TAG.whole) this.whole();
    return tag !== TAG.absent;
  }
}
