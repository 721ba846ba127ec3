import type { ItemTags } from "#sequences";
import type { NamedTensor } from "#tensor";
import { INPUT_TABLE, TAG_TABLE, type TagBags } from "./encoder-network.ts";

/** Of an item with more tags the first ones count. */
const PLACES = 16;

/** Tags as the network takes them in: an item is the mean of its tags, beside what it is by itself. */
export function tagBags({ names, offsets, tags }: ItemTags): TagBags {
  const items = offsets.length - 1;
  let places = 1;
  for (let item = 0; item < items; item++)
    places = Math.max(places, Math.min(PLACES, offsets[item + 1]! - offsets[item]!));
  const placed = new Int32Array(items * places);
  const shares = new Float32Array(items * places);
  for (let item = 0; item < items; item++) {
    const own = tags.subarray(offsets[item]!, Math.min(offsets[item + 1]!, offsets[item]! + places));
    placed.set(own, item * places);
    shares.fill(1 / own.length, item * places, item * places + own.length);
  }
  return { count: names.length, places, tags: placed, shares };
}

/**
 * Weights in which the table of items holds what the network made of items and tags together, so that serving needs no tags.
 * An item nobody met is what its tags say: what learning made of it by itself is only that nobody met it.
 */
export function foldTags(
  weights: Readonly<Record<string, NamedTensor>>,
  { places, tags, shares }: TagBags,
  isMet: (item: number) => boolean,
): Record<string, NamedTensor> {
  const { [INPUT_TABLE]: own, [TAG_TABLE]: described, ...others } = weights;
  const { shape } = own!; // every encoder has it
  const [items, width] = shape as [number, number];
  const values = Float32Array.from(own!.values as Float32Array);
  for (let item = 0; item < items; item++) {
    const row = values.subarray(item * width, (item + 1) * width);
    if (!isMet(item)) row.fill(0);
    for (let at = item * places; at < (item + 1) * places; at++)
      for (let k = 0; k < width && shares[at]! > 0; k++)
        row[k]! += shares[at]! * (described!.values[tags[at]! * width + k] as number);
  }
  return { ...others, [INPUT_TABLE]: { shape, values } };
}
