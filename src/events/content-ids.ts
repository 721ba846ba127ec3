import { createHash } from "node:crypto";
import type { SegmentMessage } from "#api";
import { parseIsoTime } from "#base";

/**
 * @file Ids for messages that come without a `messageId`, so that the same request sent again (its answer was lost) adds nothing. Segment gives such a message
 * a random id and stores it twice; so do we where nothing tells a repetition from a second event. A time to the millisecond does: what is equal in everything, that
 * too, is the same event, unless it stands in one request more than once, where the n-th has an id of its own. Times on a whole second come from clocks that
 * tell no less, where two equal events may both be true.
 */
export class ContentIds {
  readonly #source: string | undefined;
  /** Hash -> how often it was met in this request. */
  readonly #met = new Map<string, number>();

  /** For the messages of one request, in their order. */
  constructor(source: string | undefined) {
    this.#source = source;
  }

  /** `undefined` where the content does not tell. The message is nested no deeper than JSON can be written. */
  of(message: SegmentMessage): string | undefined {
    const said = message.timestamp ?? message.originalTimestamp;
    if (said === undefined || parseIsoTime(said) % 1000 === 0) return undefined;
    const { sentAt: _, ...content } = message; // another with every try
    const text = JSON.stringify([this.#source ?? null, content]);
    const hash = createHash("sha256").update(text).digest("base64url").slice(0, HASH_CHARACTERS);
    const before = this.#met.get(hash) ?? 0;
    this.#met.set(hash, before + 1);
    return before === 0 ? `content-${hash}` : `content-${hash}-${before}`;
  }
}

/** 132 bits. */
const HASH_CHARACTERS = 22;
