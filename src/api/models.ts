import { type Static, Type } from "typebox";
import { AnyKey, IsoTime } from "./common.ts";

const IsoTimeOrNull = Type.Union([IsoTime, Type.Null()]);
const NumberOrNull = Type.Union([Type.Number(), Type.Null()]);
const TextOrNull = Type.Union([Type.String(), Type.Null()]);

const TensorBody = Type.Object({
  name: Type.String(),
  type: Type.String(),
  shape: Type.Array(Type.Union([Type.Integer(), Type.String()]), {
    description: "A size given as text is free",
  }),
});

/** How learning went by the end of one pass. */
export const LearningPointBody = Type.Object({
  epoch: Type.Integer({ description: "Passes done, from 1" }),
  epochs: Type.Integer({ description: "Passes in all, unless it ends early" }),
  loss: Type.Number({ description: "Mean over the pass, of what is minimised" }),
  validation: Type.Optional(Type.Number({ description: "NDCG@10 on people held out for validation" })),
  tokensPerSecond: Type.Number(),
  remainingMs: Type.Number({ description: "Estimate" }),
});

/** What is known of one version of a model. */
export const ModelBody = Type.Object({
  name: Type.String(),
  version: Type.String(),
  kind: Type.String({ description: "A model of ours by its name, or onnx-encoder for one made elsewhere" }),
  serves: Type.Union([Type.String(), Type.Null()], {
    description:
      "personal, cold-start, or on-request: whoever names it in model; null when it is not in service",
  }),
  madeAt: IsoTimeOrNull,
  refitOf: Type.Union([Type.String(), Type.Null()], {
    description:
      "The version it came after, where it was fitted because that was old; null where somebody asked",
  }),
  config: Type.Record(AnyKey, Type.Union([Type.Number(), Type.String()])),
  seed: NumberOrNull,
  data: Type.Object({
    from: IsoTimeOrNull,
    until: IsoTime,
    users: Type.Integer(),
    items: Type.Integer(),
    interactions: Type.Integer(),
    logOffsets: Type.Array(Type.Array(Type.Integer()), {
      description: "Per partition of the log, the records that were read: first, and first no more",
    }),
  }),
  vocabularyHash: Type.Union([Type.String(), Type.Null()], {
    description: "SHA-256 of the item ids in the order of their rows, a line each",
  }),
  metrics: Type.Record(AnyKey, Type.Number()),
  curve: Type.Array(LearningPointBody, {
    description: "A point for each pass; empty for models that do not learn in passes",
  }),
  fitSeconds: Type.Number(),
  code: Type.Union([Type.Object({ version: Type.String(), commit: TextOrNull }), Type.Null()]),
  dimension: NumberOrNull,
  bytes: Type.Integer({ description: "Of its weights, as they are kept" }),
  inputs: Type.Array(TensorBody),
  outputs: Type.Array(TensorBody),
});

export const ModelParams = Type.Object({
  name: Type.String({ maxLength: 200, description: "name, for the newest version, or name@version" }),
});

/** A figure somebody published on the data set that is served. */
const PublishedBody = Type.Object({
  model: Type.String(),
  protocol: Type.String(),
  metrics: Type.Record(AnyKey, Type.Number()),
  source: Type.String(),
  isRecalled: Type.Boolean({ description: "Written down from memory, not read in its source" }),
  note: Type.Optional(Type.String()),
});

export const ModelsResponse = Type.Object({
  models: Type.Array(ModelBody),
  published: Type.Array(PublishedBody, {
    description:
      "Figures on this data set by public protocols: measured on a test that no model here has seen",
  }),
  latencies: Type.Record(
    AnyKey,
    Type.Object({ count: Type.Integer(), p50: Type.Number(), p99: Type.Number() }),
    {
      description:
        "By name@version, ms that it took of its newest lists and rankings since the server started; of those that were asked",
    },
  ),
});

/** `GET /v1/models/{name}/comparison`. */
export const ModelComparisonQuerystring = Type.Object(
  {
    with: Type.String({
      maxLength: 200,
      description: "The other one: name, for the newest version, or name@version",
    }),
    people: Type.Integer({
      minimum: 1,
      maximum: 500,
      default: 100,
      description: "Drawn evenly from everybody",
    }),
    n: Type.Integer({ minimum: 1, maximum: 100, default: 10, description: "Length of the lists" }),
  },
  { additionalProperties: false },
);

const ListsCompared = {
  people: Type.Integer(),
  overlap: NumberOrNull,
  activeSince: Type.Integer({ description: "People who engaged with anything after `asOf`" }),
  hits: Type.Array(Type.Integer(), {
    description: "Of those, who had any of it in their list: by the first model and by the second",
  }),
};

/** What people would get of each of two models. */
export const ModelComparisonResponse = Type.Object({
  models: Type.Array(Type.String(), { description: "Two, as name@version" }),
  n: Type.Integer(),
  asOf: Type.String({ description: "Lists are as of when both had learned all they know" }),
  all: Type.Object(ListsCompared),
  states: Type.Array(Type.Object({ state: TextOrNull, ...ListsCompared })),
  examples: Type.Array(
    Type.Object({
      userId: Type.String(),
      state: TextOrNull,
      overlap: Type.Number(),
      lists: Type.Array(Type.Array(Type.Object({ itemId: Type.String(), title: Type.String() })), {
        description: "What only the first list has, and what only the second",
      }),
    }),
    { description: "For whom they differ most" },
  ),
  computedAt: Type.String(),
});

const config = Type.Record(AnyKey, Type.Union([Type.Number(), Type.String({ maxLength: 100 })]), {
  maxProperties: 100,
});

/** `POST /v1/runs`: fit a model on everything in the log. */
export const RunRequest = Type.Object(
  {
    model: Type.String({ minLength: 1, maxLength: 200, description: "One of `trainable`" }),
    config: Type.Optional(config),
    serve: Type.Optional(
      Type.Boolean({
        description: "Puts what comes of it in service: for people with a history, or a ranker by its name",
      }),
    ),
  },
  { additionalProperties: false },
);

export const RunBody = Type.Object({
  runId: Type.String(),
  model: Type.String(),
  refitOf: Type.Union([Type.String(), Type.Null()], {
    description: "The version that is fitted anew because it is old; null where somebody asked",
  }),
  config,
  status: Type.Union([
    Type.Literal("running"),
    Type.Literal("done"),
    Type.Literal("stopped"),
    Type.Literal("failed"),
  ]),
  startedAt: IsoTime,
  endedAt: IsoTimeOrNull,
  stage: Type.Union([
    Type.Object({ name: Type.String(), done: Type.Number(), total: Type.Number() }),
    Type.Null(),
  ]),
  curve: Type.Array(LearningPointBody),
  version: Type.Union([Type.String(), Type.Null()], {
    description: "What came of it: a version that is in service where that was asked for",
  }),
  error: TextOrNull,
});

export const RunParams = Type.Object({ id: Type.String({ maxLength: 100 }) });

/** `GET /v1/runs`: fits asked for since the server started, the newest first, and what can be fitted. */
export const RunsResponse = Type.Object({
  runs: Type.Array(RunBody),
  trainable: Type.Array(Type.Object({ model: Type.String(), title: Type.String(), defaults: config })),
});

export type ModelBody = Static<typeof ModelBody>;
export type LearningPointBody = Static<typeof LearningPointBody>;
export type RunBody = Static<typeof RunBody>;
export type RunRequest = Static<typeof RunRequest>;
export type RunsResponse = Static<typeof RunsResponse>;
export type ModelComparisonResponse = Static<typeof ModelComparisonResponse>;
export type ModelsResponse = Static<typeof ModelsResponse>;
