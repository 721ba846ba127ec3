/**
 * @file How often each name came, as it lies in the user's head: (nameBytes:u16 name:utf8 count:u32), one after the other, in
 * order of first arrival. Counting one more changes four bytes, and no name is made a string for it. The head is written with every
 * event, so names that nobody declared do not make it grow for ever: beyond a size, new ones are counted together.
 */
const LENGTH_BYTES = 2;
const COUNT_BYTES = 4;

/** Stands for the names that are counted together; no event is called so. */
export const OTHER_NAMES = "";
/** Beyond this no undeclared name is added. */
const UNDECLARED_BYTES = 8 * 1024;

/** The counts with one more of the name, which may be the same buffer, changed. */
export function countOne(counts: Buffer, name: string, isDeclared = true): Buffer {
  const at = placeOf(counts, name);
  if (at < 0 && !isDeclared && counts.length > UNDECLARED_BYTES) return countOne(counts, OTHER_NAMES);
  if (at < 0) return Buffer.concat([counts, encodeCount(name, 1)]);
  counts.writeUInt32LE(counts.readUInt32LE(at) + 1, at);
  return counts;
}

/** How often the name came. */
export function countOf(counts: Buffer, name: string): number {
  const at = placeOf(counts, name);
  return at < 0 ? 0 : counts.readUInt32LE(at);
}

/** Where the count of the name is, or -1. */
function placeOf(counts: Buffer, name: string): number {
  for (let at = 0; at < counts.length; ) {
    const nameEnd = at + LENGTH_BYTES + counts.readUInt16LE(at);
    if (isText(counts, at + LENGTH_BYTES, nameEnd, name)) return nameEnd;
    at = nameEnd + COUNT_BYTES;
  }
  return -1;
}

export function encodeCounts(counts: Readonly<Record<string, number>>): Buffer {
  return Buffer.concat(Object.entries(counts).map(([name, count]) => encodeCount(name, count)));
}

export function decodeCounts(counts: Buffer): Readonly<Record<string, number>> {
  const found: [string, number][] = [];
  for (let at = 0; at < counts.length; ) {
    const nameEnd = at + LENGTH_BYTES + counts.readUInt16LE(at);
    found.push([counts.toString("utf8", at + LENGTH_BYTES, nameEnd), counts.readUInt32LE(nameEnd)]);
    at = nameEnd + COUNT_BYTES;
  }
  return Object.fromEntries(found);
}

function encodeCount(name: string, count: number): Buffer {
  const utf8 = Buffer.from(name);
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES + utf8.length + COUNT_BYTES);
  bytes.writeUInt16LE(utf8.length, 0);
  bytes.set(utf8, LENGTH_BYTES);
  bytes.writeUInt32LE(count, LENGTH_BYTES + utf8.length);
  return bytes;
}

/** Whether the bytes are the text's UTF-8. */
function isText(bytes: Buffer, from: number, to: number, text: string): boolean {
  const { length } = text;
  if (to - from < length) return false;
  for (let n = 0; n < length; n++) {
    const code = text.charCodeAt(n);
    if (code > 0x7f) return bytes.subarray(from, to).equals(Buffer.from(text));
    if (bytes[from + n] !== code) return false;
  }
  return to - from === length;
}
