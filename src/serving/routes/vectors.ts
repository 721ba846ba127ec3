import { Problem, ScoreBody, ScoreResponse } from "#api";
import { PlatformError } from "#base";
import { type ModelReference, similarities, type VectorTable } from "#models";
import type { ServedEncoder } from "#profiles";
import { toIso } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";

/** Vectors that consumers took away, held against items here: of one model version, or not at all. */
export function registerVectorRoutes(server: Server, { vectors, catalogue, clock }: Services): void {
  server.post(
    "/v1/vectors/score",
    {
      schema: {
        summary: "Inner products of a vector, of a person or an item, with items of the same model version",
        body: ScoreBody,
        response: { 200: ScoreResponse, "4xx": Problem },
      },
    },
    async ({ body: { vector, version, itemIds } }) => {
      const encoder = await vectors.encoder(version.slice(0, version.lastIndexOf("@")));
      if (!encoder) throw new PlatformError("unknown-model", "No model in service makes vectors.");
      const table = await tableOf(encoder);
      const given = { version: version as ModelReference, values: Float32Array.from(vector) }; // compared with ours next
      const rows = itemIds.map((itemId) => catalogue.rowOf(itemId));
      const scores = similarities(given, table, rows);
      return {
        version: table.version,
        scores: itemIds.map((itemId, n) => ({ itemId, score: scores[n] ?? null })),
        computedAt: toIso(clock.nowMs()),
      };
    },
  );
}

async function tableOf({ version, encoder }: ServedEncoder): Promise<VectorTable> {
  return { version, dimension: encoder.dimension, values: await encoder.itemVectors() };
}
