import { type Static, Type } from "typebox";
import { AnyKey } from "./common.ts";

/**
 * @file The Segment spec's messages, as they arrive (https://segment.com/docs/connections/spec). Lenient where Segment is
 * lenient: unknown fields are kept; strict where a wrong value would be misread.
 */
const id = Type.String({ minLength: 1, maxLength: 255 });
const isoTime = Type.String({ format: "date-time", description: "ISO 8601 with zone" });
const json = Type.Record(Type.String(), Type.Unknown());
const open = { additionalProperties: true };

/** What is said of consent must not be misread: a `"false"` is refused, and not taken for a yes. */
const consent = Type.Object(
  {
    consent: Type.Optional(
      Type.Object(
        { categoryPreferences: Type.Optional(Type.Record(AnyKey, Type.Boolean())) },
        { ...open, description: "Segment's form: purpose -> whether it is granted" },
      ),
    ),
    consentManagement: Type.Optional(
      Type.Object(
        {
          allowedConsentIds: Type.Optional(Type.Array(Type.String())),
          deniedConsentIds: Type.Optional(Type.Array(Type.String())),
        },
        { ...open, description: "RudderStack's form: the purposes granted and refused" },
      ),
    ),
  },
  open,
);

/** What every message may carry. One of `userId` and `anonymousId` is required. */
const common = {
  messageId: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description: "Idempotency key. Absent: made, of the content where its time tells milliseconds",
    }),
  ),
  userId: Type.Optional(Type.Union([id, Type.Null()])),
  anonymousId: Type.Optional(Type.Union([id, Type.Null()])),
  timestamp: Type.Optional(
    Type.String({
      format: "date-time",
      description:
        "When it happened, ISO 8601 with zone. With a `sentAt` more than a minute off, and no `originalTimestamp`, corrected as that",
    }),
  ),
  originalTimestamp: Type.Optional(
    Type.String({
      format: "date-time",
      description:
        "When it happened by the sender's clock: without a `timestamp`, receivedAt - (sentAt - originalTimestamp)",
    }),
  ),
  sentAt: Type.Optional(
    Type.Union([isoTime, Type.Null()], {
      description: "The sender's clock when it sent, anew with every try",
    }),
  ),
  context: Type.Optional(Type.Intersect([json, consent])),
  integrations: Type.Optional(json),
};

/**
 * Properties the platform understands. A `track` message whose `event` is a declared action and that names an `itemId` is an
 * engagement: one row of the user's sequence. Anything else is stored and counted.
 */
export const TrackProperties = Type.Object(
  {
    itemId: Type.Optional(id),
    surface: Type.Optional(
      Type.String({ maxLength: 64, description: "Where it happened: home, search, related ..." }),
    ),
    dwellMs: Type.Optional(Type.Number({ minimum: 0, maximum: 1e9 })),
    value: Type.Optional(
      Type.Number({ minimum: -1e12, maximum: 1e12, description: "Price, rating, amount" }),
    ),
    slateId: Type.Optional(
      Type.String({ maxLength: 100, description: "The recommendationId that showed the item" }),
    ),
    position: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 65534, description: "0-based place in the slate" }),
    ),
    source: Type.Optional(
      Type.String({
        maxLength: 100,
        description:
          "The interest, seed or query that brought it; of an impression, `query:` and words, `topic:` and a tag or `item:` and an id say what the list was about, which a ranker learns from",
      }),
    ),
  },
  { additionalProperties: true },
);

export const TrackMessage = Type.Object(
  {
    ...common,
    type: Type.Literal("track"),
    event: Type.String({
      minLength: 1,
      maxLength: 100,
      description: "Action: view, save, click, hide, impression ...",
    }),
    properties: Type.Optional(TrackProperties),
  },
  { additionalProperties: true },
);

export const IdentifyMessage = Type.Object(
  { ...common, type: Type.Literal("identify"), traits: Type.Optional(json) },
  { additionalProperties: true },
);

/** `page`, `screen`, `group` and `alias`: stored and counted as they are. */
export const OtherMessage = Type.Object(
  {
    ...common,
    type: Type.Union([
      Type.Literal("page"),
      Type.Literal("screen"),
      Type.Literal("group"),
      Type.Literal("alias"),
    ]),
    name: Type.Optional(Type.Union([Type.String({ maxLength: 255 }), Type.Null()])),
    properties: Type.Optional(json),
    traits: Type.Optional(json),
    groupId: Type.Optional(id),
    previousId: Type.Optional(id),
  },
  { additionalProperties: true },
);

export const SegmentMessage = Type.Union([TrackMessage, IdentifyMessage, OtherMessage]);

export type TrackMessage = Static<typeof TrackMessage>;
export type IdentifyMessage = Static<typeof IdentifyMessage>;
export type OtherMessage = Static<typeof OtherMessage>;
export type SegmentMessage = Static<typeof SegmentMessage>;
