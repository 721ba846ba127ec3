import { type Static, Type } from "typebox";
import { AnyKey, AsOf, ForPurpose, IsoTime } from "./common.ts";
import { FeatureBody } from "./features.ts";
import { InterestsBody, PredictionsBody, UserStateBody } from "./interests.ts";
import { signal } from "./signal.ts";
import { UserVectorsBody } from "./vectors.ts";

/** One row of a sequence, enriched with what the catalogue knows of the item. */
export const SequenceEvent = Type.Object({
  eventId: Type.String(),
  action: Type.String(),
  timestamp: IsoTime,
  itemId: Type.Optional(Type.String()),
  title: Type.Optional(Type.String()),
  tags: Type.Optional(Type.Array(Type.String())),
  surface: Type.Optional(Type.String()),
  dwellMs: Type.Optional(Type.Number()),
  value: Type.Optional(Type.Number()),
  slateId: Type.Optional(Type.String()),
  position: Type.Optional(Type.Integer()),
  source: Type.Optional(Type.String()),
});

export const SequenceQuerystring = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 16_384, default: 100 }),
  asOf: AsOf,
  since: Type.Optional(Type.String({ format: "date-time", description: "Nothing earlier" })),
  action: Type.Optional(
    Type.String({ maxLength: 1000, description: "Only these actions, divided by commas" }),
  ),
  surface: Type.Optional(
    Type.String({ maxLength: 1000, description: "Only these surfaces, divided by commas" }),
  ),
  purpose: ForPurpose,
});

export const SequenceResponse = Type.Object({
  userId: Type.String(),
  events: Type.Array(SequenceEvent),
  ...signal,
});

export const UserQuerystring = Type.Object({
  asOf: AsOf,
  purpose: ForPurpose,
  include: Type.Optional(
    Type.String({
      maxLength: 200,
      description:
        "Signals to add, divided by commas: interests, state, predictions, vectors, features (of now, so without asOf)",
    }),
  ),
  features: Type.Optional(
    Type.String({
      maxLength: 10_000,
      description: "Names of features, or of feature services, divided by commas. Default: all",
    }),
  ),
  model: Type.Optional(
    Type.String({
      maxLength: 200,
      description: "The model in service that makes the vectors: name, or name@version. Default: the first",
    }),
  ),
});

export const TopicBody = Type.Object({
  topic: Type.String(),
  path: Type.Array(Type.String(), { description: "Topics from the top down to this one" }),
  share: Type.Number({ description: "Part of the recency-weighted engagement that touches the topic" }),
  eventCount: Type.Integer(),
  evidence: Type.Array(Type.String(), { description: "Ids of the events that weigh most" }),
});

export const LinkParams = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 265 }),
  linkedId: Type.String({ minLength: 1, maxLength: 265 }),
});

const ids = Type.Array(Type.String(), {
  description: "All ids of the person; anonymous ones begin with anonymous:",
});

export const UnlinkResponse = Type.Object({ userId: Type.String(), ids });

export const UserResponse = Type.Object({
  userId: Type.String({ description: "The person's own id, whichever was asked for" }),
  ids,
  traits: Type.Record(AnyKey, Type.Unknown()),
  firstSeen: IsoTime,
  lastSeen: IsoTime,
  eventCount: Type.Integer({ description: "All accepted events" }),
  engagementCount: Type.Integer({ description: "All engagements, also those the sequence no longer keeps" }),
  counts: Type.Record(AnyKey, Type.Integer(), {
    description: "By event name; under the empty name undeclared ones beyond the first few hundred",
  }),
  topics: Type.Array(TopicBody),
  latest: Type.Array(SequenceEvent),
  features: Type.Optional(Type.Record(AnyKey, FeatureBody)),
  interests: Type.Optional(InterestsBody),
  state: Type.Optional(UserStateBody),
  predictions: Type.Optional(PredictionsBody),
  vectors: Type.Optional(UserVectorsBody),
  ...signal,
});

export type TopicBody = Static<typeof TopicBody>;
export type SequenceEvent = Static<typeof SequenceEvent>;
export type SequenceQuerystring = Static<typeof SequenceQuerystring>;
export type SequenceResponse = Static<typeof SequenceResponse>;
export type UserResponse = Static<typeof UserResponse>;
export type UserQuerystring = Static<typeof UserQuerystring>;
