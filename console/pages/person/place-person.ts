import type { UserMapResponse } from "#api";
import type { ItemMap } from "../../words/item-map.ts";

/** @file A person on the map of items: which points are theirs, and how far each interest reaches. */

interface Placed {
  readonly x: number;
  readonly y: number;
}

/** Items engaged with, the newest first, each once, with the interest it belongs to. */
export interface Visited {
  readonly index: number;
  readonly itemId: string;
  readonly interestId: string | undefined;
  readonly timestamp: string;
  readonly times: number;
}

export function visitedItems({ engagements }: UserMapResponse, { indexOf }: ItemMap): readonly Visited[] {
  const visited = new Map<string, Visited>();
  for (const { itemId, interestId, timestamp } of engagements) {
    const index = indexOf.get(itemId);
    if (index === undefined) continue; // the map was laid out before the item came
    const known = visited.get(itemId);
    visited.set(
      itemId,
      known ? { ...known, times: known.times + 1 } : { index, itemId, interestId, timestamp, times: 1 },
    );
  }
  return [...visited.values()];
}

/** A circle with three quarters of the points in it, around their middle: a few strays do not stretch it. */
export function circleAround(points: readonly Placed[], least: number): Placed & { readonly radius: number } {
  const x = median(points.map((point) => point.x));
  const y = median(points.map((point) => point.y));
  const distances = points
    .map((point) => Math.hypot(point.x - x, point.y - y))
    .sort((left, right) => left - right);
  const reach = distances[Math.ceil(0.75 * distances.length) - 1] ?? 0;
  return { x, y, radius: Math.max(least, reach) };
}

/** Where the items of a topic lie thickest, by the middle of both coordinates; of topics with at least `least` items. */
export function topicPlaces(
  { xs, ys, topic, topics }: ItemMap,
  least: number,
): readonly (Placed & { readonly label: string; readonly items: number })[] {
  const members = topics.map((): number[] => []);
  for (const [index, place] of topic.entries()) members[place]?.push(index);
  return topics
    .map((label, place) => {
      const own = members[place] ?? [];
      return {
        label,
        items: own.length,
        x: median(own.map((index) => xs[index]!)),
        y: median(own.map((index) => ys[index]!)),
      };
    })
    .filter(({ items }) => items >= least)
    .sort((left, right) => right.items - left.items);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const half = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
