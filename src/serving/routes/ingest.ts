import { Type } from "typebox";
import {
  BatchBody,
  BatchEnvelope,
  IdentifyMessage,
  IngestResponse,
  OtherMessage,
  Problem,
  TrackMessage,
} from "#api";
import { PlatformError } from "#base";
import { ingestResponse } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";

const Envelope = Type.Object({}, { additionalProperties: true });
const single = {
  track: TrackMessage,
  identify: IdentifyMessage,
  page: OtherMessage,
  screen: OtherMessage,
  group: OtherMessage,
  alias: OtherMessage,
};

/** The Segment spec's doors. The documented schema is what each event is validated by, one by one, in `#events`. */
export function registerIngestRoutes(server: Server, services: Services): void {
  const { ingestion, metrics } = services;
  const ingest = async (messages: readonly unknown[]) => {
    const result = await ingestion.ingestMessages(messages);
    metrics.countEvents("event", "accepted", result.accepted);
    metrics.countEvents("event", "rejected", result.rejected.length);
    return result;
  };

  server.post(
    "/v1/batch",
    {
      config: { door: "write" },
      validatorCompiler: validateOnly(server, BatchEnvelope),
      schema: {
        summary: "Take in up to 2,500 events; a bad one is rejected alone",
        body: BatchBody,
        response: { 200: IngestResponse, "4xx": Problem },
      },
    },
    async ({ body: { batch, sentAt, context } }) => {
      const shared = { ...(sentAt && { sentAt }), ...(context && { context }) };
      return ingestResponse(await ingest(batch.map((message) => withShared(message, shared))));
    },
  );

  for (const [type, schema] of Object.entries(single)) {
    server.post(
      `/v1/${type}`,
      {
        config: { door: "write" },
        validatorCompiler: validateOnly(server, Envelope),
        schema: {
          summary: `Take in one ${type} event`,
          body: Type.Omit(schema, ["type"], { additionalProperties: true }),
          response: { 200: IngestResponse, "4xx": Problem },
        },
      },
      async ({ body }) => {
        const result = await ingest([{ ...body, type }]);
        const [fault] = result.rejected;
        if (fault)
          throw new PlatformError(
            "invalid-request",
            `${fault.code} at ${fault.path || "/"}: ${fault.message}`,
          );
        return ingestResponse(result);
      },
    );
  }
}

/** What a batch says once holds for each of its events that does not say it itself. */
function withShared(message: unknown, shared: object): unknown {
  return typeof message === "object" && message !== null && !Array.isArray(message)
    ? { ...shared, ...message }
    : message;
}

/** Validates the request by another schema than it is documented by: looser, because each part is checked by itself. */
export function validateOnly(server: Server, schema: object) {
  const compile = server.validatorCompiler!; // set in createServer, before any route
  return () => compile({ schema, method: "POST", url: "", httpPart: "body" });
}
