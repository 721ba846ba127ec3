import { Type } from "typebox";
import { IsoTime } from "./common.ts";
import { ItemInput } from "./items.ts";
import { SegmentMessage } from "./segment.ts";

/** Limits of one request, as in the Segment spec. */
export const BATCH_EVENTS = 2500;
export const BATCH_BYTES = 500 * 1024;
export const BATCH_ITEMS = 5000;
export const ITEMS_BYTES = 10 * 1024 * 1024;

const sentAt = Type.Optional(
  Type.Union([IsoTime, Type.Null()], { description: "The sender's clock when it sent" }),
);
const context = Type.Optional(Type.Record(Type.String(), Type.Unknown()));

/** What a batch is documented to hold. Each event is validated by itself, so that a bad one is rejected alone. */
export const BatchBody = Type.Object(
  { batch: Type.Array(SegmentMessage, { maxItems: BATCH_EVENTS }), sentAt, context },
  { additionalProperties: true },
);

/** What must hold for a batch to be looked into at all. */
export const BatchEnvelope = Type.Object(
  { batch: Type.Array(Type.Unknown(), { maxItems: BATCH_EVENTS }), sentAt, context },
  { additionalProperties: true },
);

export const ItemsBody = Type.Object({
  items: Type.Array(ItemInput, { minItems: 1, maxItems: BATCH_ITEMS }),
});
export const ItemsEnvelope = Type.Object({
  items: Type.Array(Type.Unknown(), { minItems: 1, maxItems: BATCH_ITEMS }),
});
