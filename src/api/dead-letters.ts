import { type Static, Type } from "typebox";
import { AnyKey, IsoTime } from "./common.ts";

export const DeadLettersQuerystring = Type.Object({
  reason: Type.Optional(Type.String({ maxLength: 100, description: "Only letters of this code" })),
  before: Type.Optional(
    Type.Integer({ minimum: 0, description: "Only older ones than this: next of the page before" }),
  ),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
});

/** A rejected event or item. */
export const DeadLetterBody = Type.Object({
  id: Type.Integer({ description: "Newer ones have higher numbers" }),
  kind: Type.String({ description: "event or item" }),
  code: Type.String({ description: "Why: a code of rejected events" }),
  path: Type.String({ description: "JSON pointer to the value at fault" }),
  message: Type.String(),
  source: Type.Optional(Type.String({ description: "The declared source that sent it" })),
  receivedAt: IsoTime,
  original: Type.Optional(Type.Unknown({ description: "As it arrived; absent when it was too large" })),
  excerpt: Type.Optional(Type.String({ description: "How one begins that was too large" })),
});

/** `GET /v1/dead-letters`: one page, newest first, and what there is in all. */
export const DeadLettersResponse = Type.Object({
  deadLetters: Type.Array(DeadLetterBody),
  next: Type.Union([Type.Integer(), Type.Null()], { description: "before of the next page" }),
  counts: Type.Record(AnyKey, Type.Integer(), { description: "All that are kept, by code" }),
  bytes: Type.Integer({ description: "What they take on disk" }),
  maxBytes: Type.Integer({ description: "What they may take; beyond it the oldest are dropped" }),
  dropped: Type.Integer({ description: "How many were ever dropped for newer ones" }),
});

export type DeadLetterBody = Static<typeof DeadLetterBody>;
export type DeadLettersResponse = Static<typeof DeadLettersResponse>;
