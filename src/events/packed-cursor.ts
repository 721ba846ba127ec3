import { assert } from "#base";
import { decodeValue } from "./stored-event.ts";

/**
 * @file A place in msgpack bytes, moved on value by value (the format: https://github.com/msgpack/msgpack/blob/master/spec.md).
 * For whoever needs a few values of many: what is not wanted, or is of another type than asked for, is stepped over.
 */
export class PackedCursor {
  /** Where the next value begins. */
  at = 0;
  #bytes: Buffer = Buffer.alloc(0);

  /** Begins at the start of these bytes, which are whole. */
  open(bytes: Uint8Array): this {
    this.#bytes = asBuffer(bytes);
    this.at = 0;
    return this;
  }

  /** The next value when it is a number. */
  number(): number | undefined {
    const bytes = this.#bytes;
    const tag = bytes[this.at]!;
    if (tag < 0x80) {
      this.at++;
      return tag;
    }
    const from = this.at + 1;
    const width = numberWidth(tag);
    if (width === 0 && tag < 0xe0) {
      this.skip();
      return undefined;
    }
    this.at = from + width;
    if (tag === 0xcb) return bytes.readDoubleBE(from);
    if (tag === 0xca) return bytes.readFloatBE(from);
    if (tag === 0xcf) return Number(bytes.readBigUInt64BE(from));
    if (tag === 0xd3) return Number(bytes.readBigInt64BE(from));
    if (tag >= 0xe0) return tag - 0x100;
    return tag < 0xd0 ? bytes.readUIntBE(from, width) : bytes.readIntBE(from, width);
  }

  /** The next value when it is a string. */
  text(): string | undefined {
    const from = this.#textStart();
    if (from < 0) {
      this.skip();
      return undefined;
    }
    const length = this.#length;
    this.at = from + length;
    return length === 0 ? "" : textOf(this.#bytes, from, this.at);
  }

  /** As {@link text}, of a string that came before more often than not: it is not made anew then. */
  word(): string | undefined {
    const from = this.#textStart();
    if (from < 0) {
      this.skip();
      return undefined;
    }
    this.at = from + this.#length;
    return wordIn(this.#bytes, from, this.at);
  }

  /** The next value when it is a text, a number or a truth, as {@link decodeValue} has it. */
  scalar(): string | number | boolean | undefined {
    const tag = this.#bytes[this.at]!;
    if (tag === 0xc2 || tag === 0xc3) {
      this.at++;
      return tag === 0xc3;
    }
    const start = this.at;
    const from = this.#textStart();
    if (from < 0) return this.number();
    this.at = from + this.#length;
    const ascii = asciiIn(this.#bytes, from, this.at);
    return ascii ?? (decodeValue(this.#bytes.subarray(start, this.at)) as string); // by its tag; half a character stays what it was
  }

  /** Steps over the string that is next; how many bytes it has, the last before the place it comes to. */
  skipText(): number {
    const from = this.#textStart();
    assert(from >= 0, "a string is next");
    this.at = from + this.#length;
    return this.#length;
  }

  /** How many entries follow of the map that is next; 0 when something else is, which is stepped over. */
  mapLength(): number {
    const tag = this.#bytes[this.at]!;
    if ((tag & 0xf0) === 0x80) {
      this.at++;
      return tag & 0x0f;
    }
    if (tag === 0xde || tag === 0xdf) return this.#count(tag === 0xde ? 2 : 4);
    this.skip();
    return 0;
  }

  /** How many values follow of the array that is next; 0 when something else is, which is stepped over. */
  arrayLength(): number {
    const tag = this.#bytes[this.at]!;
    if ((tag & 0xf0) === 0x90) {
      this.at++;
      return tag & 0x0f;
    }
    if (tag === 0xdc || tag === 0xdd) return this.#count(tag === 0xdc ? 2 : 4);
    this.skip();
    return 0;
  }

  /** Steps over a key of a map; which of the known ones (UTF-8) it is, or -1. The one at `guess` is tried first. */
  keyAmong(known: readonly Uint8Array[], guess = 0): number {
    const from = this.#textStart();
    if (from < 0) {
      this.skip();
      return -1;
    }
    const length = this.#length;
    this.at = from + length;
    for (let tried = 0, n = guess; tried < known.length; tried++, n++) {
      if (n >= known.length) n = 0;
      const key = known[n]!;
      if (key.length !== length) continue;
      let same = 0;
      while (same < length && key[same] === this.#bytes[from + same]) same++;
      if (same === length) return n;
    }
    return -1;
  }

  /** Moves to the value of the first of these keys (UTF-8) in the map that is next; false, behind the map, when it has none. */
  enter(keys: readonly Uint8Array[]): boolean {
    for (let left = this.mapLength(); left > 0; left--) {
      if (this.keyAmong(keys) >= 0) return true;
      this.skip();
    }
    return false;
  }

  /** Steps over the next value, whatever it is. */
  skip(): void {
    for (let left = 1; left > 0; left--) left += this.#skipOne();
  }

  /** Bytes of the string that {@link #textStart} found. */
  #length = 0;

  /** Where the text of the string that is next begins, or -1 when something else is next. */
  #textStart(): number {
    const bytes = this.#bytes;
    const tag = bytes[this.at]!;
    if ((tag & 0xe0) === 0xa0) {
      this.#length = tag & 0x1f;
      return this.at + 1;
    }
    if (tag < 0xd9 || tag > 0xdb) return -1;
    const width = 1 << (tag - 0xd9);
    this.#length = bytes.readUIntBE(this.at + 1, width);
    return this.at + 1 + width;
  }

  #count(width: 2 | 4): number {
    const from = this.at + 1;
    this.at = from + width;
    return this.#bytes.readUIntBE(from, width);
  }

  /** Steps over one value's own bytes; how many values are inside it. */
  #skipOne(): number {
    const bytes = this.#bytes;
    const tag = bytes[this.at]!;
    if (tag < 0x80 || tag >= 0xe0) return this.#step(1);
    if (tag < 0x90) return this.#step(1, 2 * (tag & 0x0f));
    if (tag < 0xa0) return this.#step(1, tag & 0x0f);
    if (tag < 0xc0) return this.#step(1 + (tag & 0x1f));
    if (tag < 0xc4) return this.#step(1); // nil, false, true
    const length = numberWidth(tag);
    if (length > 0) return this.#step(1 + length);
    if (tag >= 0xd4 && tag <= 0xd8) return this.#step(2 + (1 << (tag - 0xd4))); // fixed extensions
    if (tag >= 0xdc) return this.#stepInto(tag);
    // Strings, binaries and extensions by the width of their length; an extension also has a type.
    const isExtension = tag >= 0xc7 && tag <= 0xc9;
    const width = 1 << (tag - (tag >= 0xd9 ? 0xd9 : isExtension ? 0xc7 : 0xc4));
    return this.#step(1 + width + bytes.readUIntBE(this.at + 1, width) + (isExtension ? 1 : 0));
  }

  #stepInto(tag: number): number {
    const isArray = tag < 0xde;
    const count = this.#count(tag % 2 === 0 ? 2 : 4);
    return isArray ? count : 2 * count;
  }

  #step(byteCount: number, inside = 0): number {
    this.at += byteCount;
    return inside;
  }
}

/** Bytes after the tag of a number that is not in the tag itself; 0 for other tags. */
function numberWidth(tag: number): number {
  if (tag === 0xca) return 4;
  if (tag === 0xcb) return 8;
  if (tag >= 0xcc && tag <= 0xcf) return 1 << (tag - 0xcc);
  return tag >= 0xd0 && tag <= 0xd3 ? 1 << (tag - 0xd0) : 0;
}

/** Words met lately, each where the hash of its bytes says. */
const words: string[] = new Array(256).fill("");

/** Comparing some bytes is cheaper than a call out of JavaScript, and leaves nothing to collect. */
function wordIn(bytes: Buffer, from: number, to: number): string {
  let hash = 0;
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
  const place = (hash ^ (hash >>> 8)) & (words.length - 1);
  const known = words[place]!;
  if (isAscii(known, bytes, from, to)) return known;
  const word = textOf(bytes, from, to);
  words[place] = word;
  return word;
}

/** Whether the bytes are those of the text, and each a character. */
function isAscii(text: string, bytes: Buffer, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let n = 0; n < text.length; n++) {
    const byte = bytes[from + n]!;
    if (byte > 0x7f || byte !== text.charCodeAt(n)) return false;
  }
  return true;
}

/** Short ASCII texts, which most are, are not worth a call out of JavaScript. */
export function textOf(bytes: Buffer, from: number, to: number): string {
  return asciiIn(bytes, from, to) ?? bytes.toString("utf8", from, to);
}

/** The text, `undefined` when a byte of it is no character. */
function asciiIn(bytes: Buffer, from: number, to: number): string | undefined {
  for (let at = from; at < to; at++) if (bytes[at]! > 0x7f) return undefined;
  return bytes.toString("latin1", from, to);
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
