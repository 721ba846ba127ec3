/** @file Places for the rows that are drawn. A row keeps the elements of its place as long as it is seen, and leaves them to the row that comes after it. */

interface Placed {
  readonly index: number;
  readonly start: number;
}

export interface Ring<Item> {
  readonly places: readonly (Item | undefined)[];
  /** Whether some wait for their turn. */
  readonly isLate: boolean;
}

export function placeOf({ index }: { readonly index: number }, size: number): number {
  return index % size;
}

/**
 * The places once the rows that are wanted now have theirs; at most `most` of them new, in the order given. Until its turn has come, a place keeps
 * the row it had, which is out of sight. More rows than places do not fit.
 */
export function fillRing<Item extends Placed>(
  before: readonly (Item | undefined)[],
  wanted: readonly Item[],
  { size, most }: { readonly size: number; readonly most: number },
): Ring<Item> {
  const places = new Array<Item | undefined>(size).fill(undefined);
  let room = before.length === size ? most : size; // the first time, all at once
  let isLate = false;
  for (const item of wanted) {
    const place = placeOf(item, size);
    const old = before[place];
    const isNew = old?.index !== item.index;
    places[place] = isNew && room === 0 ? old : item;
    isLate ||= isNew && room === 0;
    if (isNew && room > 0) room--;
  }
  return { places, isLate };
}
