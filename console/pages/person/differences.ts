import type { RecommendationResponse, UserResponse } from "#api";

/** @file What is different between two answers. */

export interface TopicDifference {
  readonly topic: string;
  readonly before: number;
  readonly after: number;
}

type Topics = readonly Pick<UserResponse["topics"][number], "topic" | "share">[];

/** Every topic of either side with its part in both (0 where it is not told), the largest difference first. */
export function compareTopics(before: Topics, after: Topics): readonly TopicDifference[] {
  const shares = new Map<string, TopicDifference>();
  for (const { topic, share } of before) shares.set(topic, { topic, before: share, after: 0 });
  for (const { topic, share } of after)
    shares.set(topic, { topic, before: shares.get(topic)?.before ?? 0, after: share });
  return [...shares.values()].sort(
    (left, right) =>
      Math.abs(right.after - right.before) - Math.abs(left.after - left.before) || right.after - left.after,
  );
}

type Items = readonly Pick<RecommendationResponse["items"][number], "itemId">[];

export function sharedCount(left: Items, right: Items): number {
  const known = new Set(left.map(({ itemId }) => itemId));
  return right.filter(({ itemId }) => known.has(itemId)).length;
}

/** How many places up an item has come; `"new"` when it was not there. */
export function climbOf(itemId: string, place: number, before: Items): number | "new" {
  const was = before.findIndex((item) => item.itemId === itemId);
  return was < 0 ? "new" : was - place;
}

const WEEK_MS = 7 * 86_400_000;

/** When a person is compared with themselves at first: a week before; of who has not been there so long, in the middle of that. */
export function earlierOf({
  firstSeen,
  lastSeen,
  asOf,
}: Pick<UserResponse, "firstSeen" | "lastSeen" | "asOf">): string {
  const [firstMs, nowMs] = [Date.parse(firstSeen), Date.parse(asOf ?? lastSeen)];
  const weekAgoMs = nowMs - WEEK_MS;
  return new Date(weekAgoMs > firstMs ? weekAgoMs : (firstMs + nowMs) / 2).toISOString();
}
