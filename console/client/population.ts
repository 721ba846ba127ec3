import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type {
  MapResponse,
  PopulationResponse,
  PredictionModelResponse,
  UserMapResponse,
  UserStatesResponse,
} from "#api";
import type { ItemMap } from "../words/item-map.ts";
import type { Slice } from "../words/slices.ts";
import { isNotMadeYet, request, withQuery } from "./http.ts";

/** @file What is asked of everybody and of the item space: made beside the server, so perhaps not there yet. */

const MINUTE_MS = 60_000;
const SOON_MS = 4000;

/** Asked again soon while the server says that it is being made. */
export const untilMade = {
  refetchInterval: ({ state: { error } }: { readonly state: { readonly error: unknown } }) =>
    isNotMadeYet(error) ? SOON_MS : false,
} as const;

export const itemMapQuery = queryOptions({
  queryKey: ["map"],
  queryFn: async ({ signal }) => toItemMap(await request<MapResponse>("/v1/map", { signal })),
  staleTime: 10 * MINUTE_MS,
  structuralSharing: false, // a hundred thousand numbers are not worth comparing
  ...untilMade,
});

function toItemMap({ version, itemIds, x, y, topics, topic }: MapResponse): ItemMap {
  return {
    ...{ version, itemIds },
    xs: Float32Array.from(x),
    ys: Float32Array.from(y),
    topic: Int16Array.from(topic),
    topics: topics.map(({ label }) => label),
    indexOf: new Map(itemIds.map((itemId, index) => [itemId, index])),
  };
}

const of = (userId: string): string => `/v1/users/${encodeURIComponent(userId)}`;

export const userMapQuery = (userId: string, asOf?: string) =>
  queryOptions({
    queryKey: ["user", userId, "map", asOf],
    queryFn: ({ signal }) => request<UserMapResponse>(withQuery(`${of(userId)}/map`, { asOf }), { signal }),
    placeholderData: (before, query) => (query?.queryKey[1] === userId ? before : undefined),
    ...untilMade,
  });

export const userStatesQuery = (userId: string) =>
  queryOptions({
    queryKey: ["user", userId, "states"],
    queryFn: ({ signal }) => request<UserStatesResponse>(`${of(userId)}/states`, { signal }),
  });

export const populationQuery = (slice: Slice = {}) =>
  queryOptions({
    queryKey: ["population", slice],
    queryFn: ({ signal }) => request<PopulationResponse>(withQuery("/v1/population", slice), { signal }),
    staleTime: MINUTE_MS,
    placeholderData: keepPreviousData,
    ...untilMade,
  });

export const predictionModelQuery = queryOptions({
  queryKey: ["predictions"],
  queryFn: ({ signal }) => request<PredictionModelResponse>("/v1/predictions", { signal }),
  staleTime: 5 * MINUTE_MS,
});
