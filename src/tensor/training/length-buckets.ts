import { assert, type Random } from "#base";

/**
 * Cuts the positions 0 .. lengths.length - 1 into batches of `batchSize` (the last may be smaller) whose lengths are alike, so
 * that little is computed for padding. Positions are shuffled, sorted by length among the next {@link POOL} batches only, and
 * the batches shuffled again: an epoch is still in random order, and the same for the same random.
 */
export function lengthBuckets(lengths: ArrayLike<number>, batchSize: number, random: Random): Uint32Array[] {
  assert(Number.isInteger(batchSize) && batchSize > 0, "a batch has at least one member");
  const order = random.shuffle(Uint32Array.from({ length: lengths.length }, (_, position) => position));
  const batches: Uint32Array[] = [];
  for (let start = 0; start < order.length; start += POOL * batchSize) {
    const pool = order.subarray(start, start + POOL * batchSize).sort((a, b) => lengths[a]! - lengths[b]!);
    for (let from = 0; from < pool.length; from += batchSize)
      batches.push(pool.subarray(from, from + batchSize));
  }
  return random.shuffle(batches);
}

const POOL = 16;
