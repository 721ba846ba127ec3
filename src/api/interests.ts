import { type Static, Type } from "typebox";
import { AsOf, IsoTime } from "./common.ts";
import { signal } from "./signal.ts";

const userId = Type.String({ minLength: 1, maxLength: 265 });
const interestId = Type.String({ minLength: 1, maxLength: 300 });

export const InterestParams = Type.Object({ id: userId, interestId });

export const InterestsQuerystring = Type.Object({
  asOf: AsOf,
  explain: Type.Boolean({
    default: false,
    description: "Name the events each interest rests on, and say why",
  }),
  view: Type.Union([Type.Literal("long"), Type.Literal("now")], {
    default: "long",
    description: "long: by importance; now: by the last 7 days",
  }),
});

const ItemBody = Type.Object({ itemId: Type.String(), title: Type.Optional(Type.String()) });

const EvidenceBody = Type.Object({
  eventId: Type.String(),
  action: Type.String(),
  timestamp: IsoTime,
  itemId: Type.String(),
  title: Type.Optional(Type.String()),
});

export const InterestBody = Type.Object({
  interestId,
  label: Type.String(),
  path: Type.Array(Type.String(), { description: "Topics from the top down" }),
  lifecycle: Type.Union([
    Type.Literal("new"),
    Type.Literal("growing"),
    Type.Literal("habit"),
    Type.Literal("fading"),
  ]),
  certainty: Type.Number({ description: "Probability of the stage, 0..1" }),
  since: IsoTime,
  importance: Type.Number({ description: "Sum of exp(-0.01 age in days) over its engagements" }),
  share: Type.Number({ description: "Part of the importance of all interests" }),
  shareNow: Type.Number({ description: "The same of the last 7 days" }),
  engagementCount: Type.Integer(),
  perWeek: Type.Number({ description: "Engagements a week, of the last 28 days" }),
  velocity: Type.Number({ description: "Binary logarithm of the last 10 days over what was to be expected" }),
  firstSeen: IsoTime,
  lastSeen: IsoTime,
  medoid: ItemBody,
  landmarks: Type.Array(ItemBody),
  evidence: Type.Array(Type.String(), { description: "Ids of the events that weigh most" }),
  why: Type.Optional(Type.String({ description: "With explain: in one sentence" })),
  events: Type.Optional(
    Type.Array(EvidenceBody, { description: "With explain: the events of the evidence" }),
  ),
});

export const JourneyBody = Type.Object({
  journeyId: Type.String(),
  name: Type.String(),
  intent: Type.String({ description: "buying, planning, sharing or exploring" }),
  context: Type.String({ description: "weekends, weekdays or any day" }),
  kind: Type.String({ description: "evergreen or situational" }),
  stage: Type.String({ description: "ongoing or ended" }),
  interestIds: Type.Array(Type.String()),
  keywords: Type.Array(Type.String()),
  confidence: Type.Number(),
  score: Type.Number(),
  firstSeen: IsoTime,
  lastSeen: IsoTime,
  evidence: Type.Array(Type.String()),
});

export const InterestsBody = Type.Object({
  interests: Type.Array(InterestBody),
  journeys: Type.Array(JourneyBody),
  muted: Type.Array(Type.String(), { description: "Ids of muted interests" }),
  ...signal,
});

export const InterestsResponse = Type.Object({ userId: Type.String(), ...InterestsBody.properties });

export const UserStateBody = Type.Object({
  value: Type.Union([Type.String(), Type.Null()], {
    description: "new, core, casual, marginal, dormant or resurrected; null before the first event",
  }),
  activeDays: Type.Integer({ description: "Days with any event among the last 28" }),
  ...signal,
});

const Drivers = (effect: string) =>
  Type.Array(Type.Object({ name: Type.String(), effect: Type.Number({ description: effect }) }));

export const PredictionsBody = Type.Object({
  value: Type.Array(
    Type.Object({
      target: Type.String({
        description:
          "return7, churn28, downgrade28, and convert:goal of each declared goal (without any convert7)",
      }),
      probability: Type.Number({ minimum: 0, maximum: 1 }),
      drivers: Drivers("On the logit, against everybody"),
    }),
  ),
  repeatPurchases: Type.Optional(
    Type.Array(
      Type.Object({
        goal: Type.String(),
        withinDays: Type.Integer(),
        probabilityAlive: Type.Number({ description: "That they still are a customer" }),
        purchases: Type.Number({ description: "Expected within the days" }),
        valuePerPurchase: Type.Number(),
        value: Type.Number({ description: "Expected of all purchases within the days" }),
        drivers: Drivers("Logarithm against the typical customer; they add up to that of the value"),
      }),
      {
        description:
          "Of each goal whose events carry a value, where the user reached it before; without declared goals of purchases",
      },
    ),
  ),
  ...signal,
});

export const InterestControlResponse = Type.Object({
  userId: Type.String(),
  interestId,
  control: Type.String({ description: "mute, unmute or forget" }),
});

export type InterestControlResponse = Static<typeof InterestControlResponse>;
export type InterestsQuerystring = Static<typeof InterestsQuerystring>;
export type InterestBody = Static<typeof InterestBody>;
export type InterestsBody = Static<typeof InterestsBody>;
export type JourneyBody = Static<typeof JourneyBody>;
export type PredictionsBody = Static<typeof PredictionsBody>;
export type UserStateBody = Static<typeof UserStateBody>;
