import { open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { PlatformError } from "#base";
import { REWRITTEN } from "./rewrite-segment.ts";
import { findHeaderFault, readAt, SEGMENT_HEADER_BYTES } from "./segment-file.ts";

/**
 * @file The files in a partition's folder:
 *
 *     0000000000001000.segment             records from offset 1000 on
 *     0000000000001000.segment.rewritten   the same without what is erased; of no meaning until it is renamed
 *     0000000000001000.segment.torn-4711   bytes a crash left at position 4711, after the last whole record
 */
const SUFFIX = ".segment";
export const TORN = ".torn-";

export function nameOfSegment(baseOffset: number): string {
  return String(baseOffset).padStart(16, "0") + SUFFIX;
}

export async function listSegments(folder: string): Promise<{ path: string; baseOffset: number }[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith(SUFFIX))
    .sort()
    .map((name) => ({ path: join(folder, name), baseOffset: Number(name.slice(0, -SUFFIX.length)) }));
}

/** What a crash left of an erasure that was not done yet. */
export async function removeRewritten(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.endsWith(REWRITTEN)) await rm(join(folder, name));
}

/** A crash between making a segment and writing its header leaves a file shorter than the header: nothing was in it. */
export async function isStillborn(path: string): Promise<boolean> {
  return (await stat(path)).size < SEGMENT_HEADER_BYTES;
}

export async function checkHeader(path: string, baseOffset: number): Promise<void> {
  const file = await open(path, "r");
  try {
    const fault = findHeaderFault(await readAt(file, 0, SEGMENT_HEADER_BYTES), baseOffset);
    if (fault)
      throw new PlatformError(
        "data-damaged",
        `${path}: ${fault}. Restore it from a backup, or start on a new folder.`,
      );
  } finally {
    await file.close();
  }
}

export async function removeTorn(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.includes(TORN)) await rm(join(folder, name));
}
