import { assert } from "#base";
import { decodeCounts, encodeCounts } from "./event-counts.ts";
import { decodeChoices, encodeChoices, type StandingChoices } from "./standing-choices.ts";
import type { BlockStart } from "./state-keys.ts";
import {
  decodeTraitChanges,
  decodeUserRecord,
  encodeTraitChanges,
  type TraitChange,
  type UserRecord,
} from "./user-record.ts";

/**
 * @file The head of a user's state: the one value that changes with every event. Format version 2, little-endian:
 *
 *     version:u8 openCount:u8 hashCount:u16 hashChunks:u32                           8 bytes
 *     firstMs:f64 lastMs:f64 eventCount:f64 rowCount:f64                            32 bytes
 *     newestBlock: timestampMs:f64 offset:f64, sealedMs:f64                         24 bytes (NaN while nothing is sealed)
 *     countBytes:u32 traitBytes:u32 choiceBytes:u32 openBytes:u32                   16 bytes
 *     counts: (nameBytes:u16 name:utf8 count:u32) x as many as fit; under an empty name those counted together (event-counts.ts)
 *     traits (msgpack, user-record.ts)  standing choices (msgpack, standing-choices.ts)
 *     open rows (open-rows.ts)  hash:u64 x hashCount
 *
 * `sealedMs` is the time of the newest sealed row. `hashes` are the newest applied event ids, as 64-bit hashes; older ones lie in
 * chunks beside the head. Version 1, which is still read, held all but the open rows and the hashes as one msgpack map:
 *
 *     version:u8 openCount:u8 hashCount:u16 recordBytes:u32 openBytes:u32           12 bytes
 *     record (msgpack)  open rows  hash:u64 x hashCount
 */
export interface UserHead {
  readonly record: UserRecord;
  readonly openCount: number;
  /** Encoded rows that are in no block yet, in order of arrival. */
  readonly openRows: Uint8Array;
  /** Two words a hash: (2 n). */
  readonly hashes: Uint32Array;
}

/** A head in parts, as it is stored: what an event does not change stays bytes. */
export interface HeadParts {
  openCount: number;
  hashChunks: number;
  firstMs: number;
  lastMs: number;
  eventCount: number;
  rowCount: number;
  newestBlock: BlockStart | undefined;
  /** Time of the newest sealed row, ms. */
  sealedMs: number | undefined;
  counts: Buffer;
  traits: Uint8Array;
  /** Standing choices of consent. */
  choices: Uint8Array;
  openRows: readonly Uint8Array[];
  /** Eight bytes a hash. */
  hashes: Buffer;
  /** Hashes behind those, two words each. */
  newHashes: readonly number[];
}

const VERSION = 2;
const HEADER_BYTES = 80;
const HASH_BYTES = 8;
const VERSION_1_HEADER_BYTES = 12;
const NO_BYTES = Buffer.alloc(0);
const NO_HASHES = new Uint32Array(0);

/** Before the first event. */
export function emptyHead(): HeadParts {
  return {
    openCount: 0,
    hashChunks: 0,
    firstMs: Number.POSITIVE_INFINITY,
    lastMs: Number.NEGATIVE_INFINITY,
    eventCount: 0,
    rowCount: 0,
    newestBlock: undefined,
    sealedMs: undefined,
    counts: NO_BYTES,
    traits: NO_BYTES,
    choices: NO_BYTES,
    openRows: [],
    hashes: NO_BYTES,
    newHashes: [],
  };
}

export function encodeHead(head: HeadParts): Uint8Array {
  const { counts, traits, choices, openRows, hashes, newHashes } = head;
  const hashBytes = hashes.length + 4 * newHashes.length;
  const openBytes = openRows.reduce((sum, { length }) => sum + length, 0);
  const bytes = Buffer.allocUnsafe(
    HEADER_BYTES + counts.length + traits.length + choices.length + openBytes + hashBytes,
  );
  bytes[0] = VERSION;
  bytes[1] = head.openCount;
  bytes.writeUInt16LE(hashBytes / HASH_BYTES, 2);
  bytes.writeUInt32LE(head.hashChunks, 4);
  bytes.writeDoubleLE(head.firstMs, 8);
  bytes.writeDoubleLE(head.lastMs, 16);
  bytes.writeDoubleLE(head.eventCount, 24);
  bytes.writeDoubleLE(head.rowCount, 32);
  bytes.writeDoubleLE(head.newestBlock?.timestampMs ?? Number.NaN, 40);
  bytes.writeDoubleLE(head.newestBlock?.offset ?? Number.NaN, 48);
  bytes.writeDoubleLE(head.sealedMs ?? Number.NaN, 56);
  bytes.writeUInt32LE(counts.length, 64);
  bytes.writeUInt32LE(traits.length, 68);
  bytes.writeUInt32LE(choices.length, 72);
  bytes.writeUInt32LE(openBytes, 76);
  let at = HEADER_BYTES;
  for (const part of [counts, traits, choices, ...openRows, hashes]) {
    if (part.length > 0) bytes.set(part, at);
    at += part.length;
  }
  for (const word of newHashes) at = bytes.writeUInt32LE(word, at);
  return bytes;
}

/** The parts are views of the bytes, which become the caller's to change. */
export function decodeHead(stored: Uint8Array): HeadParts {
  const bytes = bufferOf(stored);
  if (bytes[0] === 1) return partsOf(decodeVersion1(bytes));
  checkVersion(bytes);
  const traitsAt = traitPlace(bytes);
  const choicesAt = choicePlace(bytes);
  const openAt = openPlace(bytes);
  const hashesAt = hashPlace(bytes);
  const newestBlock = newestBlockOf(bytes);
  return {
    openCount: bytes[1]!,
    hashChunks: bytes.readUInt32LE(4),
    firstMs: bytes.readDoubleLE(8),
    lastMs: bytes.readDoubleLE(16),
    eventCount: bytes.readDoubleLE(24),
    rowCount: bytes.readDoubleLE(32),
    newestBlock,
    sealedMs: newestBlock && bytes.readDoubleLE(56),
    counts: bytes.subarray(HEADER_BYTES, traitsAt),
    traits: partOf(bytes, traitsAt, choicesAt),
    choices: partOf(bytes, choicesAt, openAt),
    openRows: hashesAt > openAt ? [bytes.subarray(openAt, hashesAt)] : [],
    hashes: hashBytesOf(bytes),
    newHashes: [],
  };
}

function bufferOf(stored: Uint8Array): Buffer {
  return Buffer.isBuffer(stored) ? stored : Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
}

function checkVersion(bytes: Buffer): void {
  assert(bytes[0] === VERSION, `a user head of version 1 or ${VERSION}, not ${bytes[0]}`);
}

/** Where the parts behind the counts begin. */
function traitPlace(bytes: Buffer): number {
  return HEADER_BYTES + bytes.readUInt32LE(64);
}

function choicePlace(bytes: Buffer): number {
  return traitPlace(bytes) + bytes.readUInt32LE(68);
}

function openPlace(bytes: Buffer): number {
  return choicePlace(bytes) + bytes.readUInt32LE(72);
}

function hashPlace(bytes: Buffer): number {
  return openPlace(bytes) + bytes.readUInt32LE(76);
}

function hashBytesOf(bytes: Buffer): Buffer {
  const from = hashPlace(bytes);
  return bytes.subarray(from, from + HASH_BYTES * bytes.readUInt16LE(2));
}

function newestBlockOf(bytes: Buffer): BlockStart | undefined {
  const timestampMs = bytes.readDoubleLE(40);
  return Number.isNaN(timestampMs) ? undefined : { timestampMs, offset: bytes.readDoubleLE(48) };
}

/** Most people have said nothing of themselves: no view is made of nothing. */
function partOf(bytes: Buffer, from: number, to: number): Buffer {
  return from === to ? NO_BYTES : bytes.subarray(from, to);
}

/** Read in place: most reads are of rows, or ask whether anything has happened. */
export function decodeUserHead(stored: Uint8Array): UserHead {
  const bytes = bufferOf(stored);
  if (bytes[0] === 1) return decodeVersion1(bytes);
  checkVersion(bytes);
  return new StoredHead(bytes);
}

class StoredHead implements UserHead {
  readonly record: UserRecord;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.record = new StoredRecord(bytes);
  }

  get openCount(): number {
    return this.#bytes[1]!;
  }

  get openRows(): Uint8Array {
    return partOf(this.#bytes, openPlace(this.#bytes), hashPlace(this.#bytes));
  }

  get hashes(): Uint32Array {
    return decodeHashes(hashBytesOf(this.#bytes));
  }
}

class StoredRecord implements UserRecord {
  readonly #bytes: Buffer;
  #consent: StandingChoices | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get firstMs(): number {
    return this.#bytes.readDoubleLE(8);
  }

  get lastMs(): number {
    return this.#bytes.readDoubleLE(16);
  }

  get eventCount(): number {
    return this.#bytes.readDoubleLE(24);
  }

  get rowCount(): number {
    return this.#bytes.readDoubleLE(32);
  }

  get hashChunks(): number {
    return this.#bytes.readUInt32LE(4);
  }

  get newestBlock(): BlockStart | undefined {
    return newestBlockOf(this.#bytes);
  }

  get counts(): Readonly<Record<string, number>> {
    return decodeCounts(partOf(this.#bytes, HEADER_BYTES, traitPlace(this.#bytes)));
  }

  get identified(): readonly TraitChange[] {
    return decodeTraitChanges(partOf(this.#bytes, traitPlace(this.#bytes), choicePlace(this.#bytes)));
  }

  get consent(): StandingChoices | undefined {
    this.#consent ??= decodeChoices(partOf(this.#bytes, choicePlace(this.#bytes), openPlace(this.#bytes)));
    return this.#consent;
  }
}

function decodeVersion1(bytes: Buffer): UserHead {
  const recordEnd = VERSION_1_HEADER_BYTES + bytes.readUInt32LE(4);
  const openEnd = recordEnd + bytes.readUInt32LE(8);
  return {
    record: decodeUserRecord(bytes.subarray(VERSION_1_HEADER_BYTES, recordEnd)),
    openCount: bytes[1]!,
    openRows: bytes.subarray(recordEnd, openEnd),
    hashes: decodeHashes(bytes.subarray(openEnd, openEnd + 8 * bytes.readUInt16LE(2))),
  };
}

/** Version 1 did not say when its newest sealed row was: later than any, so that rows are put in where they belong. */
function partsOf({ record, openCount, openRows, hashes }: UserHead): HeadParts {
  const { counts, identified, consent, newestBlock, ...numbers } = record;
  return {
    ...numbers,
    openCount,
    newestBlock,
    sealedMs: newestBlock && Number.POSITIVE_INFINITY,
    counts: encodeCounts(counts),
    traits: encodeTraitChanges(identified),
    choices: encodeChoices(consent),
    openRows: openRows.length > 0 ? [openRows] : [],
    hashes: Buffer.from(bytesOf(hashes)),
    newHashes: [],
  };
}

/** A copy, for the bytes may lie unaligned. */
export function decodeHashes(bytes: Uint8Array): Uint32Array {
  if (bytes.length === 0) return NO_HASHES;
  const hashes = new Uint32Array(bytes.length / 4);
  bytesOf(hashes).set(bytes);
  return hashes;
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
