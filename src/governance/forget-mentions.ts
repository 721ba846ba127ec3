import { hasWord, SHORTEST_NEEDLE_BYTES } from "./scan-folder.ts";

/** Records as JSON text that may speak of people and that nothing is derived from: dead letters, served lists. */
export interface Mentioning {
  /** The number the next record will have. */
  readonly end: number;
  remove(isRemoved: (id: number, record: Uint8Array) => boolean): Promise<number>;
  count(start: number, end: number, isCounted: (record: Uint8Array) => boolean): Promise<number>;
}

/**
 * Removes the records of the ids, and those that mention one anywhere, or another value of theirs: nothing is derived from them, so
 * one too many costs little, and one too few would leave a trace. Counts what went.
 */
export function forgetMentions(records: Mentioning, ids: readonly string[]): Promise<number> {
  const mentions = mentionsOf(ids);
  return records.remove((_, record) => mentions(record));
}

/** Records from one number to another that mention one of the ids. */
export function countMentions(
  records: Mentioning,
  ids: readonly string[],
  start = 0,
  end = records.end,
): Promise<number> {
  return records.count(start, end, mentionsOf(ids));
}

/** Whether the JSON text of a record has one of the ids as a word; short ones, which are met by chance, as a whole text. */
function mentionsOf(ids: readonly string[]): (record: Uint8Array) => boolean {
  const names = [...new Set(ids.flatMap((id) => [id, id.replace(/^anonymous:/, "")]))];
  const isShort = (name: string): boolean => Buffer.byteLength(name) < SHORTEST_NEEDLE_BYTES;
  const texts = names.filter(isShort).map((name) => Buffer.from(JSON.stringify(name)));
  const words = names
    .filter((name) => !isShort(name))
    .flatMap((name) => [name, JSON.stringify(name).slice(1, -1)])
    .map((name) => Buffer.from(name));
  return (record) => {
    const json = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
    return texts.some((text) => json.includes(text)) || words.some((word) => hasWord(json, word));
  };
}
