/**
 * @file Texts met lately, by their bytes: the same names, items and people come again and again, and a text that is there already
 * need not be made, and is found in a map without being hashed anew.
 */
const SLOTS = 1 << 14;
/** Longer texts are hardly ever the same again. */
const LONGEST = 64;

export class RecentTexts {
  readonly #texts: string[] = new Array<string>(SLOTS).fill("");

  /** The text of these UTF-8 bytes. */
  textOf(bytes: Buffer, from: number, to: number): string {
    const length = to - from;
    if (length > LONGEST) return bytes.toString("utf8", from, to);
    let hash = length;
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!;
      if (byte > 0x7f) return bytes.toString("utf8", from, to);
      hash = Math.imul(hash ^ byte, 0x01000193); // FNV-1a
    }
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = this.#texts[slot]!;
    if (isAscii(known, bytes, from, length)) return known;
    const text = bytes.toString("latin1", from, to);
    this.#texts[slot] = text;
    return text;
  }
}

function isAscii(text: string, bytes: Buffer, from: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let n = 0; n < length; n++) if (text.charCodeAt(n) !== bytes[from + n]) return false;
  return true;
}
