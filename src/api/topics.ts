import { type Static, Type } from "typebox";
import { IsoTime } from "./common.ts";
import { DayOfEvents } from "./items.ts";

export const TopicParams = Type.Object({
  topic: Type.String({ minLength: 1, maxLength: 250, description: "Its name: a tag, or one of the tree" }),
});

/** `GET /v1/topics/{topic}`: how it goes, and who has it as an interest. Nothing of a sensitive one. */
export const TopicResponse = Type.Object({
  topic: Type.String(),
  path: Type.Array(Type.String(), { description: "Topics from the top down to this one" }),
  items: Type.Integer({ description: "About it, or something below it" }),
  days: Type.Union([Type.Array(DayOfEvents), Type.Null()], {
    description: "Events with its items, from the lake; null while that is not written yet",
  }),
  isComplete: Type.Boolean({ description: "False where it has more items than days are counted of" }),
  people: Type.Union(
    [
      Type.Object({
        count: Type.Integer({ description: "With an interest there or below it" }),
        part: Type.Number({ description: "Of everybody looked at" }),
        most: Type.Array(
          Type.Object({
            userId: Type.String(),
            share: Type.Number({ description: "Part of their interests" }),
            state: Type.Union([Type.String(), Type.Null()]),
          }),
          { description: "Whose interests it is most of, the largest part first" },
        ),
        asOf: IsoTime,
      }),
      Type.Null(),
    ],
    { description: "As of the last look at everybody; null before the first" },
  ),
  computedAt: IsoTime,
});

export type TopicResponse = Static<typeof TopicResponse>;
