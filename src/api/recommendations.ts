import { type Static, Type } from "typebox";
import { AsOf, IsoTime, ModelVersion } from "./common.ts";

export const RecommendationBody = Type.Object(
  {
    userId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 265,
        description: "Left out, or never seen: the cold-start list",
      }),
    ),
    n: Type.Integer({ minimum: 1, maximum: 500, default: 10 }),
    model: Type.Optional(
      Type.String({
        maxLength: 200,
        description:
          "The model in service that answers a person with a history: name, or name@version. Default: the personal one",
      }),
    ),
    excludeSeen: Type.Boolean({ default: true, description: "Leave out what the person engaged with" }),
    excludeItemIds: Type.Array(Type.String({ maxLength: 255 }), { maxItems: 10_000, default: [] }),
    asOf: AsOf,
  },
  { additionalProperties: false },
);

const ReasonBody = Type.Object({
  kind: Type.String({ description: "because-of, popular or similar" }),
  text: Type.String(),
  evidence: Type.Array(Type.String(), { description: "Ids of the person's own events" }),
});

export const RecommendedItem = Type.Object({
  itemId: Type.String(),
  title: Type.Optional(Type.String()),
  score: Type.Number(),
  source: Type.String({ description: "The model that proposed it" }),
  reasons: Type.Array(ReasonBody),
});

export const RecommendationResponse = Type.Object({
  recommendationId: Type.String({
    description: "Send it back as slateId on the impressions and actions that follow",
  }),
  userId: Type.Union([Type.String(), Type.Null()]),
  items: Type.Array(RecommendedItem),
  isColdStart: Type.Boolean({ description: "True when there was nothing the person did to go by" }),
  versions: Type.Object({ personal: ModelVersion, coldStart: ModelVersion }),
  asOf: Type.Union([IsoTime, Type.Null()], { description: "Event time of the newest event reflected" }),
  computedAt: IsoTime,
});

export const RelatedQuerystring = Type.Object({
  n: Type.Integer({ minimum: 1, maximum: 500, default: 10 }),
  asOf: AsOf,
});

const RelatedItem = Type.Object({
  itemId: Type.String(),
  title: Type.Optional(Type.String()),
  score: Type.Number({ description: "Comparable within one source" }),
  source: Type.String({ description: "The model, or shared-tags where engagement says nothing yet" }),
});

export const RelatedResponse = Type.Object({
  itemId: Type.String(),
  title: Type.Optional(Type.String()),
  items: Type.Array(RelatedItem),
  versions: Type.Object({ personal: ModelVersion }),
  computedAt: IsoTime,
});

export type RecommendationBody = Static<typeof RecommendationBody>;
export type RecommendationResponse = Static<typeof RecommendationResponse>;
export type RelatedResponse = Static<typeof RelatedResponse>;
