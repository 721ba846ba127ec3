import { type Static, Type } from "typebox";
import { AnyKey, IsoTime } from "./common.ts";

const status = Type.String({
  description:
    "PRESENT, NULL_VALUE (nothing to tell), NOT_FOUND (no such person or feature, or refused), OUTSIDE_MAX_AGE",
});

/** What is declared and not applied: it is not served. */
const declaredChange = Type.Object(
  {
    added: Type.Array(Type.String()),
    removed: Type.Array(Type.String(), { description: "Still served" }),
    changed: Type.Array(Type.String(), { description: "Served as they were defined before" }),
    needsBackfill: Type.Boolean({ description: "Whether applying it reads all events once" }),
    hint: Type.String({ description: "What to run" }),
  },
  { description: "Absent where what is declared is what is applied" },
);

/** A feature of one person, as a signal. */
export const FeatureBody = Type.Object({
  value: Type.Unknown(),
  status,
  asOf: Type.Union([IsoTime, Type.Null()], { description: "Event time of the newest event reflected" }),
  version: Type.String({ description: "Of the definition" }),
  hint: Type.Optional(Type.String({ description: "Where it is declared and not applied: what to run" })),
});

/** Beyond it a number of JSON stands for several ids: such an id is to be sent as text. */
const WholeId = Type.Number({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER });

/** The request of Feast's feature servers. */
export const OnlineFeaturesBody = Type.Object({
  features: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 250 }), {
      minItems: 1,
      maxItems: 2000,
      description: "Names, or view:name",
    }),
  ),
  feature_service: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  entities: Type.Record(
    AnyKey,
    Type.Array(Type.Union([Type.String({ maxLength: 265 }), WholeId]), { maxItems: 1000 }),
    {
      description:
        'Lists of ids, a row across them: { "user_id": ["u1", "u2"] }, or { "user_id": ["u1", "u1"], "item_id": ["i1", "i2"] }, or with "topic"',
    },
  ),
  full_feature_names: Type.Optional(Type.Boolean({ description: "Names in the answer as view__name" })),
  log: Type.Optional(
    Type.Boolean({
      description: "Ours: keep what is answered, each value with what it was defined as, for training sets",
    }),
  ),
});

/** The answer of Feast's feature servers: one result for each name, in it one value for each person. */
export const OnlineFeaturesResponse = Type.Object({
  metadata: Type.Object({
    feature_names: Type.Array(Type.String()),
    not_applied: Type.Optional(
      Type.Array(Type.String(), { description: "Ours: those asked for that are declared and not applied" }),
    ),
    hint: Type.Optional(Type.String({ description: "What to run, where there are any" })),
  }),
  results: Type.Array(
    Type.Object({
      values: Type.Array(Type.Unknown()),
      statuses: Type.Array(status),
      event_timestamps: Type.Array(IsoTime, { description: "1970-01-01T00:00:00Z where there is none" }),
    }),
  ),
});

/** `GET /v1/features`: the catalogue. */
export const FeaturesResponse = Type.Object({
  version: Type.String({ description: "Of all definitions together" }),
  features: Type.Array(
    Type.Object({
      name: Type.String(),
      view: Type.String(),
      kind: Type.String(),
      entity: Type.String({ description: "user or item" }),
      joinKeys: Type.Array(Type.String(), { description: "The entities it is asked by" }),
      version: Type.String(),
      definition: Type.Record(AnyKey, Type.Unknown()),
    }),
  ),
  services: Type.Record(AnyKey, Type.Array(Type.String())),
  notApplied: Type.Optional(declaredChange),
});

const numberOrNull = Type.Union([Type.Number(), Type.Null()]);

const Quantiles = Type.Object({ p10: numberOrNull, p50: numberOrNull, p90: numberOrNull });
const stability = Type.Union([Type.Number(), Type.Null()], {
  description: "Population stability index against the baseline; null where there is none of this version",
});
const Measure = Type.Union(
  [
    Type.Literal("numbers"),
    Type.Literal("values"),
    Type.Literal("elements"),
    Type.Literal("keys"),
    Type.Literal("places"),
    Type.Literal("projections"),
  ],
  {
    description:
      "What drift is of: numbers, values as they are, elements of lists, keys of maps that count for something, places of histograms, or vectors by how far they lie along the mean of the baseline. Values are never told",
  },
);
const chance = Type.Union([Type.Number(), Type.Null()], {
  description: "What the index reaches by chance alone, from samples of these sizes, 5 times of 100",
});
const shares = Type.Array(Type.Number());

const StateBytes = Type.Object({ p50: Type.Integer(), p99: Type.Integer(), most: Type.Integer() });

/** `GET /v1/features/health` */
export const FeatureHealthResponse = Type.Object({
  at: Type.Union([IsoTime, Type.Null()], { description: "null before the first look" }),
  people: Type.Integer(),
  items: Type.Integer({ description: "Looked at where there are features of items" }),
  compared: Type.Integer({ description: "Values read online and walked from the log" }),
  skewed: Type.Integer({ description: "Of them, those that differ: 0" }),
  features: Type.Array(
    Type.Object({
      name: Type.String(),
      version: Type.String(),
      entity: Type.String(),
      skew: Type.Integer(),
      skewedUser: Type.Optional(Type.String()),
      skewedItem: Type.Optional(Type.String()),
      nullRate: Type.Number(),
      freshnessSeconds: numberOrNull,
      quantiles: Quantiles,
      measure: Measure,
      stabilityIndex: stability,
      indexByChance: chance,
      spread: Type.Optional(
        Type.Object(
          {
            bounds: Type.Array(Type.Number(), {
              description: "One more than there are bins; values beyond the ends count in the outer bins",
            }),
            now: shares,
            before: Type.Optional(shares),
          },
          { description: "Parts of the people, or items, by value: now and in the baseline" },
        ),
      ),
    }),
  ),
  coverage: Type.Record(AnyKey, Type.Number(), { description: "By feature service" }),
  stateBytes: Type.Optional(
    Type.Object(
      { people: StateBytes, items: Type.Optional(StateBytes) },
      { description: "What the features of one of those looked at take in the state" },
    ),
  ),
});

export const FeatureParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 250 }) });

/** `GET /v1/features/{name}/course`: what was found of a feature over time. */
export const FeatureCourseResponse = Type.Object({
  name: Type.String(),
  looks: Type.Array(
    Type.Object({
      at: IsoTime,
      version: Type.String({ description: "Of the definition then" }),
      skew: Type.Integer(),
      nullRate: Type.Number(),
      freshnessSeconds: numberOrNull,
      quantiles: Quantiles,
      stabilityIndex: stability,
      indexByChance: chance,
    }),
    { description: "Oldest first: the newest one by one, those before them one a day" },
  ),
  past: Type.Array(
    Type.Object({
      at: IsoTime,
      people: Type.Integer({ description: "Or items, that had come by then" }),
      nullRate: Type.Number(),
      quantiles: Quantiles,
      stabilityIndex: stability,
      indexByChance: chance,
    }),
    { description: "As of earlier moments, walked from the log at the last look, oldest first" },
  ),
});

export const UserFeatureParams = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 265 }),
  name: FeatureParams.properties.name,
});

/** `GET /v1/users/{id}/features/{name}/course`: one feature of one person over their time here. */
export const UserFeatureCourseResponse = Type.Object({
  userId: Type.String(),
  name: Type.String(),
  version: Type.String(),
  past: Type.Array(
    Type.Object({
      at: IsoTime,
      value: Type.Unknown({ description: "As a training set has it as of then" }),
      status: Type.String(),
    }),
    {
      description:
        "Evenly from their first event to now, oldest first; moments are left out for which what the feature is made of is no longer kept",
    },
  ),
  computedAt: IsoTime,
});

export type UserFeatureCourseResponse = Static<typeof UserFeatureCourseResponse>;
export type FeatureCourseResponse = Static<typeof FeatureCourseResponse>;
export type FeatureBody = Static<typeof FeatureBody>;
export type FeatureHealthResponse = Static<typeof FeatureHealthResponse>;
export type FeaturesResponse = Static<typeof FeaturesResponse>;
export type OnlineFeaturesBody = Static<typeof OnlineFeaturesBody>;
export type OnlineFeaturesResponse = Static<typeof OnlineFeaturesResponse>;
