import {
  IngestResponse,
  ITEMS_BYTES,
  ItemParams,
  ItemResponse,
  ItemsBody,
  ItemsEnvelope,
  ItemsQuerystring,
  ItemsResponse,
  NearestQuerystring,
  NearestResponse,
  Problem,
  RelatedQuerystring,
  RelatedResponse,
} from "#api";
import { type ItemRow, PlatformError } from "#base";
import { type Catalogue, type Item, searchItems } from "#events";
import { type ItemEngagement, nearestItems, readItemEngagement } from "#profiles";
import { ingestResponse, toIso, versionOf } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import { asOfOf } from "./as-of.ts";
import { validateOnly } from "./ingest.ts";

/** The catalogue, and what is like what. */
export function registerItemRoutes(server: Server, services: Services): void {
  registerPutItems(server, services);
  registerReadItems(server, services);
  registerRelatedItems(server, services);
  registerNearestItems(server, services);
}

function registerPutItems(server: Server, { ingestion, metrics }: Services): void {
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
}

function registerReadItems(server: Server, { catalogue, clock, interests, lake: lakeNow }: Services): void {
  server.get(
    "/v1/items",
    {
      schema: {
        summary: "Items by title, id or topic, with the topics they have",
        querystring: ItemsQuerystring,
        response: { 200: ItemsResponse, "4xx": Problem },
      },
    },
    async ({ query }) => {
      const { items, total, topics } = searchItems(catalogue, query);
      const { taxonomy } = interests.knowledge;
      return {
        items: items.map(itemBody),
        total,
        topics: topics.map((tag) => ({
          ...tag,
          path: [...(taxonomy.named(tag.topic)?.path ?? [tag.topic])],
        })),
      };
    },
  );

  server.get(
    "/v1/items/:id",
    {
      schema: {
        summary: "An item, and what people did with it",
        params: ItemParams,
        response: { 200: ItemResponse, "4xx": Problem },
      },
    },
    async ({ params: { id } }) => {
      const item = catalogue.at(rowOf(id, catalogue));
      const lake = lakeNow();
      return {
        ...itemBody(item),
        ...(item.text !== undefined && { text: item.text }),
        attributes: { ...item.attributes },
        hasVector: item.vector !== undefined,
        topics: interests.knowledge.taxonomy.topicsOf(item).map(({ topic, level, score }) => ({
          ...{ topicId: topic.topicId, name: topic.name, level, path: [...topic.path], score },
        })),
        engagement: lake ? engagementBody(await readItemEngagement(lake, id)) : null,
        computedAt: toIso(clock.nowMs()),
      };
    },
  );
}

function registerRelatedItems(server: Server, { catalogue, recommender, clock }: Services): void {
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
      const row = rowOf(id, catalogue);
      const { personal } = recommender.models;
      const related = await recommender.related(row, query.n, asOfOf(query, clock));
      return {
        ...named(row, catalogue),
        items: related.map(({ itemRow, score, source }) => ({ ...named(itemRow, catalogue), score, source })),
        versions: { personal: versionOf(personal) },
        computedAt: toIso(clock.nowMs()),
      };
    },
  );
}

function registerNearestItems(server: Server, services: Services): void {
  const { catalogue, clock } = services;
  server.get(
    "/v1/items/:id/nearest",
    {
      schema: {
        summary: "Items whose vectors lie nearest to an item's",
        params: ItemParams,
        querystring: NearestQuerystring,
        response: { 200: NearestResponse, "4xx": Problem },
      },
    },
    async ({ params: { id }, query: { n } }) => {
      const { space, found } = await nearestTo(rowOf(id, catalogue), n, services);
      return {
        itemId: id,
        space,
        items: found.map(({ itemRow, score }) => ({ ...named(itemRow, catalogue), score })),
        computedAt: toIso(clock.nowMs()),
      };
    },
  );
}

/** In the space of the model in service that makes vectors; without one, or where it does not know the item, in that of the interests. */
async function nearestTo(
  row: ItemRow,
  n: number,
  { itemIndexes, interests, catalogue, clock }: Services,
): Promise<{ space: string; found: readonly { readonly itemRow: ItemRow; readonly score: number }[] }> {
  const index = itemIndexes.current;
  const vector = index?.vectorOf(row);
  if (index && vector) {
    const filter = { tags: [], deny: new Set([row]), asOfMs: clock.nowMs() };
    return { space: index.encoder.version, found: await index.nearest(vector, n, filter) };
  }
  const { space } = interests.knowledge;
  return { space: `items ${space.version}`, found: await nearestItems(space, catalogue, row, n) };
}

function named(row: number, catalogue: Catalogue): { itemId: string; title?: string } {
  const { itemId, title } = catalogue.at(row);
  return { itemId, ...(title !== undefined && { title }) };
}

/** @throws PlatformError `item-not-found` */
function rowOf(id: string, catalogue: Catalogue): ItemRow {
  const row = catalogue.rowOf(id);
  if (row !== undefined) return row;
  throw new PlatformError("item-not-found", `no item "${id}"; put it with POST /v1/items`);
}

function itemBody({ itemId, title, tags, isAvailable, createdAtMs }: Item): ItemsResponse["items"][number] {
  return {
    itemId,
    ...(title !== undefined && { title }),
    tags: [...tags],
    isAvailable,
    ...(createdAtMs !== undefined && { createdAt: toIso(createdAtMs) }),
  };
}

function engagementBody({ days, people, engagers }: ItemEngagement): ItemResponse["engagement"] {
  return {
    days: days.map(({ day, counts }) => ({ day, counts: { ...counts } })),
    people,
    engagers: [...engagers],
  };
}
