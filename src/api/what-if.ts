import { type Static, Type } from "typebox";
import { AsOf, IsoTime } from "./common.ts";
import { InterestBody, UserStateBody } from "./interests.ts";
import { RecommendedItem } from "./recommendations.ts";
import { TopicBody } from "./users.ts";

/** An event that did not happen. */
export const ImaginedEvent = Type.Object(
  {
    action: Type.String({ minLength: 1, maxLength: 100, description: "A declared action" }),
    itemId: Type.String({ minLength: 1, maxLength: 255 }),
    surface: Type.Optional(Type.String({ maxLength: 64 })),
    timestamp: Type.Optional(
      Type.String({ format: "date-time", description: "Default: the moment asked about" }),
    ),
  },
  { additionalProperties: false },
);

export const WhatIfBody = Type.Object(
  {
    userId: Type.String({ minLength: 1, maxLength: 265 }),
    add: Type.Array(ImaginedEvent, { maxItems: 100, default: [] }),
    remove: Type.Array(Type.String({ maxLength: 255 }), {
      maxItems: 1000,
      default: [],
      description: "Ids of events to leave out",
    }),
    n: Type.Integer({ minimum: 1, maximum: 100, default: 10 }),
    asOf: AsOf,
  },
  { additionalProperties: false },
);

const Outcome = Type.Object({
  topics: Type.Array(TopicBody),
  interests: Type.Array(Type.Pick(InterestBody, ["interestId", "label", "lifecycle", "share"])),
  state: UserStateBody.properties.value,
  predictions: Type.Array(
    Type.Object({ target: Type.String(), probability: Type.Number({ minimum: 0, maximum: 1 }) }),
  ),
  items: Type.Array(RecommendedItem),
  isColdStart: Type.Boolean(),
});

/** `POST /v1/what-if`: the person as they are, and as they would be. Nothing is stored. */
export const WhatIfResponse = Type.Object({
  before: Outcome,
  after: Outcome,
  asOf: IsoTime,
  computedAt: IsoTime,
});

export type ImaginedEvent = Static<typeof ImaginedEvent>;
export type WhatIfBody = Static<typeof WhatIfBody>;
export type WhatIfResponse = Static<typeof WhatIfResponse>;
