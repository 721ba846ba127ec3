import { type Static, Type } from "typebox";
import { AsOf, IsoTime, ModelVersion } from "./common.ts";

/** Longest list in one answer. */
const MAX_ITEMS = 500;
/** Room for as many shown items as pages reach, of a large catalogue. */
const CURSOR_LENGTH = 32_768;
/** Room for as many excluded ids as may be, of the longest. */
export const RECOMMENDATION_BYTES = 4 * 1024 * 1024;

const UserId = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 265,
    description: "Left out, or never seen: the cold-start list",
  }),
);

const ModelName = Type.Optional(
  Type.String({
    maxLength: 200,
    description:
      "The model in service that answers a person with a history: name, or name@version. Default: the personal one",
  }),
);

const ItemId = Type.String({ minLength: 1, maxLength: 255 });
const Tag = Type.String({ minLength: 1, maxLength: 100 });
const Tags = Type.Array(Tag, { maxItems: 100 });

const Surface = Type.Optional(
  Type.String({
    maxLength: 71,
    description: "Whose stages make the list. Default: the first that is declared",
  }),
);

const Session = Type.Optional(
  Type.Array(
    Type.Object(
      { itemId: ItemId, action: Type.Optional(Type.String({ maxLength: 100 })) },
      { additionalProperties: false },
    ),
    {
      maxItems: 1000,
      description:
        "What was done that is stored nowhere, oldest first: by somebody anonymous, or after the person's last event",
    },
  ),
);

const Words = Type.Optional(Type.String({ maxLength: 1000 }));
const Asking = Type.Optional(
  Type.Object(
    {
      locale: Words,
      userAgent: Words,
      device: Type.Optional(Type.Object({ type: Words })),
      os: Type.Optional(Type.Object({ name: Words })),
      location: Type.Optional(Type.Object({ country: Words })),
      campaign: Type.Optional(Type.Object({ source: Words })),
      page: Type.Optional(Type.Object({ referrer: Words })),
    },
    {
      description:
        "Where from and with what, as `context` of an event says it: what a model goes by that knows what strangers come for",
    },
  ),
);

const ListCondition = Type.Union(
  [
    Type.Object({ topic: Tag }, { additionalProperties: false }),
    Type.Object({ itemId: ItemId }, { additionalProperties: false }),
    Type.Object(
      { itemIds: Type.Array(ItemId, { minItems: 1, maxItems: 100 }) },
      { additionalProperties: false },
    ),
    Type.Object({ text: Type.String({ minLength: 1, maxLength: 1000 }) }, { additionalProperties: false }),
  ],
  {
    description:
      "What the list is about: a tag, what is like an item, what goes with a list of items (a board, a cart), what matches a text",
  },
);

const TagFilters = Type.Object(
  { any: Type.Optional(Tags), all: Type.Optional(Tags), none: Type.Optional(Tags) },
  { additionalProperties: false },
);

export const RecommendationBody = Type.Object(
  {
    userId: UserId,
    session: Session,
    context: Asking,
    surface: Surface,
    model: ModelName,
    n: Type.Integer({ minimum: 1, maximum: MAX_ITEMS, default: 10 }),
    condition: Type.Optional(ListCondition),
    filters: Type.Optional(Type.Object({ tags: Type.Optional(TagFilters) }, { additionalProperties: false })),
    excludeSeen: Type.Boolean({ default: true, description: "Leave out what the person engaged with" }),
    excludeItemIds: Type.Array(Type.String({ maxLength: 255 }), { maxItems: 10_000, default: [] }),
    explain: Type.Boolean({ default: false, description: "Tell what every stage did" }),
    cursor: Type.Optional(
      Type.String({
        maxLength: CURSOR_LENGTH,
        description: "nextCursor of the page before, with the same request",
      }),
    ),
    asOf: AsOf,
  },
  { additionalProperties: false },
);

const ReasonBody = Type.Object({
  kind: Type.String({ description: "because-of, interest, context, popular, similar, topic, text or new" }),
  text: Type.String(),
  evidence: Type.Array(Type.String(), { description: "Ids of the person's own events" }),
});

const Heads = Type.Record(Type.String(), Type.Number(), {
  description: "What the scorer expects, by action; or its one score",
});

export const RecommendedItem = Type.Object({
  itemId: Type.String(),
  title: Type.Optional(Type.String()),
  score: Type.Number(),
  source: Type.String({
    description: "The source that proposed it; model sources by the role of their model",
  }),
  heads: Type.Optional(Heads),
  placement: Type.Optional(
    Type.String({ description: "pinned, quota, explored or filled, where not its score put it there" }),
  ),
  probability: Type.Optional(
    Type.Number({
      description: "Of this item in this place, given those above it; where chance had a part in it",
    }),
  ),
  reasons: Type.Array(ReasonBody),
});

const StageBody = Type.Object({
  name: Type.String(),
  in: Type.Integer(),
  kept: Type.Integer(),
  ms: Type.Number(),
});

const TraceBody = Type.Object({
  sources: Type.Array(
    Type.Object({
      name: Type.String(),
      outcome: Type.String({ description: "ok; late or failed: left out" }),
      fault: Type.Optional(Type.String({ description: "What a failed one threw" })),
      budget: Type.Integer(),
      proposed: Type.Integer(),
      kept: Type.Integer({ description: "Of those, what passed the filters" }),
      unique: Type.Integer({ description: "Of those, what no other source proposed" }),
      shared: Type.Record(Type.String(), Type.Integer(), {
        description: "Source -> kept items it proposed too",
      }),
      ms: Type.Number(),
    }),
  ),
  filters: Type.Array(Type.Object({ name: Type.String(), in: Type.Integer(), kept: Type.Integer() })),
  scorer: Type.Optional(StageBody),
  selector: StageBody,
  hydrators: Type.Array(StageBody),
  ms: Type.Number(),
});

const Versions = Type.Object(
  { personal: ModelVersion, coldStart: ModelVersion },
  {
    additionalProperties: ModelVersion,
    description: "By role; by its name what else had a part, such as the ranker of a surface",
  },
);

export const RecommendationResponse = Type.Object({
  recommendationId: Type.String({
    description: "Send it back as slateId on the impressions and actions that follow",
  }),
  userId: Type.Union([Type.String(), Type.Null()]),
  surface: Type.String(),
  items: Type.Array(RecommendedItem),
  isColdStart: Type.Boolean({ description: "True when there was nothing the person did to go by" }),
  versions: Versions,
  nextCursor: Type.Optional(
    Type.String({
      description: "Of the next page, a few characters for each item so far; absent when there is none",
    }),
  ),
  stages: Type.Optional(TraceBody),
  asOf: Type.Union([IsoTime, Type.Null()], { description: "Event time of the newest event reflected" }),
  computedAt: IsoTime,
});

export const RecommendationParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });

/** `GET /v1/recommendations/{id}`: a list as it was served, how it came about, and what came of it. */
export const ServedListResponse = Type.Object({
  recommendationId: Type.String(),
  userId: Type.Union([Type.String(), Type.Null()], {
    description: "null: nobody was named, or nothing was known of them",
  }),
  surface: Type.String(),
  servedAt: IsoTime,
  asOf: IsoTime,
  condition: Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())])),
  ),
  isColdStart: Type.Boolean(),
  offset: Type.Integer({ description: "Place of the first item in the whole list" }),
  seed: Type.String(),
  versions: Type.Record(Type.String(), Type.Object({ name: Type.String(), version: Type.String() })),
  items: Type.Array(RecommendedItem),
  stages: TraceBody,
  outcomes: Type.Array(
    Type.Object({
      eventId: Type.String(),
      action: Type.String(),
      timestamp: IsoTime,
      itemId: Type.Optional(Type.String()),
      position: Type.Optional(Type.Integer()),
    }),
    { description: "The person's events that carry its id as slateId, newest first" },
  ),
});

export const RankBody = Type.Object(
  {
    userId: UserId,
    session: Session,
    surface: Surface,
    model: ModelName,
    itemIds: Type.Array(ItemId, { minItems: 1, maxItems: 1000 }),
    orderVotes: Type.Boolean({
      default: false,
      description:
        "The order given counts as much as the scorer's, by reciprocal ranks: scores are those then, heads stay the scorer's. Otherwise it counts nothing",
    }),
    condition: Type.Optional(ListCondition),
    asOf: AsOf,
  },
  { additionalProperties: false },
);

export const RankResponse = Type.Object({
  userId: Type.Union([Type.String(), Type.Null()]),
  surface: Type.String(),
  items: Type.Array(
    Type.Object({
      itemId: Type.String(),
      score: Type.Union([Type.Number(), Type.Null()], {
        description: "null where the scorer knows nothing of the item: those come last, in the order given",
      }),
      heads: Type.Optional(Heads),
    }),
    { description: "Best first" },
  ),
  unknownItemIds: Type.Array(Type.String(), { description: "In no catalogue" }),
  mutedItemIds: Type.Array(Type.String(), { description: "Of interests the person muted: not ranked" }),
  isColdStart: Type.Boolean(),
  versions: Versions,
  asOf: Type.Union([IsoTime, Type.Null()]),
  computedAt: IsoTime,
});

export const RelatedQuerystring = Type.Object({
  n: Type.Integer({ minimum: 1, maximum: MAX_ITEMS, default: 10 }),
  asOf: AsOf,
});

const RelatedItem = Type.Object({
  itemId: Type.String(),
  title: Type.Optional(Type.String()),
  score: Type.Number({ description: "Comparable within one source" }),
  source: Type.String({
    description:
      "related: by engagement, as the personal model learned it; shared-tags where that says nothing yet",
  }),
});

export const RelatedResponse = Type.Object({
  itemId: Type.String(),
  title: Type.Optional(Type.String()),
  items: Type.Array(RelatedItem),
  versions: Type.Object({ personal: ModelVersion }),
  computedAt: IsoTime,
});

export type RankBody = Static<typeof RankBody>;
export type RecommendationBody = Static<typeof RecommendationBody>;
export type RecommendationResponse = Static<typeof RecommendationResponse>;
export type RelatedResponse = Static<typeof RelatedResponse>;
export type ServedListResponse = Static<typeof ServedListResponse>;
