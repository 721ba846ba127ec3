import { type Static, Type } from "typebox";
import { AnyKey, AsOf, IsoTime } from "./common.ts";
import { TopicBody } from "./users.ts";

export const PeopleQuerystring = Type.Object({
  search: Type.Optional(
    Type.String({ maxLength: 100, description: "Part of an id, or of a trait's text (a name, a country)" }),
  ),
  sort: Type.Union(
    (["lastSeen", "events", "userId", "return", "state"] as const).map((order) => Type.Literal(order)),
    {
      default: "lastSeen",
      description:
        "lastSeen and events: as of now, whatever asOf says. return: the likeliest to come back within a week first; state: core, casual, marginal, new, resurrected, dormant. Both as of the last look at everybody",
    },
  ),
  after: Type.Optional(
    Type.String({
      maxLength: 300,
      description: "Looks at the people behind this id: `next` of the answer before",
    }),
  ),
  offset: Type.Integer({ minimum: 0, maximum: 100_000, default: 0 }),
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  asOf: AsOf,
  include: Type.Optional(
    Type.String({ maxLength: 100, description: "Signals to add, divided by commas: state, predictions" }),
  ),
});

export const PersonRow = Type.Object({
  userId: Type.String(),
  name: Type.Optional(Type.String({ description: "The trait name, where there is one" })),
  firstSeen: IsoTime,
  lastSeen: IsoTime,
  eventCount: Type.Integer(),
  topics: Type.Array(Type.Pick(TopicBody, ["topic", "path", "share"])),
  activity: Type.Array(Type.Integer(), {
    description: "Engagements other than impressions on each of the last 28 days, oldest first",
  }),
  state: Type.Optional(
    Type.Union([Type.String(), Type.Null()], {
      description: "As the signal state says; null before the first event",
    }),
  ),
  predictions: Type.Optional(
    Type.Record(AnyKey, Type.Number(), {
      description: "Target -> probability, as the signal predictions says",
    }),
  ),
});

/** `GET /v1/users`: people, found and in order. */
export const PeopleResponse = Type.Object({
  people: Type.Array(PersonRow),
  total: Type.Integer({ description: "People that match, among those looked at" }),
  lookedAt: Type.Integer(),
  isComplete: Type.Boolean({ description: "False when there are more people behind those looked at" }),
  next: Type.Optional(
    Type.String({
      description:
        "Where there are more: what `after` takes to look at the next ones; who has ids among both is in both",
    }),
  ),
  everybody: Type.Optional(
    Type.Integer({
      description: "Ids there are, counted within the last minutes, where one answer does not look at all",
    }),
  ),
  orderAsOf: Type.Optional(IsoTime),
  computedAt: IsoTime,
});

export type PeopleResponse = Static<typeof PeopleResponse>;
export type PersonRow = Static<typeof PersonRow>;
