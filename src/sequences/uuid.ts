/** @file UUIDs in lower case, which are most senders' event ids, as 16 bytes and back. */
export const UUID_BYTES = 16;
export const UUID_CHARACTERS = 36;
const DASH = 45;

/** Where the dashes are in the text. */
const isDash = (place: number): boolean => place === 8 || place === 13 || place === 18 || place === 23;

/** Hexadecimal digit -> its value; 16 for every other character up to "f". */
const VALUES = new Uint8Array(103).fill(16);
for (const [value, digit] of [..."0123456789abcdef"].entries()) VALUES[digit.charCodeAt(0)] = value;
/** The two digits of every byte. */
const DIGITS = Buffer.from(
  Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0")).join(""),
);
const scratch = Buffer.allocUnsafe(UUID_CHARACTERS);

/** True for text that comes back from 16 bytes exactly as it is. */
export function isUuid(text: string): boolean {
  if (text.length !== UUID_CHARACTERS) return false;
  for (let place = 0; place < UUID_CHARACTERS; place++) {
    const code = text.charCodeAt(place);
    if (isDash(place) ? code !== DASH : code > 102 || VALUES[code] === 16) return false;
  }
  return true;
}

/** Writes the text's 16 bytes from `at` on, and returns where they end. */
export function packUuid(uuid: string, bytes: Uint8Array, at: number): number {
  let end = at;
  for (let place = 0; place < UUID_CHARACTERS; place += 2) {
    if (isDash(place)) place++;
    bytes[end++] = (VALUES[uuid.charCodeAt(place)]! << 4) | VALUES[uuid.charCodeAt(place + 1)]!;
  }
  return end;
}

/** As {@link isUuid}, of a text's UTF-8 from one place to before another. */
export function isUuidAt(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from !== UUID_CHARACTERS) return false;
  for (let place = 0; place < UUID_CHARACTERS; place++) {
    const code = bytes[from + place]!;
    if (isDash(place) ? code !== DASH : code > 102 || VALUES[code] === 16) return false;
  }
  return true;
}

/** As {@link packUuid}, of a text's UTF-8, which may begin in the same bytes at `at` or behind it. */
export function packUuidAt(text: Uint8Array, from: number, bytes: Uint8Array, at: number): number {
  let end = at;
  for (let place = 0; place < UUID_CHARACTERS; place += 2) {
    if (isDash(place)) place++;
    bytes[end++] = (VALUES[text[from + place]!]! << 4) | VALUES[text[from + place + 1]!]!;
  }
  return end;
}

/** The text of the 16 bytes at a place. */
export function unpackUuid(from: Uint8Array, place: number): string {
  writeUuidText(from, place, scratch, 0);
  return scratch.toString("latin1");
}

/** Writes the text of the 16 bytes at a place from `at` on, and returns where it ends. */
export function writeUuidText(from: Uint8Array, place: number, bytes: Uint8Array, at: number): number {
  let end = at;
  for (let n = 0; n < UUID_BYTES; n++) {
    const digits = 2 * from[place + n]!;
    bytes[end++] = DIGITS[digits]!;
    bytes[end++] = DIGITS[digits + 1]!;
    if (n === 3 || n === 5 || n === 7 || n === 9) bytes[end++] = DASH;
  }
  return end;
}
