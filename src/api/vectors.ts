import { type Static, Type } from "typebox";
import { IsoTime, ModelReferenceText } from "./common.ts";

/** A vector of a person, with what every signal carries. */
export const VectorSignal = Type.Object({
  value: Type.Union([Type.Array(Type.Number()), Type.Null()], {
    description: "Of length 1; null when there is nothing the model could go by, or may",
  }),
  version: ModelReferenceText,
  asOf: Type.Union([IsoTime, Type.Null()], { description: "Event time of the newest engagement reflected" }),
  computedAt: IsoTime,
  completeness: Type.Number({
    minimum: 0,
    maximum: 1,
    description: "Part of the engagements it was computed of that the model knows; 0 when there is no vector",
  }),
});

export const UserVectorsBody = Type.Object(
  {
    now: VectorSignal,
    long: VectorSignal,
  },
  { description: "By include=vectors" },
);

export const ScoreBody = Type.Object(
  {
    vector: Type.Array(Type.Number(), { minItems: 1, maxItems: 4096 }),
    version: ModelReferenceText,
    itemIds: Type.Array(Type.String({ maxLength: 255 }), { minItems: 1, maxItems: 10_000 }),
  },
  { additionalProperties: false },
);

export const ScoreResponse = Type.Object({
  version: ModelReferenceText,
  scores: Type.Array(
    Type.Object({
      itemId: Type.String(),
      score: Type.Union([Type.Number(), Type.Null()], {
        description: "Inner product; null for an item that the model does not know",
      }),
    }),
  ),
  computedAt: IsoTime,
});

export type VectorSignal = Static<typeof VectorSignal>;
