import { type Static, Type } from "typebox";
import { IsoTime } from "./common.ts";
import { signal } from "./signal.ts";

const Day = Type.String({ format: "date", description: "UTC" });
const StateName = Type.Union(
  [
    Type.Literal("new"),
    Type.Literal("core"),
    Type.Literal("casual"),
    Type.Literal("marginal"),
    Type.Literal("dormant"),
    Type.Literal("resurrected"),
  ],
  { description: "By the 28-day rules" },
);

/** Which people: all that is given holds of them. */
export const PopulationQuerystring = Type.Object({
  state: Type.Optional(StateName),
  tenure: Type.Optional(
    Type.Union(
      [
        Type.Literal("0-6"),
        Type.Literal("7-27"),
        Type.Literal("28-89"),
        Type.Literal("90-364"),
        Type.Literal("365+"),
      ],
      { description: "Days since the first event" },
    ),
  ),
  activity: Type.Optional(
    Type.Union([Type.Literal("0"), Type.Literal("1-3"), Type.Literal("4-11"), Type.Literal("12-28")], {
      description: "Active days of the last 28",
    }),
  ),
  trait: Type.Optional(
    Type.String({ pattern: "^[^:]+:.+$", maxLength: 200, description: "name:value, such as country:DE" }),
  ),
});

const TransitionBody = Type.Object({
  from: Type.String({ description: "A state, or absent for those who came for the first time" }),
  to: StateName,
  people: Type.Integer(),
});

const PopulationDay = Type.Object({
  day: Day,
  counts: Type.Record(StateName, Type.Integer(), {
    description: "People in each state at the end of the day",
  }),
  active: Type.Integer({ description: "All but the dormant" }),
  netActive: Type.Integer({ description: "What the transitions add to the active: their change, exactly" }),
  transitions: Type.Array(TransitionBody),
});

const PopulationInterest = Type.Object({
  interestId: Type.String(),
  label: Type.String(),
  path: Type.Array(Type.String()),
  people: Type.Integer({ description: "Who have it as an interest, or something below it" }),
  part: Type.Number({ description: "Of the slice" }),
  meanShare: Type.Number({ description: "Mean part of people's interests that it is" }),
  lift: Type.Number({ description: "part over that of everybody" }),
});

const PopulationPrediction = Type.Object({
  target: Type.String(),
  people: Type.Integer(),
  mean: Type.Number(),
  bins: Type.Array(Type.Integer(), {
    description: "People by probability, in equally wide bins from 0 to 1",
  }),
});

/** `GET /v1/population`: what is said of a slice of all people. */
export const PopulationResponse = Type.Object({
  people: Type.Integer({ description: "In the slice" }),
  total: Type.Integer({ description: "Looked at" }),
  isComplete: Type.Boolean({ description: "False when there are more people than are looked at" }),
  groups: Type.Array(
    Type.Object({
      name: Type.String({ description: "state, tenure, activity, or trait:name" }),
      values: Type.Array(Type.Object({ value: Type.String(), people: Type.Integer() })),
    }),
    { description: "The people of the slice by the values they have; of too few only the values asked for" },
  ),
  isTooSmall: Type.Boolean({
    description:
      "Of so few people nothing but their number is told: days, interests and predictions are empty, groups have only what was asked for",
  }),
  leastPeople: Type.Integer({ description: "From how many on" }),
  days: Type.Array(PopulationDay, { description: "The ledger of states, oldest first" }),
  downgraded: Type.Integer({
    description:
      "People active in at least 6 weeks of the quarter before the last, and in at least 3 fewer of the last; 0 of too few",
  }),
  interests: Type.Array(PopulationInterest, {
    description: "Of each level of the taxonomy, the widest first",
  }),
  predictions: Type.Array(PopulationPrediction),
  ...signal,
});

/** `GET /v1/map`: items as points of the plane, in columns. */
export const MapResponse = Type.Object({
  version: Type.String({ description: "Changes with every layout" }),
  spaceVersion: Type.String({ description: "Of the item space it shows" }),
  itemIds: Type.Array(Type.String()),
  x: Type.Array(Type.Number()),
  y: Type.Array(Type.Number()),
  topics: Type.Array(Type.Object({ topicId: Type.String(), label: Type.String() }), {
    description: "Topics of the top level",
  }),
  topic: Type.Array(Type.Integer(), { description: "Position in topics; -1 without one" }),
});

const Place = { x: Type.Number(), y: Type.Number() };

/** `GET /v1/users/{id}/map`: a person on the same map. */
export const UserMapResponse = Type.Object({
  userId: Type.String(),
  mapVersion: Type.String(),
  interests: Type.Array(
    Type.Object({
      interestId: Type.String(),
      label: Type.String(),
      lifecycle: Type.String(),
      share: Type.Number(),
      ...Place,
    }),
    { description: "Where the item stands that each interest is nearest to" },
  ),
  engagements: Type.Array(
    Type.Object({
      itemId: Type.String(),
      timestamp: IsoTime,
      interestId: Type.Optional(Type.String()),
      ...Place,
    }),
    { description: "Items engaged with, the newest first, at most 500" },
  ),
  vectors: Type.Array(
    Type.Object({
      kind: Type.String({ description: "long or now: the signals vector.long and vector.now" }),
      version: Type.String(),
      ...Place,
    }),
    { description: "Amid the items nearest to each vector of the person" },
  ),
  ...signal,
});

/** `GET /v1/users/{id}/states`: how a person used the product over time. */
export const UserStatesResponse = Type.Object({
  userId: Type.String(),
  runs: Type.Array(Type.Object({ state: StateName, from: Day, to: Day }), {
    description: "Days on end in one state, oldest first, without gaps",
  }),
  activeDays: Type.Array(Day),
  isDowngraded: Type.Boolean({
    description:
      "Active in at least 6 weeks of the quarter (13 weeks) before the last, and in at least 3 fewer of the last",
  }),
  ...signal,
});

const ReliabilityBody = Type.Object({
  predicted: Type.Number({ description: "Mean probability of the bin" }),
  observed: Type.Number({ description: "Part of its people to whom it happened" }),
  people: Type.Integer(),
});

const VectorGainBody = Type.Object(
  {
    gain: Type.Number({ description: "Nats of log loss a person less with it than without" }),
    standardError: Type.Number(),
    isUsed: Type.Boolean({ description: "Where the gain is greater than twice its error" }),
  },
  {
    description:
      "What a vector of what people engage with adds, on people that neither fit has seen; absent where items are not described",
  },
);

/** `GET /v1/predictions`: the model behind what is foretold, and how true it was. */
export const PredictionModelResponse = Type.Object({
  version: Type.String({ description: "When it was fitted; none while there is too little to learn from" }),
  trainedUntil: Type.Union([IsoTime, Type.Null()]),
  people: Type.Integer({ description: "Learned from" }),
  targets: Type.Array(
    Type.Object({
      target: Type.String(),
      withinDays: Type.Integer(),
      goal: Type.Optional(Type.String({ description: "The action that is the declared goal" })),
      tested: Type.Integer({ description: "People it was held against, none of whom it was fitted on" }),
      rate: Type.Number({ description: "Part of them to whom it happened" }),
      auc: Type.Number(),
      ece: Type.Number({ description: "Expected calibration error" }),
      reliability: Type.Array(ReliabilityBody, { description: "In bins of equally many people" }),
      vectors: Type.Optional(VectorGainBody),
    }),
  ),
});

export type PopulationQuerystring = Static<typeof PopulationQuerystring>;
export type PopulationResponse = Static<typeof PopulationResponse>;
export type MapResponse = Static<typeof MapResponse>;
export type UserMapResponse = Static<typeof UserMapResponse>;
export type UserStatesResponse = Static<typeof UserStatesResponse>;
export type PredictionModelResponse = Static<typeof PredictionModelResponse>;
