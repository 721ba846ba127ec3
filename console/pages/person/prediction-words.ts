import { formatShare } from "../../words/format.ts";

/** @file What is foretold, in words. */

interface Driver {
  readonly name: string;
  readonly effect: number;
}

/** The drivers that move it most, as signed words: "+ recency, − activeDays". */
export function driverWords(drivers: readonly Driver[], most: number): string {
  return [...drivers]
    .sort((left, right) => Math.abs(right.effect) - Math.abs(left.effect))
    .slice(0, most)
    .map(({ name, effect }) => `${effect < 0 ? "−" : "+"} ${name.replaceAll("_", " ")}`)
    .join(", ");
}

/** Part of people whose probability is lower, from counts in equally wide bins; within a bin they are taken to be spread evenly. */
export function partBelow(bins: readonly number[], probability: number): number {
  const total = bins.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 0;
  const place = Math.min(bins.length - 1e-9, Math.max(0, probability * bins.length));
  const own = Math.floor(place);
  const below = bins.slice(0, own).reduce((sum, count) => sum + count, 0);
  return (below + (place - own) * (bins[own] ?? 0)) / total;
}

/** Rounded to the whole percent it would be all of them. */
const NEARLY_ALL = 0.995;

/** "34 % of people", or that it is nearly everybody. */
export function peopleWords(part: number): string {
  return part >= NEARLY_ALL ? "nearly everybody" : `${formatShare(part)} of people`;
}
