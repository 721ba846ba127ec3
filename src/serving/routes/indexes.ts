import { IndexesResponse } from "#api";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";

/** What finds items by their vectors, and how much of what there is to find it finds. */
export function registerIndexRoutes(server: Server, { itemIndexes }: Services): void {
  server.get(
    "/v1/indexes",
    {
      schema: {
        summary: "The vector index in service: size, lists, and recall measured on live searches",
        response: { 200: IndexesResponse },
      },
    },
    async () => ({
      indexes: itemIndexes.reports.map(({ recall: { recall = null, margin = null, queries }, ...index }) => ({
        ...index,
        recall: { value: recall, margin, queries },
      })),
    }),
  );
}
