import {
  Problem,
  RECOMMENDATION_BYTES,
  RecommendationBody,
  RecommendationParams,
  RecommendationResponse,
  ServedListResponse,
} from "#api";
import { monotonicMs, PlatformError } from "#base";
import { isPersonId } from "#events";
import type { RecommendationRequest, Recommendations } from "#recommendation";
import { recommendedItem, servedListBody, stagesBody, toIso, toIsoOrNull, versionsOf } from "../bodies.ts";
import { cursorAfter, openCursor } from "../cursor.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import { asOfOf } from "./as-of.ts";
import { requestOf } from "./list-request.ts";

/** What a person probably wants next. */
export function registerRecommendationRoutes(server: Server, services: Services): void {
  const { catalogue, recommender, servedLists, clock } = services;

  server.post(
    "/v1/recommendations",
    {
      bodyLimit: RECOMMENDATION_BYTES,
      schema: {
        summary: "A list for a person, each item with its reason; the cold-start list for somebody new",
        body: RecommendationBody,
        response: { 200: RecommendationResponse, "4xx": Problem },
      },
    },
    async ({ body }) => {
      const recommendationId = services.newRecommendationId();
      const first = {
        ...{ asOfMs: asOfOf(body, clock), cameMs: monotonicMs() },
        ...{ seed: recommendationId, shown: [] },
      };
      const { shown, ...moment } = openCursor(body, recommender) ?? first;
      const request = { ...requestOf(body), ...moment, n: shown.length + body.n };
      const made = await recommender.recommend(request);
      const before = new Set(shown);
      const items = made.items.filter(({ itemRow }) => !before.has(itemRow)).slice(0, body.n);
      const served = { recommendationId, offset: shown.length, items };
      sideEffects(services, body, { request, made, served });
      const itemRows = items.map(({ itemRow }) => itemRow);
      const nextCursor = cursorAfter({ ...moment, shown, itemRows }, body, recommender, made.modelIds);
      return {
        recommendationId,
        userId: body.userId ?? null,
        surface: made.surface,
        items: items.map((item) => recommendedItem(item, catalogue)),
        isColdStart: made.isColdStart,
        versions: versionsOf(made),
        ...(nextCursor !== undefined && { nextCursor }),
        ...(body.explain && { stages: stagesBody(made.trace) }),
        asOf: toIsoOrNull(made.newestEventMs),
        computedAt: toIso(clock.nowMs()),
      };
    },
  );

  server.get(
    "/v1/recommendations/:id",
    {
      schema: {
        summary: "A list as it was served, what every stage did, and what the person did with it",
        params: RecommendationParams,
        response: { 200: ServedListResponse, "4xx": Problem },
      },
    },
    async ({ params: { id } }) => {
      const list = await servedLists.get(id);
      if (!list)
        throw new PlatformError(
          "recommendation-not-found",
          `no list "${id}" is kept; the oldest go when all of them take more room than they may`,
        );
      return servedListBody(list, await recommender.outcomes(list, clock.nowMs()), catalogue);
    },
  );
}

/** What happens with a list after it was made: counted, kept, and compared with what its surface's shadow would have said. */
function sideEffects(
  { metrics, pulse, servedLists, catalogue, clock, recommender }: Services,
  { userId, condition }: RecommendationBody,
  { request, made, served }: { request: RecommendationRequest; made: Recommendations; served: ServedPage },
): void {
  const { surface, isColdStart, trace } = made;
  const { recommendationId, offset, items } = served;
  const { asOfMs, seed } = request;
  metrics.countRecommendation(isColdStart ? "cold-start" : "personal");
  pulse.countRecommendation(isColdStart ? "coldStart" : "personal");
  metrics.observePipeline(made);
  pulse.countModels(made);
  const versions = Object.entries(versionsOf(made)).map(
    ([role, { name, version }]) => [role, { name, version }] as const,
  );
  servedLists.keep({
    recommendationId,
    ...(userId !== undefined && isPersonId(userId) && { userId }),
    surface,
    servedAtMs: clock.nowMs(),
    ...{ asOfMs, seed, offset },
    ...(condition && { condition }),
    isColdStart,
    versions: Object.fromEntries(versions),
    items: items.map(({ itemRow, places: _, ...item }) => ({
      itemId: catalogue.at(itemRow).itemId,
      ...item,
    })),
    trace,
  });
  setImmediate(() => {
    recommender.shadow(request, made).then(
      (shadow) => {
        if (!shadow) return;
        metrics.observePipeline(shadow.list);
        metrics.observeShadow(surface, shadow.comparison);
      },
      () => metrics.countShadowFailure(surface),
    );
  });
}

interface ServedPage {
  readonly recommendationId: string;
  /** Items shown on the pages before. */
  readonly offset: number;
  readonly items: Recommendations["items"];
}
