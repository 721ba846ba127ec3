/** @file Pieces of msgpack, written where they belong. Each function returns where what it wrote ends; bytes come out as msgpackr packs the same value. */

/** Beyond this a call out of JavaScript copies faster than a loop. */
const LOOP_BYTES = 160;

/** The text that lies as UTF-8 in `from` between two places. */
export function packText(bytes: Buffer, at: number, from: Buffer, start: number, end: number): number {
  return copyBytes(bytes, packTextHeader(bytes, at, end - start), from, start, end);
}

/** What stands before a text of so many bytes. */
export function packTextHeader(bytes: Buffer, at: number, length: number): number {
  let next = at;
  if (length < 0x20) bytes[next++] = 0xa0 | length;
  else if (length < 0x100) {
    bytes[next++] = 0xd9;
    bytes[next++] = length;
  } else if (length < 0x10000) {
    bytes[next++] = 0xda;
    bytes[next++] = length >> 8;
    bytes[next++] = length & 0xff;
  } else {
    bytes[next++] = 0xdb;
    next = bytes.writeUInt32BE(length, next);
  }
  return next;
}

export function copyBytes(bytes: Buffer, at: number, from: Buffer, start: number, end: number): number {
  let next = at;
  if (end - start > LOOP_BYTES) return at + from.copy(bytes, at, start, end);
  for (let place = start; place < end; place++) bytes[next++] = from[place]!;
  return next;
}

/** Of a map with so many entries, which follow. */
export function packMapHeader(bytes: Buffer, at: number, count: number): number {
  bytes[at] = 0xde;
  bytes[at + 1] = count >> 8;
  bytes[at + 2] = count & 0xff;
  return at + 3;
}

/** Of an array with so many values, which follow. */
export function packArrayHeader(bytes: Buffer, at: number, count: number): number {
  if (count < 0x10) {
    bytes[at] = 0x90 | count;
    return at + 1;
  }
  if (count < 0x10000) {
    bytes[at] = 0xdc;
    return bytes.writeUInt16BE(count, at + 1);
  }
  bytes[at] = 0xdd;
  return bytes.writeUInt32BE(count, at + 1);
}

export function packNumber(bytes: Buffer, at: number, value: number): number {
  if (value >>> 0 === value) return packPositive(bytes, at, value);
  if (value >> 0 !== value) {
    bytes[at] = 0xcb;
    return bytes.writeDoubleBE(value, at + 1);
  }
  if (value >= -0x20) {
    bytes[at] = 0x100 + value;
    return at + 1;
  }
  if (value >= -0x80) {
    bytes[at] = 0xd0;
    return bytes.writeInt8(value, at + 1);
  }
  const isShort = value >= -0x8000;
  bytes[at] = isShort ? 0xd1 : 0xd2;
  return isShort ? bytes.writeInt16BE(value, at + 1) : bytes.writeInt32BE(value, at + 1);
}

/** A whole number of 32 bits. */
function packPositive(bytes: Buffer, at: number, value: number): number {
  let next = at;
  if (value < 0x80) bytes[next++] = value;
  else if (value < 0x100) {
    bytes[next++] = 0xcc;
    bytes[next++] = value;
  } else if (value < 0x10000) {
    bytes[next++] = 0xcd;
    bytes[next++] = value >> 8;
    bytes[next++] = value & 0xff;
  } else {
    bytes[next++] = 0xce;
    next = bytes.writeUInt32BE(value, next);
  }
  return next;
}
