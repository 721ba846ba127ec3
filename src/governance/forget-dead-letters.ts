import type { DeadLetters } from "#events";
import { hasWord, SHORTEST_NEEDLE_BYTES } from "./scan-folder.ts";

/**
 * Removes the dead letters of the ids, and those that mention one anywhere, or another value of theirs: nothing is derived from a
 * dead letter, so one too many costs little, and one too few would leave a trace. Counts what went.
 */
export async function forgetInDeadLetters(
  deadLetters: DeadLetters,
  ids: readonly string[],
): Promise<{ letters: number }> {
  const mentions = mentionsOf(ids);
  return { letters: await deadLetters.remove((_, record) => mentions(record)) };
}

/** Dead letters from one number to another that mention one of the ids. */
export function countInDeadLetters(
  deadLetters: DeadLetters,
  ids: readonly string[],
  start = 0,
  end = deadLetters.end,
): Promise<number> {
  return deadLetters.count(start, end, mentionsOf(ids));
}

/** Whether the JSON text of a letter has one of the ids as a word; short ones, which are met by chance, as a whole text. */
function mentionsOf(ids: readonly string[]): (record: Uint8Array) => boolean {
  const names = [...new Set(ids.flatMap((id) => [id, id.replace(/^anonymous:/, "")]))];
  const isShort = (name: string): boolean => Buffer.byteLength(name) < SHORTEST_NEEDLE_BYTES;
  const texts = names.filter(isShort).map((name) => Buffer.from(JSON.stringify(name)));
  const words = names
    .filter((name) => !isShort(name))
    .flatMap((name) => [name, JSON.stringify(name).slice(1, -1)])
    .map((name) => Buffer.from(name));
  return (record) => {
    const letter = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
    return texts.some((text) => letter.includes(text)) || words.some((word) => hasWord(letter, word));
  };
}
