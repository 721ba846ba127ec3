import type { ItemTags } from "./interactions.ts";

/** What items are tagged with, each tag's name once; undefined when none is tagged. `lists` has an entry for each item. */
export function itemTagsOf(lists: readonly (readonly string[] | undefined)[]): ItemTags | undefined {
  const positions = new Map<string, number>();
  const offsets = new Uint32Array(lists.length + 1);
  const tags: number[] = [];
  for (const [row, names = []] of lists.entries()) {
    for (const name of names) {
      const known = positions.get(name) ?? positions.size;
      positions.set(name, known);
      tags.push(known);
    }
    offsets[row + 1] = tags.length;
  }
  return tags.length === 0
    ? undefined
    : { names: [...positions.keys()], offsets, tags: Uint32Array.from(tags) };
}
