import { assert } from "#base";
import { decodeUserRecord, encodeUserRecord, type UserRecord } from "./user-record.ts";

/**
 * @file The head of a user's state: the one value that changes with every event. Format version 1, little-endian:
 *
 *     version:u8 openCount:u8 hashCount:u16 recordBytes:u32 openBytes:u32           12 bytes
 *     record (msgpack)  open rows (open-rows.ts)  hash:u64 x hashCount
 *
 * `hashes` are the newest applied event ids, as 64-bit hashes; older ones lie in chunks beside the head.
 */
export interface UserHead {
  readonly record: UserRecord;
  readonly openCount: number;
  /** Encoded rows that are in no block yet, in order of arrival. */
  readonly openRows: Uint8Array;
  /** Two words a hash: (2 n). */
  readonly hashes: Uint32Array;
}

const VERSION = 1;
const HEADER_BYTES = 12;

export function encodeUserHead({ record, openCount, openRows, hashes }: UserHead): Uint8Array {
  const encoded = encodeUserRecord(record);
  const head = Buffer.allocUnsafe(HEADER_BYTES + encoded.length + openRows.length + hashes.byteLength);
  head[0] = VERSION;
  head[1] = openCount;
  head.writeUInt16LE(hashes.length / 2, 2);
  head.writeUInt32LE(encoded.length, 4);
  head.writeUInt32LE(openRows.length, 8);
  head.set(encoded, HEADER_BYTES);
  head.set(openRows, HEADER_BYTES + encoded.length);
  head.set(bytesOf(hashes), HEADER_BYTES + encoded.length + openRows.length);
  return head;
}

export function decodeUserHead(bytes: Uint8Array): UserHead {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  assert(head[0] === VERSION, `a user head of version ${VERSION}, not ${head[0]}`);
  const recordEnd = HEADER_BYTES + head.readUInt32LE(4);
  const openEnd = recordEnd + head.readUInt32LE(8);
  return {
    record: decodeUserRecord(head.subarray(HEADER_BYTES, recordEnd)),
    openCount: head[1]!,
    openRows: head.subarray(recordEnd, openEnd),
    hashes: decodeHashes(head.subarray(openEnd, openEnd + 8 * head.readUInt16LE(2))),
  };
}

export function encodeHashes(hashes: Uint32Array): Uint8Array {
  return bytesOf(hashes);
}

/** A copy, for the bytes may lie unaligned. */
export function decodeHashes(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(Uint8Array.from(bytes).buffer);
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
