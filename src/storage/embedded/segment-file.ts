import { fstatSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { Awaitable } from "#base";
import type { LogRecord } from "../event-log.ts";

/**
 * @file One segment of a partition on disk, format version 1. All integers little-endian.
 *
 *     file    = header frame*
 *     header  = "INKLOG" version:u16 baseOffset:u64                 16 bytes
 *     frame   = length:u32 checksum:u32 bytes[length]               8 bytes + the record
 *
 * `checksum` is CRC-32 (zlib) of the length field followed by the record, so that a run of zero bytes is not a frame.
 * Records have consecutive offsets from `baseOffset`. The file's name is `baseOffset` in 16 decimal digits.
 */
export const SEGMENT_HEADER_BYTES = 16;
export const FRAME_HEADER_BYTES = 8;
const VERSION = 1;
const MAGIC = Buffer.from("INKLOG", "latin1");

export function encodeHeader(baseOffset: number): Uint8Array {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt16LE(VERSION, 6);
  header.writeBigUInt64LE(BigInt(baseOffset), 8);
  return header;
}

/** Why the header is not one of a segment that starts at `baseOffset`; `undefined` when it is. */
export function findHeaderFault(header: Buffer, baseOffset: number): string | undefined {
  if (header.length < SEGMENT_HEADER_BYTES || !header.subarray(0, 6).equals(MAGIC))
    return "it is not a log segment";
  const version = header.readUInt16LE(6);
  if (version !== VERSION) return `its format version is ${version}, this release reads ${VERSION}`;
  const base = header.readBigUInt64LE(8);
  if (base !== BigInt(baseOffset)) return `it says it starts at offset ${base}`;
  return undefined;
}

/** The frames of records, one after the other. */
export function encodeFrames(records: readonly Uint8Array[]): Buffer {
  let size = 0;
  for (const { length } of records) size += FRAME_HEADER_BYTES + length;
  const frames = Buffer.allocUnsafe(size);
  let at = 0;
  for (const record of records) {
    frames.writeUInt32LE(record.length, at);
    frames.writeUInt32LE(checksumOf(record), at + 4);
    frames.set(record, at + FRAME_HEADER_BYTES);
    at += FRAME_HEADER_BYTES + record.length;
  }
  return frames;
}

/** Whole, correct frames at the start of `bytes`: the records, and how many bytes they and their frames take. */
export function decodeFrames(
  bytes: Buffer,
  firstOffset: number,
  limit: number,
): { records: LogRecord[]; byteCount: number; isDamaged: boolean } {
  const records: LogRecord[] = [];
  let position = 0;
  while (records.length < limit && position + FRAME_HEADER_BYTES <= bytes.length) {
    const length = bytes.readUInt32LE(position);
    const end = position + FRAME_HEADER_BYTES + length;
    if (end > bytes.length) break;
    const record = bytes.subarray(position + FRAME_HEADER_BYTES, end);
    if (bytes.readUInt32LE(position + 4) !== checksumOf(record)) {
      return { records, byteCount: position, isDamaged: true };
    }
    records.push({ offset: firstOffset + records.length, bytes: record });
    position = end;
  }
  return { records, byteCount: position, isDamaged: false };
}

/** Counts the whole frames of a segment file: where the last one ends and what stands every `stride` records. */
export async function surveySegment(
  path: string,
  baseOffset: number,
  stride: number,
): Promise<SegmentSurvey> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const marks: number[] = [];
    let position = SEGMENT_HEADER_BYTES;
    let count = 0;
    while (position < size) {
      const bytes = await readBlock(file, position);
      const { records, byteCount } = decodeFrames(bytes, baseOffset + count, Number.POSITIVE_INFINITY);
      if (records.length === 0) break;
      let frameStart = position;
      for (const { bytes: record } of records) {
        if (count % stride === 0) marks.push(frameStart);
        frameStart += FRAME_HEADER_BYTES + record.length;
        count++;
      }
      position += byteCount;
    }
    return {
      recordCount: count,
      endPosition: Math.max(position, SEGMENT_HEADER_BYTES),
      fileBytes: size,
      marks,
    };
  } finally {
    await file.close();
  }
}

export interface SegmentSurvey {
  readonly recordCount: number;
  /** Position after the last whole frame. */
  readonly endPosition: number;
  readonly fileBytes: number;
  /** Position of the frame of records 0, stride, 2 stride ... */
  readonly marks: number[];
}

const READ_BYTES = 1 << 20;

/** How a file is asked. */
interface Reading {
  readonly sizeOf: (file: FileHandle) => Awaitable<number>;
  /** Puts bytes from `position` on into the buffer, from `at` to its end or fewer; how many. */
  readonly fill: (file: FileHandle, bytes: Buffer, at: number, position: number) => Awaitable<number>;
}

/** By the threads that read files: whoever asks goes on with other work. */
const meanwhile: Reading = {
  sizeOf: async (file) => (await file.stat()).size,
  fill: async (file, bytes, at, position) =>
    (await file.read(bytes, at, bytes.length - at, position)).bytesRead,
};

/** Without a turn through those threads: for who has nothing else to do, and reads what was just written. */
export const atOnce: Reading = {
  sizeOf: ({ fd }) => fstatSync(fd).size,
  fill: ({ fd }, bytes, at, position) => readSync(fd, bytes, at, bytes.length - at, position),
};

/** Bytes from the frame at `position` on: at most a block, but the whole frame when one is larger. Empty at the end of the file. */
export async function readBlock(file: FileHandle, position: number, reading = meanwhile): Promise<Buffer> {
  const available = Math.max(0, (await reading.sizeOf(file)) - position);
  const block = await readAt(file, position, Math.min(available, READ_BYTES), reading);
  if (available <= READ_BYTES) return block;
  const needed = FRAME_HEADER_BYTES + block.readUInt32LE(0);
  return needed <= READ_BYTES ? block : readAt(file, position, Math.min(available, needed), reading);
}

/** `length` bytes from `position` on, fewer at the end of the file. */
export async function readAt(
  file: FileHandle,
  position: number,
  length: number,
  { fill } = meanwhile,
): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const bytesRead = await fill(file, bytes, filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** Writes all of the bytes at `position`. */
export async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const result = await file.write(bytes, written, bytes.length - written, position + written);
    written += result.bytesWritten;
  }
}

/** Writes all parts one after the other from `position` on, and returns how many bytes they have. */
export async function writeAllAt(
  file: FileHandle,
  parts: readonly Buffer[],
  position: number,
): Promise<number> {
  const byteCount = parts.reduce((sum, { length }) => sum + length, 0);
  const { bytesWritten } = await file.writev(parts, position);
  if (bytesWritten < byteCount) {
    await writeAt(file, Buffer.concat(parts).subarray(bytesWritten), position + bytesWritten);
  }
  return byteCount;
}

/** CRC-32 of the record behind its length. The four bytes of the length are not worth a call of zlib's. */
function checksumOf(record: Uint8Array): number {
  let crc = 0xffffffff;
  for (let shift = 0; shift < 32; shift += 8) {
    crc = (crc >>> 8) ^ CRC_OF_BYTE[(crc ^ (record.length >>> shift)) & 0xff]!;
  }
  return crc32(record, ~crc >>> 0);
}

/** CRC-32 of each single byte, without the inversions at either end. */
const CRC_OF_BYTE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});
