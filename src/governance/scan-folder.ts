import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

/** What a search of raw bytes was for, and what it found. */
export interface FolderScan {
  readonly files: number;
  readonly bytes: number;
  /** Of the values looked for, those too short to mean anything where they are met by chance. */
  readonly tooShort: number;
  readonly found: readonly { readonly file: string; readonly occurrences: number }[];
}

/** Shorter values are met by chance. */
export const SHORTEST_NEEDLE_BYTES = 6;
const BLOCK_BYTES = 4 << 20;

/**
 * Searches every byte of every file under a folder. A value within a longer word (`user-1` in `user-10`, `bob@x.com` in
 * `jim.bob@x.com`) is another value, but for the form state keys have: `u`, the id, a zero byte. O(bytes x values).
 */
export async function scanFolder(
  folder: string,
  values: readonly string[],
  isLeftOut: (path: string) => boolean,
): Promise<FolderScan> {
  const needles = [...new Set(values)].map((value) => Buffer.from(value));
  const long = needles.filter(({ length }) => length >= SHORTEST_NEEDLE_BYTES);
  const found: { file: string; occurrences: number }[] = [];
  let files = 0;
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const file = path.slice(folder.length + 1);
    if (!entry.isFile() || isLeftOut(file)) continue;
    const scanned = await scanFile(path, long);
    files++;
    bytes += scanned.bytes;
    if (scanned.occurrences > 0) found.push({ file, occurrences: scanned.occurrences });
  }
  return { files, bytes, tooShort: needles.length - long.length, found };
}

/** A file that was removed meanwhile holds nothing. */
async function scanFile(
  path: string,
  needles: readonly Buffer[],
): Promise<{ bytes: number; occurrences: number }> {
  const file = await open(path, "r").catch(() => undefined);
  if (!file) return { bytes: 0, occurrences: 0 };
  const overlap = Math.max(0, ...needles.map(({ length }) => length)) + 2;
  const block = Buffer.allocUnsafe(BLOCK_BYTES + overlap);
  let kept = 0;
  let position = 0;
  /** Place in the file of the block's first byte. */
  let base = 0;
  let occurrences = 0;
  try {
    for (;;) {
      const { bytesRead } = await file.read(block, kept, BLOCK_BYTES, position);
      const isLast = bytesRead === 0;
      const text = block.subarray(0, kept + bytesRead);
      // What begins in the overlap is counted with the next block, which has it whole with both neighbours.
      const until = isLast ? text.length : text.length - overlap + 1;
      for (const needle of needles) occurrences += countWords(text, needle, until, base === 0);
      if (isLast) return { bytes: position, occurrences };
      position += bytesRead;
      kept = Math.min(text.length, overlap);
      base = position - kept;
      block.copy(block, 0, text.length - kept, text.length);
    }
  } finally {
    await file.close();
  }
}

/** Occurrences that begin before `until`; one at the very first byte counts only when that is the start of the file. */
function countWords(text: Buffer, needle: Buffer, until: number, isStart: boolean): number {
  let count = 0;
  for (let at = text.indexOf(needle); at >= 0 && at < until; at = text.indexOf(needle, at + 1)) {
    if (at === 0 && !isStart) continue; // its left neighbour was in the block before, and so was it
    const left = text[at - 1];
    const right = text[at + needle.length];
    const isStateKey = right === 0 && left === 0x75;
    if (isStateKey || (!isWord(left) && !isWord(right))) count++;
  }
  return count;
}

/** Whether a value stands in the text as a word of its own. */
export function hasWord(text: Buffer, value: Buffer): boolean {
  return countWords(text, value, text.length, true) > 0;
}

function isWord(byte: number | undefined): boolean {
  return byte !== undefined && /[A-Za-z0-9_.@:-]/.test(String.fromCharCode(byte));
}
