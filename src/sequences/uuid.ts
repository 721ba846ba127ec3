/** @file UUIDs in lower case, which are most senders' event ids, as 16 bytes and back. */
const LENGTH = 36;
/** Where the dashes are. */
const isDash = (place: number): boolean => place === 8 || place === 13 || place === 18 || place === 23;

/** Hexadecimal digit -> its value; 16 for every other character up to "f". */
const digits = new Uint8Array(103).fill(16);
for (const [value, digit] of [..."0123456789abcdef"].entries()) digits[digit.charCodeAt(0)] = value;

/** True for text that {@link readUuid} gives back exactly. */
export function isUuid(text: string): boolean {
  if (text.length !== LENGTH) return false;
  for (let place = 0; place < LENGTH; place++) {
    const code = text.charCodeAt(place);
    if (isDash(place) ? code !== 45 : code > 102 || digits[code] === 16) return false;
  }
  return true;
}

/** Writes the 16 bytes; the place after them. */
export function writeUuid(bytes: Uint8Array, uuid: string, at: number): number {
  let to = at;
  for (let place = 0; place < LENGTH; place += 2) {
    if (isDash(place)) place++;
    bytes[to++] = (digits[uuid.charCodeAt(place)]! << 4) | digits[uuid.charCodeAt(place + 1)]!;
  }
  return to;
}

export function readUuid(bytes: Buffer, at: number): string {
  const hex = bytes.toString("hex", at, at + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
