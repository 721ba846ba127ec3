import { type Static, Type } from "typebox";
import { AnyKey, IsoTime, ModelVersion } from "./common.ts";

/** One second of what went on. */
export const PulseSecond = Type.Object({
  at: Type.Integer({ description: "The second, in seconds since 1970 of the machine's clock" }),
  events: Type.Record(AnyKey, Type.Integer(), {
    description: "Events accepted, by action or message type; of more than 100 names the rest as others",
  }),
  rejected: Type.Integer(),
  requests: Type.Integer({ description: "Answers, those of ingest included" }),
  errors: Type.Integer({
    description: "Answers of 500 and above, but for what is being made for the first time",
  }),
});

/** How long something took over the last five minutes; `null` where there was nothing to time. */
export const PulseLatency = Type.Object({
  route: Type.String(),
  count: Type.Integer(),
  p50: Type.Union([Type.Number(), Type.Null()], { description: "ms" }),
  p99: Type.Union([Type.Number(), Type.Null()], { description: "ms" }),
  errors: Type.Integer({ description: "Of these answers, those that failed" }),
});

export const PulseEvent = Type.Object({
  receivedAt: IsoTime,
  userId: Type.String(),
  name: Type.String({ description: "Action or message type" }),
  itemId: Type.Optional(Type.String()),
  title: Type.Optional(Type.String()),
});

/** A version of a model that came to answer, ceased to, or was to and failed: what answered goes on then. */
export const PulseChange = Type.Object({
  at: IsoTime,
  kind: Type.Union([Type.Literal("in-service"), Type.Literal("out-of-service"), Type.Literal("refused")]),
  model: Type.String({ description: "name@version" }),
  reason: Type.Optional(Type.String({ description: "Why it was refused" })),
});

/** `GET /v1/pulse`, and each message of `GET /v1/pulse/stream`. */
export const PulseResponse = Type.Object({
  now: IsoTime,
  startedAt: IsoTime,
  fault: Type.Union([Type.String(), Type.Null()], { description: "What keeps it from serving" }),
  lagRecords: Type.Integer(),
  items: Type.Integer(),
  seconds: Type.Array(PulseSecond, { description: "The last two minutes, oldest first, none left out" }),
  freshness: Type.Object(
    {
      count: Type.Integer(),
      p50: Type.Union([Type.Number(), Type.Null()]),
      p99: Type.Union([Type.Number(), Type.Null()]),
    },
    { description: "ms from the arrival of a request with events to their being in every signal" },
  ),
  latencies: Type.Array(PulseLatency, { description: "By route, busiest first" }),
  recommendations: Type.Object({ personal: Type.Integer(), coldStart: Type.Integer() }),
  rejections: Type.Record(AnyKey, Type.Integer(), { description: "Dead letters kept, by reason" }),
  latest: Type.Array(PulseEvent, { description: "The newest events that came in, newest first" }),
  models: Type.Object({ personal: ModelVersion, coldStart: ModelVersion }),
  changes: Type.Array(PulseChange, { description: "Which models answer: what changed lately, newest first" }),
});

export type PulseEvent = Static<typeof PulseEvent>;
export type PulseLatency = Static<typeof PulseLatency>;
export type PulseResponse = Static<typeof PulseResponse>;
export type PulseSecond = Static<typeof PulseSecond>;
