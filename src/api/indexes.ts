import { type Static, Type } from "typebox";

const NumberOrNull = Type.Union([Type.Number(), Type.Null()]);

/** A vector index over the items of the catalogue. */
export const IndexBody = Type.Object({
  model: Type.String({ description: "name@version of the model whose space the items lie in" }),
  items: Type.Integer(),
  lists: Type.Integer({ description: "Inverted lists; 0: every search is exact" }),
  bytes: Type.Integer({ description: "Of the vectors and of what finds them" }),
  searches: Type.Integer({ description: "Since the start" }),
  recall: Type.Object(
    {
      value: NumberOrNull,
      margin: Type.Union([Type.Number(), Type.Null()], { description: "Half of the 95 % interval" }),
      queries: Type.Integer(),
    },
    {
      description:
        "Mean part of the exact neighbours that live searches found, from a hundredth of them done again exactly; null before the first",
    },
  ),
});

export const IndexesResponse = Type.Object({ indexes: Type.Array(IndexBody) });

export type IndexesResponse = Static<typeof IndexesResponse>;
