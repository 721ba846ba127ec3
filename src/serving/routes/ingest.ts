import { Type } from "typebox";
import {
  BatchBody,
  BatchEnvelope,
  IdentifyMessage,
  IngestResponse,
  ITEMS_BYTES,
  OtherMessage,
  Problem,
  TrackMessage,
} from "#api";
import { monotonicMs, PlatformError, parseIsoTime } from "#base";
import type { IngestResult } from "#events";
import { ingestResponse } from "../bodies.ts";
import type { AcceptedMessage } from "../pulse.ts";
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
  const { ingestion, metrics, pulse } = services;
  const ingest = async (messages: readonly unknown[], source: string | undefined) => {
    const startedMs = monotonicMs();
    const result = await ingestion.ingestMessages(messages, source);
    metrics.countIngest("event", result, source);
    if (result.accepted > 0) pulse.countFreshness(monotonicMs() - startedMs);
    pulse.countEvents(acceptedOf(messages, result), result.rejected.length);
    return result;
  };

  const batches = {
    "/v1/batch": { summary: "Take in up to 2,500 events; a bad one is rejected alone", spread: shared },
    "/v1/import": {
      summary: "Take in up to 2,500 events of the past, at the times they say",
      spread: historical,
    },
  };
  for (const [path, { summary, spread }] of Object.entries(batches)) {
    server.post(
      path,
      {
        config: { door: "write" },
        validatorCompiler: validateOnly(server, BatchEnvelope),
        schema: { summary, body: BatchBody, response: { 200: IngestResponse, "4xx": Problem } },
      },
      async (request) => {
        const messages = spread(request.body);
        request.admission?.grow(checkContext(request.body));
        return ingestResponse(await ingest(messages, request.source));
      },
    );
  }

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
      async ({ body, source }) => {
        const result = await ingest([{ ...body, type }], source);
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

function acceptedOf(messages: readonly unknown[], { rejected }: IngestResult): readonly AcceptedMessage[] {
  const accepted = messages as readonly AcceptedMessage[]; // but for those rejected
  if (rejected.length === 0) return accepted;
  const refused = new Set(rejected.map(({ position }) => position));
  return accepted.filter((_, n) => !refused.has(n));
}

interface Batch {
  readonly batch: readonly unknown[];
  readonly sentAt?: string | null;
  readonly context?: Readonly<Record<string, unknown>>;
}

/**
 * What a batch says once holds for each of its events that does not say it itself; of the context, field by field. Of two `sentAt` the later holds: rudder-sdk-node's
 * queue writes that of the batch anew with every try, and those of its events only once.
 */
function shared({ batch, sentAt, context }: Batch): readonly unknown[] {
  if (!sentAt && !context) return batch;
  const once = { ...(sentAt && { sentAt }), ...(context && { context }) };
  const sentMs = sentAt ? parseIsoTime(sentAt) : Number.NaN;
  return batch.map((message) => {
    if (!isObject(message)) return message;
    const own = message["context"];
    const isSentLater = typeof message["sentAt"] === "string" && parseIsoTime(message["sentAt"]) < sentMs;
    return {
      ...once,
      ...message,
      ...(context && isObject(own) && { context: { ...context, ...own } }),
      ...(isSentLater && { sentAt }),
    };
  });
}

/** As `shared`, but when an export was sent says nothing about the clock that timed its events. */
function historical({ batch, context }: Batch): readonly unknown[] {
  return shared({ batch, ...(context && { context }) }).map((message) => {
    if (!isObject(message)) return message;
    const { sentAt: _, originalTimestamp, ...event } = message;
    return originalTimestamp === undefined ? event : { timestamp: originalTimestamp, ...event };
  });
}

/**
 * Bytes that a shared context takes once each event has its own. Without a limit a small body would fill the log.
 * @throws PlatformError `body-too-large`
 */
function checkContext({ batch, context }: Batch): number {
  if (context === undefined) return 0;
  const bytes = batch.length * textBytes(context);
  if (bytes <= ITEMS_BYTES) return bytes;
  throw new PlatformError(
    "body-too-large",
    `the context takes ${bytes} bytes over ${batch.length} events, the limit is ${ITEMS_BYTES}; send fewer events at a time`,
  );
}

function textBytes(value: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(value));
  } catch {
    throw new PlatformError("invalid-request", "the context is nested too deep"); // deeper than the stack
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Validates the request by another schema than it is documented by: looser, because each part is checked by itself. */
export function validateOnly(server: Server, schema: object) {
  const compile = server.validatorCompiler!; // set in createServer, before any route
  return () => compile({ schema, method: "POST", url: "", httpPart: "body" });
}
