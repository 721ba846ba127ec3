import { assert } from "#base";
import { isUuid, packUuid, UUID_BYTES } from "./uuid.ts";

/**
 * @file A block of one user's sequence as bytes, format version 1. Columnar, so that a reader of times and items does not
 * pay for ids; little-endian, columns aligned to their width. `n` rows ordered by (time, log offset):
 *
 *     version:u8 columns:u8 n:u16 strings:u32 baseTimeMs:f64 baseOffset:f64          24 bytes
 *     timeDeltaMs:u32[n]  offsetDelta:u32[n]  item:u32[n]                            12 bytes a row
 *     dwellMs:f32[n]?  value:f32[n]?  consent:u32[n]?  position:u16[n]?             where any row has one
 *     action:u8[n]  surface:u8[n]  slate:u8[n]?  source:u8[n]?                       codes; slate and source into the lists below
 *     at `strings`: event ids, then the slate list, then the source list
 *
 * An event id is `length:u8 utf8`, or 255 and 16 bytes when it is a UUID in lower case (most senders'), or 254 and `length:u16
 * utf8`. A list is `count:u8` and that many ids. Absent numbers are NaN (position: 65535), absent codes and consent 0.
 */
export interface SequenceRow {
  readonly timestampMs: number;
  /** Of the event's record in the log; breaks ties of time in order of arrival. */
  readonly offset: number;
  readonly eventId: string;
  readonly itemRow: number;
  /** Codes of the catalogue's vocabularies. */
  readonly action: number;
  readonly surface: number;
  readonly dwellMs?: number;
  readonly value?: number;
  /** Place in the slate, from 0. */
  readonly position?: number;
  readonly slateId?: string;
  readonly source?: string;
  /** What the event itself said of consent, as `consentBits` has it; absent when it said nothing. */
  readonly consent?: number;
}

/** The item row of an event that is about no item (a search). */
export const NO_ITEM = 0xffffffff;
/** Rows in a full block; the newest block grows to this and a new one begins (64 to 80 measured best in LMDB). */
export const BLOCK_ROWS = 64;
export const VERSION = 1;
const HEADER_BYTES = 24;
const MAX_DELTA = 0xffffffff;
export const NO_POSITION = 0xffff;
export const HAS = { dwellMs: 1, value: 2, position: 4, slate: 8, source: 16, consent: 32 } as const;

/** Order of rows within a sequence. */
export function compareRows(left: SequenceRow, right: SequenceRow): number {
  return left.timestampMs - right.timestampMs || left.offset - right.offset;
}

/** As few blocks as hold the rows (in order): at most `BLOCK_ROWS` each, near enough in time and offset for 32-bit deltas. */
export function splitIntoBlocks(rows: readonly SequenceRow[]): SequenceRow[][] {
  const blocks: SequenceRow[][] = [];
  let block: SequenceRow[] = [];
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    lowest = Math.min(lowest, row.offset);
    highest = Math.max(highest, row.offset);
    const isTooWide = block.length > 0 && row.timestampMs - block[0]!.timestampMs > MAX_DELTA;
    if (block.length === BLOCK_ROWS || isTooWide || highest - lowest > MAX_DELTA) {
      blocks.push(block);
      block = [];
      lowest = row.offset;
      highest = row.offset;
    }
    block.push(row);
  }
  if (block.length > 0) blocks.push(block);
  return blocks;
}

/** Bytes of one block, as {@link splitIntoBlocks} made it. */
export function encodeBlock(rows: readonly SequenceRow[]): Uint8Array {
  assert(rows.length > 0 && rows.length <= BLOCK_ROWS, "the rows fit one block");
  const slates = listOf(rows, "slateId");
  const sources = listOf(rows, "source");
  const columns = columnsOf(rows, slates.size, sources.size);
  const layout = layoutOf(rows.length, columns);
  const strings = encodeStrings(rows, slates, sources);
  const bytes = Buffer.alloc(layout.strings + strings.length);
  const baseOffset = Math.min(...rows.map(({ offset }) => offset));
  bytes.writeUInt8(VERSION, 0);
  bytes.writeUInt8(columns, 1);
  bytes.writeUInt16LE(rows.length, 2);
  bytes.writeUInt32LE(layout.strings, 4);
  bytes.writeDoubleLE(rows[0]!.timestampMs, 8);
  bytes.writeDoubleLE(baseOffset, 16);
  for (const [n, row] of rows.entries()) {
    bytes.writeUInt32LE(row.timestampMs - rows[0]!.timestampMs, layout.times + 4 * n);
    bytes.writeUInt32LE(row.offset - baseOffset, layout.offsets + 4 * n);
    bytes.writeUInt32LE(row.itemRow, layout.items + 4 * n);
    if (columns & HAS.dwellMs) bytes.writeFloatLE(row.dwellMs ?? Number.NaN, layout.dwells + 4 * n);
    if (columns & HAS.value) bytes.writeFloatLE(row.value ?? Number.NaN, layout.values + 4 * n);
    if (columns & HAS.consent) bytes.writeUInt32LE(row.consent ?? 0, layout.consents + 4 * n);
    if (columns & HAS.position) bytes.writeUInt16LE(row.position ?? NO_POSITION, layout.positions + 2 * n);
    bytes[layout.actions + n] = row.action;
    bytes[layout.surfaces + n] = row.surface;
    if (columns & HAS.slate) bytes[layout.slates + n] = slates.get(row.slateId ?? "") ?? 0;
    if (columns & HAS.source) bytes[layout.sources + n] = sources.get(row.source ?? "") ?? 0;
  }
  strings.copy(bytes, layout.strings);
  return bytes;
}

/** Where each column of a block begins, and the strings after them. Wider columns come first, so that each is aligned without padding. */
export function layoutOf(count: number, columns: number) {
  const has = (flag: number): number => (columns & flag ? 1 : 0);
  const times = HEADER_BYTES;
  const offsets = times + 4 * count;
  const items = offsets + 4 * count;
  const dwells = items + 4 * count;
  const values = dwells + 4 * count * has(HAS.dwellMs);
  const consents = values + 4 * count * has(HAS.value);
  const positions = consents + 4 * count * has(HAS.consent);
  const actions = positions + 2 * count * has(HAS.position);
  const surfaces = actions + count;
  const slates = surfaces + count;
  const sources = slates + count * has(HAS.slate);
  const strings = sources + count * has(HAS.source);
  return {
    times,
    offsets,
    items,
    dwells,
    values,
    consents,
    positions,
    actions,
    surfaces,
    slates,
    sources,
    strings,
  };
}

function columnsOf(rows: readonly SequenceRow[], slateCount: number, sourceCount: number): number {
  let columns = (slateCount > 0 ? HAS.slate : 0) | (sourceCount > 0 ? HAS.source : 0);
  for (const { dwellMs, value, consent, position } of rows) {
    if (dwellMs !== undefined) columns |= HAS.dwellMs;
    if (value !== undefined) columns |= HAS.value;
    if (consent) columns |= HAS.consent;
    if (position !== undefined) columns |= HAS.position;
  }
  return columns;
}

/** Distinct strings of a field -> 1-based code; at most `BLOCK_ROWS` of them. */
function listOf(rows: readonly SequenceRow[], field: "slateId" | "source"): Map<string, number> {
  const codes = new Map<string, number>();
  for (const row of rows) {
    const text = row[field];
    if (text !== undefined && !codes.has(text)) codes.set(text, codes.size + 1);
  }
  return codes;
}

function encodeStrings(
  rows: readonly SequenceRow[],
  slates: Map<string, number>,
  sources: Map<string, number>,
): Buffer {
  const lists = [slates, sources].flatMap((list) => [
    Buffer.of(list.size),
    ...[...list.keys()].map(encodeString),
  ]);
  return Buffer.concat([...rows.map(({ eventId }) => encodeString(eventId)), ...lists]);
}

function encodeString(text: string): Buffer {
  if (isUuid(text)) {
    const bytes = Buffer.allocUnsafe(1 + UUID_BYTES);
    bytes[0] = 255;
    packUuid(text, bytes, 1);
    return bytes;
  }
  const utf8 = Buffer.from(text);
  if (utf8.length < 254) return Buffer.concat([Buffer.of(utf8.length), utf8]);
  return Buffer.concat([Buffer.of(254, utf8.length & 0xff, utf8.length >> 8), utf8]);
}
