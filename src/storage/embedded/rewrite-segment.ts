import { open, rm, stat } from "node:fs/promises";
import type { LogRecord } from "../event-log.ts";
import {
  decodeFrames,
  encodeFrames,
  encodeHeader,
  FRAME_HEADER_BYTES,
  readBlock,
  SEGMENT_HEADER_BYTES,
} from "./segment-file.ts";

/** Ending of a segment that is being written anew; without meaning until it is renamed. */
export const REWRITTEN = ".rewritten";

interface Rewritten {
  readonly path: string;
  readonly endPosition: number;
  readonly erased: number;
}

const NOTHING = new Uint8Array(0);

/**
 * Writes beside a segment, durably, the same records with those that are erased made empty; `undefined`, and nothing written,
 * when there is none. `end` is the offset after its last durable record.
 */
export async function rewriteWithout(
  path: string,
  baseOffset: number,
  end: number,
  isErased: (record: LogRecord) => boolean,
): Promise<Rewritten | undefined> {
  const erased = new Set<number>();
  for await (const records of recordsOf(path, baseOffset, end)) {
    for (const record of records) {
      if (isErased(record) && record.bytes.length > 0) erased.add(record.offset);
    }
  }
  if (erased.size === 0) return undefined;
  const target = path + REWRITTEN;
  const file = await open(target, "w");
  try {
    await file.appendFile(encodeHeader(baseOffset));
    let endPosition = SEGMENT_HEADER_BYTES;
    for await (const records of recordsOf(path, baseOffset, end)) {
      const block = encodeFrames(records.map(({ offset, bytes }) => (erased.has(offset) ? NOTHING : bytes)));
      await file.appendFile(block);
      endPosition += block.length;
    }
    const { atime, mtime } = await stat(path);
    await file.utimes(atime, mtime); // as old as its newest record, for retention
    await file.sync();
    return { path: target, endPosition, erased: erased.size };
  } catch (error) {
    await rm(target, { force: true }); // a disk that is full needs the room
    throw error;
  } finally {
    await file.close();
  }
}

async function* recordsOf(path: string, baseOffset: number, end: number): AsyncIterable<LogRecord[]> {
  const file = await open(path, "r");
  try {
    let position = SEGMENT_HEADER_BYTES;
    let offset = baseOffset;
    while (offset < end) {
      const bytes = await readBlock(file, position);
      if (bytes.length < FRAME_HEADER_BYTES) break;
      const { records, byteCount, isDamaged } = decodeFrames(bytes, offset, end - offset);
      if (isDamaged || records.length === 0) break;
      yield records;
      position += byteCount;
      offset += records.length;
    }
    // A rewritten segment must never be shorter than what it replaces.
    if (offset < end) throw new Error(`${path}: record ${offset} cannot be read, so nothing is erased`);
  } finally {
    await file.close();
  }
}
