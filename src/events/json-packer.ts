import { KeyPath } from "./key-path.ts";
import { packArrayHeader, packMapHeader, packNumber, packText } from "./pack-bytes.ts";

/**
 * @file From JSON to msgpack with no object between: values are moved from one buffer to the other as they are met. It takes what most senders write and
 * gives up on the rest (escapes in texts, keys that an object would order otherwise or have once, deep nesting, faults), which is parsed as usual.
 * What it takes comes out as `encodeEvent` packs it, byte for byte.
 */
export class JsonPacker {
  /** Valid UTF-8. */
  readonly json: Buffer;
  readonly packed: Buffer;
  /** The next byte of JSON. */
  at = 0;
  /** Where the next byte is packed. */
  end = 0;
  /** The text met last, between its quotes. */
  textFrom = 0;
  textTo = 0;
  isAscii = true;
  /** The number met last. */
  number = 0;
  /** The path to the key met last. */
  met: KeyPath | undefined;
  /** Where the element it stepped to last began. */
  #elementAt = 0;
  #elementEnd = 0;

  constructor(json: Buffer) {
    this.json = json;
    this.packed = Buffer.allocUnsafeSlow(Math.ceil(PACKED_TO_JSON * json.length) + 16);
  }

  /** The byte that is next behind white space; undefined at the end. */
  next(): number | undefined {
    const { json } = this;
    let byte = json[this.at];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = json[++this.at];
    return byte;
  }

  /** Steps over the byte when it is next. */
  take(byte: number): boolean {
    if (this.next() !== byte) return false;
    this.at++;
    return true;
  }

  /** Whether the text met last is this one (UTF-8). */
  isMet(text: Uint8Array): boolean {
    return this.textTo - this.textFrom === text.length && startsWith(this.json, this.textFrom, text);
  }

  isNullNext(): boolean {
    return this.next() === 0x6e;
  }

  /** Steps over `null` and packs nothing. */
  skipNull(): boolean {
    const { end } = this;
    const isNull = this.#word(NULL, 0);
    this.end = end;
    return isNull;
  }

  /** Steps into an object; `key` and `leave` follow. */
  enter(): boolean {
    return this.take(OPEN_BRACE);
  }

  /** Steps over the key that follows the path, and its colon: {@link met}. False where none follows, or one to give up on, with which `leave` gives up. */
  key(path: KeyPath): boolean {
    this.met = undefined;
    if (path.before ? !this.take(COMMA) : this.next() === CLOSE_BRACE) return false;
    this.next();
    for (const expected of path.following) {
      if (!startsWith(this.json, this.at, expected.quoted)) continue;
      this.at += expected.quoted.length;
      this.met = expected;
      return true;
    }
    if (this.text() && this.take(COLON)) this.met = this.#meet(path);
    if (!this.met) this.at = this.json.length;
    return this.met !== undefined;
  }

  /** The path with the text met last: one that was written with space around it, or one that is new. */
  #meet(path: KeyPath): KeyPath | undefined {
    return (
      path.following.find(({ text }) => this.isMet(text)) ??
      path.add(this.json.subarray(this.textFrom, this.textTo))
    );
  }

  /** Steps out of an object; false when it does not end here. */
  leave(): boolean {
    return this.take(CLOSE_BRACE);
  }

  /** Steps into an array; `element` and `leaveArray` follow. */
  enterArray(): boolean {
    return this.take(OPEN_BRACKET);
  }

  /** Steps to the next element, `count` being how many came before; false where none follows. */
  element(count: number): boolean {
    if (count > 0 ? !this.take(COMMA) : this.next() === CLOSE_BRACKET) return false;
    this.next();
    this.#elementAt = this.at;
    this.#elementEnd = this.end;
    return true;
  }

  leaveArray(): boolean {
    return this.take(CLOSE_BRACKET);
  }

  /** The element it stepped to last, parsed, of whatever it packed meanwhile; `undefined` where it is no JSON. */
  parseAgain(): unknown {
    this.at = this.#elementAt;
    this.end = this.#elementEnd;
    this.#skip();
    try {
      return JSON.parse(this.json.toString("utf8", this.#elementAt, this.at));
    } catch {
      return undefined;
    }
  }

  /** Steps over the value that is next, whose faults are found by who parses it. */
  #skip(): void {
    const { json } = this;
    let depth = 0;
    for (; this.at < json.length; this.at++) {
      const byte = json[this.at]!;
      if (byte === QUOTE) this.#skipText();
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (--depth < 0) return;
      } else if (byte === COMMA && depth === 0) return;
    }
  }

  /** To the quote that ends a text. */
  #skipText(): void {
    const { json } = this;
    for (this.at++; this.at < json.length && json[this.at] !== QUOTE; this.at++)
      if (json[this.at] === BACKSLASH) this.at++;
  }

  /** Packs the value that is next, which has no more than so many levels; it is that of `key`, or in a list that is. */
  value(levels: number, key?: KeyPath): boolean {
    const byte = this.next();
    if (byte === QUOTE) return this.#packText();
    if (byte === OPEN_BRACE) return this.object(levels, key);
    if (byte === OPEN_BRACKET) return levels > 0 && this.#array(levels - 1, key);
    if (byte === 0x74) return this.#word(TRUE, 0xc3);
    if (byte === 0x66) return this.#word(FALSE, 0xc2);
    if (byte === 0x6e) return this.#word(NULL, 0xc0);
    return this.packNumber();
  }

  /** Finds the text that is next: {@link textFrom}, {@link textTo}. */
  text(): boolean {
    if (!this.take(QUOTE)) return false;
    const { json } = this;
    const from = this.at;
    const length = json.length;
    let seen = 0;
    let at = from;
    for (; at < length; at++) {
      const byte = json[at]!;
      if (byte === QUOTE) break;
      if (byte < 0x20 || byte === BACKSLASH) return false;
      seen |= byte;
    }
    this.textFrom = from;
    this.textTo = at;
    this.isAscii = seen < 0x80;
    this.at = at + 1;
    return at < length;
  }

  /** Packs the text met last. */
  packMet(): void {
    this.end = packText(this.packed, this.end, this.json, this.textFrom, this.textTo);
  }

  /** Packs the key met last. */
  packKey(): void {
    const { text } = this.met!; // a key was met
    this.end = packText(this.packed, this.end, text, 0, text.length);
  }

  /** Packs the number that is next: {@link number}. */
  packNumber(): boolean {
    const { json } = this;
    this.next();
    const from = this.at;
    let at = from;
    let whole = 0;
    for (let digit = json[at]! - ZERO; digit >= 0 && digit <= 9; digit = json[++at]! - ZERO)
      whole = 10 * whole + digit;
    const digits = at - from;
    const isPlain =
      digits > 0 && digits < 10 && (digits === 1 || json[from] !== ZERO) && !isOfNumber(json[at]);
    if (!isPlain) {
      while (isOfNumber(json[at])) at++;
      const text = json.toString("latin1", from, at);
      if (!NUMBER.test(text)) return false;
      whole = Number(text);
    }
    this.at = at;
    this.number = whole;
    this.end = packNumber(this.packed, this.end, whole);
    return true;
  }

  /** Packs the object that is next, the value of `key`, which has no more than so many levels; false where it has one of the refused keys. */
  object(levels: number, key: KeyPath | undefined, refused: readonly string[] = NONE): boolean {
    if (levels === 0 || !this.enter()) return false;
    const header = this.end;
    this.end += 3;
    let count = 0;
    for (let path = key ? key.inside(refused) : KeyPath.start(refused); this.key(path); count++) {
      path = this.met!; // as key() says
      if (path.field >= 0) return false;
      this.packKey();
      if (!this.value(levels - 1, path)) return false;
    }
    packMapHeader(this.packed, header, count);
    return this.leave();
  }

  #packText(): boolean {
    if (!this.text()) return false;
    this.packMet();
    return true;
  }

  #word(word: Uint8Array, packed: number): boolean {
    if (!startsWith(this.json, this.at, word)) return false;
    this.at += word.length;
    this.packed[this.end++] = packed;
    return true;
  }

  #array(levels: number, key: KeyPath | undefined): boolean {
    const header = this.end++;
    let count = 0;
    this.at++;
    for (; count > 0 ? this.take(COMMA) : this.next() !== CLOSE_BRACKET; count++)
      if (count === MOST_VALUES || !this.value(levels, key)) return false;
    packArrayHeader(this.packed, header, count);
    return this.leaveArray();
  }
}

/** Room for what a body's values take packed: a number of three characters and a comma takes nine bytes, nothing takes more. */
const PACKED_TO_JSON = 9 / 4;
/** So that the array's header takes a byte. */
const MOST_VALUES = 15;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const NONE: readonly string[] = [];
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const ZERO = 0x30;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const NULL = Buffer.from("null");

function startsWith(bytes: Buffer, from: number, text: Uint8Array): boolean {
  const length = text.length;
  if (from + length > bytes.length) return false;
  for (let n = 0; n < length; n++) if (bytes[from + n] !== text[n]) return false;
  return true;
}

/** Whether a number can go on with the byte. */
function isOfNumber(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (
    (byte >= ZERO && byte <= ZERO + 9) ||
    byte === 0x2e ||
    byte === 0x2d ||
    byte === 0x2b ||
    (byte | 0x20) === 0x65
  );
}
