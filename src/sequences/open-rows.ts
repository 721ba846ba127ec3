import type { SequenceRow } from "./sequence-block.ts";

/**
 * @file The newest rows of a sequence, not yet in a block: one after the other, in order of arrival, so that an event is added
 * by adding bytes. Format version 1, little-endian:
 *
 *     timestampMs:f64 offset:f64 item:u32 action:u8 surface:u8 has:u8              23 bytes
 *     [dwellMs:f32] [value:f32] [position:u16] [consent:u32] [slate] [source] eventId            as `has` says; strings are length:u16 utf8
 */
const HAS = { dwellMs: 1, value: 2, position: 4, slateId: 8, source: 16, consent: 32 } as const;
const FIXED_BYTES = 23;
const NUMBERS_BYTES = 14;

const scratch = Buffer.allocUnsafe(8192);

/** The row's bytes; valid until the next call. */
export function encodeOpenRow(row: SequenceRow): Uint8Array {
  const { dwellMs, value, position, consent, slateId, source, eventId } = row;
  const textBytes = 3 * (eventId.length + (slateId?.length ?? 0) + (source?.length ?? 0)) + 6;
  const needed = FIXED_BYTES + NUMBERS_BYTES + textBytes;
  const bytes = needed <= scratch.length ? scratch : Buffer.allocUnsafe(needed);
  bytes.writeDoubleLE(row.timestampMs, 0);
  bytes.writeDoubleLE(row.offset, 8);
  bytes.writeUInt32LE(row.itemRow, 16);
  bytes[20] = row.action;
  bytes[21] = row.surface;
  let has = 0;
  let at = FIXED_BYTES;
  if (dwellMs !== undefined) {
    has |= HAS.dwellMs;
    at = bytes.writeFloatLE(dwellMs, at);
  }
  if (value !== undefined) {
    has |= HAS.value;
    at = bytes.writeFloatLE(value, at);
  }
  if (position !== undefined) {
    has |= HAS.position;
    at = bytes.writeUInt16LE(position, at);
  }
  if (consent !== undefined) {
    has |= HAS.consent;
    at = bytes.writeUInt32LE(consent, at);
  }
  if (slateId !== undefined) {
    has |= HAS.slateId;
    at = writeText(bytes, slateId, at);
  }
  if (source !== undefined) {
    has |= HAS.source;
    at = writeText(bytes, source, at);
  }
  bytes[22] = has;
  return bytes.subarray(0, writeText(bytes, eventId, at));
}

/** The rows, in order of arrival. */
export function decodeOpenRows(bytes: Uint8Array): SequenceRow[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows: SequenceRow[] = [];
  for (let at = 0; at < buffer.length; ) {
    const has = buffer[at + 22]!;
    const row: { -readonly [Key in keyof SequenceRow]: SequenceRow[Key] } = {
      timestampMs: buffer.readDoubleLE(at),
      offset: buffer.readDoubleLE(at + 8),
      itemRow: buffer.readUInt32LE(at + 16),
      action: buffer[at + 20]!,
      surface: buffer[at + 21]!,
      eventId: "",
    };
    at += FIXED_BYTES;
    if (has & HAS.dwellMs) row.dwellMs = buffer.readFloatLE(at);
    if (has & HAS.dwellMs) at += 4;
    if (has & HAS.value) row.value = buffer.readFloatLE(at);
    if (has & HAS.value) at += 4;
    if (has & HAS.position) row.position = buffer.readUInt16LE(at);
    if (has & HAS.position) at += 2;
    if (has & HAS.consent) row.consent = buffer.readUInt32LE(at);
    if (has & HAS.consent) at += 4;
    const readText = (): string => {
      const length = buffer.readUInt16LE(at);
      at += 2 + length;
      return buffer.toString("utf8", at - length, at);
    };
    if (has & HAS.slateId) row.slateId = readText();
    if (has & HAS.source) row.source = readText();
    row.eventId = readText();
    rows.push(row);
  }
  return rows;
}

function writeText(bytes: Buffer, text: string, at: number): number {
  const length = bytes.write(text, at + 2);
  bytes.writeUInt16LE(length, at);
  return at + 2 + length;
}
