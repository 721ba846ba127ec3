import { Problem, RankBody, RankResponse } from "#api";
import { monotonicMs } from "#base";
import { toIso, toIsoOrNull, versionsOf } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import { asOfOf } from "./as-of.ts";
import { requestOf } from "./list-request.ts";

/** Scores of items that somebody else found. */
export function registerRankRoutes(
  server: Server,
  { catalogue, recommender, clock, metrics, pulse }: Services,
): void {
  server.post(
    "/v1/rank",
    {
      schema: {
        summary:
          "Scores given items for a person, best first: for search results, ads, a list made elsewhere",
        body: RankBody,
        response: { 200: RankResponse, "4xx": Problem },
      },
    },
    async ({ body }, reply) => {
      const { itemIds, orderVotes, ...asked } = body;
      const request = {
        ...requestOf(asked),
        asOfMs: asOfOf(body, clock),
        cameMs: monotonicMs(),
        n: itemIds.length,
        seed: "",
      };
      const ranking = await recommender.rank(request, { itemIds, orderVotes });
      const { surface, items, unknownItemIds, mutedItemIds } = ranking;
      metrics.observeRanking(ranking);
      pulse.countModels(ranking);
      const answer = {
        userId: body.userId ?? null,
        surface,
        items: items.map(({ itemRow, score = null, heads }) => ({
          itemId: catalogue.at(itemRow).itemId,
          score,
          heads,
        })),
        unknownItemIds,
        mutedItemIds,
        isColdStart: ranking.isColdStart,
        versions: versionsOf(ranking),
        asOf: toIsoOrNull(ranking.newestEventMs),
        computedAt: toIso(clock.nowMs()),
      };
      // Text already: what is written by the schema takes a seventh of the time of ranking hundreds of items.
      return reply.type("application/json; charset=utf-8").send(JSON.stringify(answer) as never);
    },
  );
}
