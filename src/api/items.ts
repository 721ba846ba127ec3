import { type Static, Type } from "typebox";
import { AnyKey, IsoTime } from "./common.ts";

/** What can be said of an item when it is put in the catalogue. Fields left out keep their value on an upsert. */
export const ItemInput = Type.Object(
  {
    itemId: Type.String({ minLength: 1, maxLength: 255 }),
    title: Type.Optional(Type.String({ maxLength: 1000 })),
    text: Type.Optional(Type.String({ maxLength: 20_000 })),
    tags: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
        maxItems: 100,
        description: "Topics; the profile's top topics are made of them",
      }),
    ),
    attributes: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    vector: Type.Optional(
      Type.Array(Type.Number(), { minItems: 1, maxItems: 4096, description: "Content vector" }),
    ),
    createdAt: Type.Optional(Type.String({ format: "date-time" })),
    available: Type.Optional(Type.Boolean({ description: "False: never recommended. Default true" })),
  },
  { additionalProperties: false },
);

export const ItemsQuerystring = Type.Object({
  search: Type.Optional(Type.String({ maxLength: 100, description: "Part of a title or of an id" })),
  topic: Type.Optional(Type.String({ maxLength: 100, description: "Only items with this tag" })),
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
});

const ItemRowBody = Type.Object({
  itemId: Type.String(),
  title: Type.Optional(Type.String()),
  tags: Type.Array(Type.String()),
  isAvailable: Type.Boolean(),
  createdAt: Type.Optional(IsoTime),
});

/** `GET /v1/items`: items that match, in the order in which they came into the catalogue. */
export const ItemsResponse = Type.Object({
  items: Type.Array(ItemRowBody),
  total: Type.Integer({ description: "Items that match" }),
  topics: Type.Array(
    Type.Object({
      topic: Type.String(),
      path: Type.Array(Type.String(), { description: "Topics from the top down to this one" }),
      items: Type.Integer(),
    }),
    { description: "Tags of the items that match, the most frequent first" },
  ),
});

export const NearestQuerystring = Type.Object({
  n: Type.Integer({ minimum: 1, maximum: 100, default: 12 }),
});

/** `GET /v1/items/{id}/nearest`: available items whose vectors lie nearest, the nearest first. */
export const NearestResponse = Type.Object({
  itemId: Type.String(),
  space: Type.String({
    description:
      "Whose vectors: name@version of a model in service that makes them, else of the space that interests are found in",
  }),
  items: Type.Array(
    Type.Object({
      itemId: Type.String(),
      title: Type.Optional(Type.String()),
      score: Type.Number({ description: "Inner product; of unit vectors their cosine" }),
    }),
    { description: "Empty where nothing is known that makes a vector of the item" },
  ),
  computedAt: IsoTime,
});

/** Events of a day by name, from the lake: the newest minute may be missing. */
export const DayOfEvents = Type.Object({
  day: Type.String({ description: "UTC date" }),
  counts: Type.Record(AnyKey, Type.Integer()),
});

/** What people did with an item. */
const Engagement = Type.Object({
  days: Type.Array(DayOfEvents),
  people: Type.Integer({ description: "Ids that did more than see it" }),
  engagers: Type.Array(Type.Object({ userId: Type.String(), events: Type.Integer(), lastAt: IsoTime }), {
    description: "Who did most with it, impressions not counted",
  }),
});

/** `GET /v1/items/{id}`. */
export const ItemResponse = Type.Object({
  ...ItemRowBody.properties,
  text: Type.Optional(Type.String()),
  attributes: Type.Record(AnyKey, Type.Unknown()),
  hasVector: Type.Boolean(),
  topics: Type.Array(
    Type.Object({
      topicId: Type.String(),
      name: Type.String(),
      level: Type.Integer({ minimum: 0, description: "0 at the top" }),
      path: Type.Array(Type.String(), { description: "Names from the top down, its own last" }),
      score: Type.Number({ description: "Part of the item's topics of this level, 0..1" }),
    }),
    { description: "What it is about, the deepest first: by tags, attributes or text" },
  ),
  engagement: Type.Union([Engagement, Type.Null()], {
    description: "null while the lake is not written yet",
  }),
  computedAt: IsoTime,
});

export type NearestResponse = Static<typeof NearestResponse>;
export type ItemInput = Static<typeof ItemInput>;
export type ItemResponse = Static<typeof ItemResponse>;
export type ItemsResponse = Static<typeof ItemsResponse>;
