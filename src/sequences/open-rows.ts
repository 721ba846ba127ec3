import type { SequenceRow } from "./sequence-block.ts";
import { isUuidAt, packUuidAt } from "./uuid.ts";

/**
 * @file The newest rows of a sequence, not yet in a block: one after the other, in order of arrival, so that an event is added
 * by adding bytes. Format version 1, little-endian:
 *
 *     timestampMs:f64 offset:f64 item:u32 action:u8 surface:u8 has:u8              23 bytes
 *     [dwellMs:f32] [value:f32] [position:u16] [slate] [source] [consent:u32] eventId     as `has` says; strings are length:u16 utf8
 *
 * An event id that is a UUID in lower case (most senders') takes its 16 bytes, told by a bit of `has`.
 */
export const HAS = {
  dwellMs: 1,
  value: 2,
  position: 4,
  slateId: 8,
  source: 16,
  uuid: 32,
  consent: 64,
} as const;
export const FIXED_BYTES = 23;
const NUMBERS_BYTES = 14;

const scratch = Buffer.allocUnsafe(8192);

/** A row about to be written, whose absent fields may be told by `undefined`; its event id are bytes somewhere. */
export type NewRow = { readonly [Key in keyof Fields]: Fields[Key] | undefined } & Pick<
  Fields,
  RequiredKeys
> & {
    readonly id: NewId;
  };
type Fields = Omit<SequenceRow, "eventId">;
type RequiredKeys = "timestampMs" | "offset" | "itemRow" | "action" | "surface";

/** An event id as its record has it, in UTF-8. */
export interface NewId {
  readonly idBytes: number;
  copyId(bytes: Buffer, at: number): number;
}

/** The row's bytes. */
export function encodeOpenRow(row: NewRow): Uint8Array {
  const { dwellMs, value, position, consent, slateId, source, id } = row;
  const textBytes = id.idBytes + 3 * ((slateId?.length ?? 0) + (source?.length ?? 0)) + 6;
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
  if (slateId !== undefined) {
    has |= HAS.slateId;
    at = writeText(bytes, slateId, at);
  }
  if (source !== undefined) {
    has |= HAS.source;
    at = writeText(bytes, source, at);
  }
  if (consent) {
    has |= HAS.consent;
    at = bytes.writeUInt32LE(consent, at);
  }
  const idEnd = id.copyId(bytes, at + 2);
  if (isUuidAt(bytes, at + 2, idEnd)) {
    has |= HAS.uuid;
    at = packUuidAt(bytes, at + 2, bytes, at);
  } else {
    bytes.writeUInt16LE(id.idBytes, at);
    at = idEnd;
  }
  bytes[22] = has;
  const encoded = Buffer.allocUnsafe(at);
  bytes.copy(encoded, 0, 0, at);
  return encoded;
}

function writeText(bytes: Buffer, text: string, at: number): number {
  const length = bytes.write(text, at + 2);
  bytes.writeUInt16LE(length, at);
  return at + 2 + length;
}
