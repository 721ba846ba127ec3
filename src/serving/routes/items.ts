import {
  IngestResponse,
  ITEMS_BYTES,
  ItemParams,
  ItemsBody,
  ItemsEnvelope,
  Problem,
  RelatedQuerystring,
  RelatedResponse,
} from "#api";
import { PlatformError } from "#base";
import { ingestResponse, toIso, versionOf } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import { asOfOf } from "./as-of.ts";
import { validateOnly } from "./ingest.ts";

/** The catalogue, and what is like what. */
export function registerItemRoutes(server: Server, services: Services): void {
  const { ingestion, metrics, catalogue, recommender, clock } = services;

  server.post(
    "/v1/items",
    {
      config: { door: "write" },
      bodyLimit: ITEMS_BYTES,
      validatorCompiler: validateOnly(server, ItemsEnvelope),
      schema: {
        summary:
          "Put up to 5,000 items in the catalogue; fields left out keep their value, a bad item is rejected alone",
        body: ItemsBody,
        response: { 200: IngestResponse, "4xx": Problem },
      },
    },
    async ({ body: { items }, source }) => {
      const result = await ingestion.ingestItems(items, source);
      metrics.countIngest("item", result, source);
      return ingestResponse(result);
    },
  );

  server.get(
    "/v1/items/:id/related",
    {
      schema: {
        summary: "Items that the same people engage with",
        params: ItemParams,
        querystring: RelatedQuerystring,
        response: { 200: RelatedResponse, "4xx": Problem },
      },
    },
    async ({ params: { id }, query }) => {
      const row = catalogue.rowOf(id);
      if (row === undefined)
        throw new PlatformError("item-not-found", `no item "${id}"; put it with POST /v1/items`);
      const related = await recommender.related(row, query.n, asOfOf(query, clock));
      return {
        ...named(row),
        items: related.map(({ itemRow, score, source }) => ({ ...named(itemRow), score, source })),
        versions: { personal: versionOf(recommender.models.personal) },
        computedAt: toIso(clock.nowMs()),
      };
    },
  );

  function named(row: number): { itemId: string; title?: string } {
    const { itemId, title } = catalogue.at(row);
    return { itemId, ...(title !== undefined && { title }) };
  }
}
