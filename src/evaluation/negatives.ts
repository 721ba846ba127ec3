import { Random } from "#base";

/**
 * `count` different items that `touched` does not hold, uniform over the catalogue; all such items when there are
 * fewer. Drawn by name from the seed, so that who else is asked cannot change the draw. O(count + touched) for a person
 * who has touched less than half of the catalogue, else O(itemCount).
 */
export function untouchedItems(
  touched: Iterable<number>,
  itemCount: number,
  count: number,
  seed: number,
  drawName: string,
): Uint32Array {
  const random = Random.of(seed, drawName);
  const excluded = new Set(touched);
  if (2 * (excluded.size + count) > itemCount) {
    const untouched = Uint32Array.from({ length: itemCount }, (_, row) => row).filter(
      (row) => !excluded.has(row),
    );
    return random.shuffle(untouched).slice(0, count);
  }
  const drawn = new Uint32Array(count);
  for (let position = 0; position < count; ) {
    const item = random.integer(itemCount);
    if (excluded.has(item)) continue;
    excluded.add(item);
    drawn[position++] = item;
  }
  return drawn;
}
