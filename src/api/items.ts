import { type Static, Type } from "typebox";

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

export type ItemInput = Static<typeof ItemInput>;
