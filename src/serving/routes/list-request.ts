import type { RankBody, RecommendationBody } from "#api";
import type { RecommendationRequest } from "#recommendation";

/** The part of a request that its body says. */
export function requestOf(
  body: Omit<RankBody, "itemIds" | "orderVotes"> & Partial<RecommendationBody>,
): Omit<RecommendationRequest, "n" | "asOfMs" | "cameMs" | "seed"> {
  const {
    userId,
    session,
    surface,
    model,
    context,
    condition,
    filters,
    excludeSeen = true,
    excludeItemIds = [],
  } = body;
  return {
    excludeSeen,
    excludeItemIds,
    ...(userId !== undefined && { userId }),
    ...(session && { session }),
    ...(surface !== undefined && { surface }),
    ...(model !== undefined && { model }),
    ...(context && { context }),
    ...(condition && { condition }),
    ...(filters?.tags && { tags: filters.tags }),
  };
}
