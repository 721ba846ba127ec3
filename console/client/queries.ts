import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type {
  FeatureCourseResponse,
  FeatureHealthResponse,
  FeaturesResponse,
  ItemResponse,
  ItemsResponse,
  ModelComparisonResponse,
  ModelsResponse,
  NearestResponse,
  PeopleResponse,
  PlatformResponse,
  RecommendationResponse,
  RelatedResponse,
  SchemaResponse,
  SequenceResponse,
  TopicResponse,
  UserFeatureCourseResponse,
  UserResponse,
  WhatIfBody,
  WhatIfResponse,
} from "#api";
import { request, withQuery } from "./http.ts";

/** @file What the pages ask for, each with its key: an answer is shared by all who ask the same. */
const id = encodeURIComponent;
const PAGE = 60;
/** Said of each in the list. */
const ROW = "state,predictions";
const SAID = "interests,state,predictions";

export const platformQuery = queryOptions({
  queryKey: ["platform"],
  queryFn: ({ signal }) => request<PlatformResponse>("/", { signal }),
});

export const schemaQuery = queryOptions({
  queryKey: ["schema"],
  queryFn: ({ signal }) => request<SchemaResponse>("/v1/schema", { signal }),
});

export type PeopleSort = "lastSeen" | "events" | "userId" | "return" | "state";

/** The server looks at so many people at once, and at the next ones when these are through. */
interface PlaceInPeople {
  readonly offset: number;
  readonly after?: string | undefined;
}

export interface PeopleFilter {
  readonly search: string;
  readonly sort: PeopleSort;
}

export const peopleQuery = (filter: PeopleFilter) =>
  infiniteQueryOptions({
    queryKey: ["people", filter],
    queryFn: ({ signal, pageParam }) =>
      request<PeopleResponse>(
        withQuery("/v1/users", { ...filter, include: ROW, ...pageParam, limit: PAGE }),
        {
          signal,
        },
      ),
    initialPageParam: { offset: 0 } as PlaceInPeople, // not only of what it begins with
    getNextPageParam: ({ total, next }, _pages, { offset, after }): PlaceInPeople | undefined => {
      if (offset + PAGE < total) return { offset: offset + PAGE, after };
      return next === undefined ? undefined : { offset: 0, after: next };
    },
    placeholderData: keepPreviousData,
  });

/** A few people, for the palette. */
export const findPeopleQuery = (search: string) =>
  queryOptions({
    queryKey: ["people", "few", search],
    queryFn: ({ signal }) =>
      request<PeopleResponse>(withQuery("/v1/users", { search, limit: 6 }), { signal }),
    placeholderData: keepPreviousData,
  });

export const userQuery = (userId: string, asOf?: string) =>
  queryOptions({
    queryKey: ["user", userId, asOf],
    queryFn: ({ signal }) =>
      request<UserResponse>(withQuery(`/v1/users/${id(userId)}`, { asOf, include: SAID }), { signal }),
    placeholderData: (before, query) => (query?.queryKey[1] === userId ? before : undefined),
  });

/** Everything the person's sequence keeps. */
export const sequenceQuery = (userId: string) =>
  queryOptions({
    queryKey: ["sequence", userId],
    queryFn: ({ signal }) =>
      request<SequenceResponse>(withQuery(`/v1/users/${id(userId)}/sequence`, { limit: 16_384 }), { signal }),
  });

export const recommendationsQuery = (userId: string, asOf?: string) =>
  queryOptions({
    queryKey: ["recommendations", userId, asOf],
    queryFn: ({ signal }) =>
      request<RecommendationResponse>("/v1/recommendations", {
        body: { userId, n: 10, explain: true, ...(asOf !== undefined && { asOf }) },
        signal,
      }),
    placeholderData: (before, query) => (query?.queryKey[1] === userId ? before : undefined),
  });

export const whatIfQuery = (body: WhatIfBody) =>
  queryOptions({
    queryKey: ["what-if", body],
    queryFn: ({ signal }) => request<WhatIfResponse>("/v1/what-if", { body, signal }),
    placeholderData: keepPreviousData,
  });

export const modelsQuery = queryOptions({
  queryKey: ["models"],
  queryFn: ({ signal }) => request<ModelsResponse>("/v1/models", { signal }),
});

/** Of two versions, which do not change; what people did since does. */
export const modelComparisonQuery = (one: string, other: string) =>
  queryOptions({
    queryKey: ["models", "comparison", one, other],
    staleTime: 60_000,
    queryFn: ({ signal }) =>
      request<ModelComparisonResponse>(withQuery(`/v1/models/${id(one)}/comparison`, { with: other }), {
        signal,
      }),
  });

export const featuresQuery = queryOptions({
  queryKey: ["features"],
  queryFn: ({ signal }) => request<FeaturesResponse>("/v1/features", { signal }),
});

export const featureHealthQuery = queryOptions({
  queryKey: ["features", "health"],
  queryFn: ({ signal }) => request<FeatureHealthResponse>("/v1/features/health", { signal }),
});

/** One feature over time, as of the look that was last heard of. */
export const featureCourseQuery = (name: string, at: string) =>
  queryOptions({
    queryKey: ["features", "course", name, at],
    queryFn: ({ signal }) => request<FeatureCourseResponse>(`/v1/features/${id(name)}/course`, { signal }),
    placeholderData: (before, query) => (query?.queryKey[2] === name ? before : undefined),
  });

/** The values of all features of one person, now. */
export const userFeaturesQuery = (userId: string) =>
  queryOptions({
    queryKey: ["user", userId, "features"],
    queryFn: async ({ signal }) => {
      const path = withQuery(`/v1/users/${id(userId)}`, { include: "features" });
      return (await request<UserResponse>(path, { signal })).features ?? {};
    },
  });

/** One feature of one person, over their time here. */
export const userFeatureCourseQuery = (userId: string, name: string) =>
  queryOptions({
    queryKey: ["user", userId, "features", "course", name],
    queryFn: ({ signal }) =>
      request<UserFeatureCourseResponse>(`/v1/users/${id(userId)}/features/${id(name)}/course`, { signal }),
  });

export interface ItemsFilter {
  readonly search?: string;
  readonly topic?: string;
  readonly limit?: number;
}

export const itemsQuery = ({ search, topic, limit }: ItemsFilter) =>
  queryOptions({
    queryKey: ["items", search, topic, limit],
    queryFn: ({ signal }) =>
      request<ItemsResponse>(withQuery("/v1/items", { search, topic, limit }), { signal }),
    placeholderData: keepPreviousData,
  });

export const itemQuery = (itemId: string) =>
  queryOptions({
    queryKey: ["item", itemId],
    queryFn: ({ signal }) => request<ItemResponse>(`/v1/items/${id(itemId)}`, { signal }),
  });

export const relatedQuery = (itemId: string) =>
  queryOptions({
    queryKey: ["related", itemId],
    queryFn: ({ signal }) => request<RelatedResponse>(`/v1/items/${id(itemId)}/related?n=12`, { signal }),
  });

export const nearestQuery = (itemId: string) =>
  queryOptions({
    queryKey: ["nearest", itemId],
    queryFn: ({ signal }) => request<NearestResponse>(`/v1/items/${id(itemId)}/nearest?n=12`, { signal }),
  });

export const topicQuery = (topic: string) =>
  queryOptions({
    queryKey: ["topic", topic],
    queryFn: ({ signal }) => request<TopicResponse>(`/v1/topics/${id(topic)}`, { signal }),
  });
