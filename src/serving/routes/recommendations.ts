import { Problem, RecommendationBody, RecommendationResponse } from "#api";
import { toIso, toIsoOrNull, versionOf } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import { asOfOf } from "./as-of.ts";

/** What a person probably wants next. */
export function registerRecommendationRoutes(server: Server, services: Services): void {
  const { catalogue, recommender, clock, metrics } = services;

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
      const { coldStart } = recommender.models;
      return {
        recommendationId: services.newRecommendationId(),
        userId: userId ?? null,
        items: candidates.map(({ itemRow, score, source, reasons }) => {
          const { itemId, title } = catalogue.at(itemRow);
          return {
            itemId,
            ...(title !== undefined && { title }),
            score,
            source,
            reasons: reasons.map((reason) => ({ ...reason, evidence: [...reason.evidence] })),
          };
        }),
        isColdStart,
        versions: { personal: versionOf(personal), coldStart: versionOf(coldStart) },
        asOf: toIsoOrNull(newestEventMs),
        computedAt: toIso(clock.nowMs()),
      };
    },
  );
}
