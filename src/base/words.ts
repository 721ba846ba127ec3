/** Scripts that do not divide words by blanks. */
const UNDIVIDED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * The words of a text in any language, in their order: runs of letters and digits, case and accents folded, without stemming; where a script
 * does not divide words, every two characters that stand side by side.
 */
export function wordsOf(text: string): string[] {
  const folded = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const runs = folded.match(/[\p{L}\p{N}]+/gu) ?? [];
  return runs.flatMap((run) => (UNDIVIDED.test(run) ? pairsOf([...run]) : [run]));
}

function pairsOf(characters: readonly string[]): string[] {
  if (characters.length < 2) return [...characters];
  return characters.slice(1).map((character, before) => `${characters[before]}${character}`);
}
