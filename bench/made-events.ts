import type { Random } from "#base";

/** @file What the events of the benchmarks have in common: a few people and items are busy, most are not. */
export const ACTIONS = [
  "impression",
  "impression",
  "impression",
  "view",
  "view",
  "close-up",
  "click",
  "save",
] as const;
export const SURFACES = ["home", "search", "related"] as const;
export const ITEMS = 10_000;
/** Weight of rank r is r ^ -ZIPF: the busiest of 100,000 users sends 2 % of the events. */
const ZIPF = 0.8;

/** Draws ranks 0 .. count - 1 with Zipf's weights. */
export function zipf(count: number): (random: Random) => number {
  const cumulative = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) cumulative[rank] = sum += (rank + 1) ** -ZIPF;
  return (random) => {
    const drawn = random.uniform() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! < drawn) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

export function uuid(random: Random): string {
  const hex = Array.from({ length: 4 }, () => random.uint32().toString(16).padStart(8, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
