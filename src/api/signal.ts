import { Type } from "typebox";
import { IsoTime } from "./common.ts";

/** What every signal carries beside its value (the product's contract). */
export const signal = {
  asOf: Type.Union([IsoTime, Type.Null()], { description: "Event time of the newest event reflected" }),
  computedAt: IsoTime,
  version: Type.String(),
  completeness: Type.Number({
    minimum: 0,
    maximum: 1,
    description:
      "Part of the acknowledged events that is reflected: 1, because events are acknowledged when they show",
  }),
};
