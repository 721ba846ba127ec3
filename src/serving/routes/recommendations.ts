import { Problem, RecommendationBody, RecommendationResponse } from "#api";
import { recommendedItem, toIso, toIsoOrNull, versionOf } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import { asOfOf } from "./as-of.ts";

/** What a person probably wants next. */
export function registerRecommendationRoutes(server: Server, services: Services): void {
  const { catalogue, recommender, clock, metrics, pulse } = services;

  server.post(
    "/v1/recommendations",
    {
      schema: {
        summary: "A list for a person, each item with its reason; the cold-start list for somebody new",
        body: RecommendationBody,
        response: { 200: RecommendationResponse, "4xx": Problem },
      },
    },
    async ({ body }) => {
      const { asOf: _, ...asked } = body;
      const { userId } = asked;
      const request = { ...asked, asOfMs: asOfOf(body, clock) };
      const { candidates, isColdStart, personal, newestEventMs } = await recommender.recommend(request);
      metrics.countRecommendation(isColdStart ? "cold-start" : "personal");
      pulse.countRecommendation(isColdStart ? "coldStart" : "personal");
      const { coldStart } = recommender.models;
      return {
        recommendationId: services.newRecommendationId(),
        userId: userId ?? null,
        items: candidates.map((candidate) => recommendedItem(candidate, catalogue)),
        isColdStart,
        versions: { personal: versionOf(personal), coldStart: versionOf(coldStart) },
        asOf: toIsoOrNull(newestEventMs),
        computedAt: toIso(clock.nowMs()),
      };
    },
  );
}
