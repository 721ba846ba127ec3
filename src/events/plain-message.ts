import type { ItemRow } from "#base";
import type { Catalogue } from "./catalogue.ts";
import { ANONYMOUS_PREFIX } from "./identity.ts";
import { copyBytes, packMapHeader, packText, packTextHeader } from "./pack-bytes.ts";
import { textOf, wordIn } from "./packed-cursor.ts";

/**
 * @file A `track` message as most senders write it, read where it lies in the bytes of its request (`read-plain-batch.ts`): its shape was checked and what it
 * says packed in one pass, with no object made of it. In the order of the message, packed: what belongs to the rest of an event, the properties, what else
 * belongs to the rest.
 */
export class PlainMessage {
  readonly type = "track";
  readonly event: string;
  readonly #body: PlainBody;
  readonly #places: MessagePlaces;

  constructor(body: PlainBody, places: MessagePlaces) {
    this.event = wordIn(body.json, places.nameFrom, places.nameTo);
    this.#body = body;
    this.#places = places;
  }

  get timestampMs(): number {
    return this.#places.timestampMs;
  }

  /** When its batch was sent, where that says so. */
  get sentAtMs(): number | undefined {
    return this.#body.sentAt?.ms;
  }

  /** As it is told; `null` where only an anonymous id is told. */
  get userId(): string | null {
    return this.#textAt(this.#places.userFrom, this.#places.userTo) ?? null;
  }

  /** The id under which the event is kept. */
  get keptUnder(): string {
    return this.userId ?? `${ANONYMOUS_PREFIX}${this.anonymousId}`;
  }

  get anonymousId(): string | undefined {
    return this.#textAt(this.#places.anonymousFrom, this.#places.anonymousTo);
  }

  get itemId(): string | undefined {
    return this.#textAt(this.#places.itemFrom, this.#places.itemTo);
  }

  /** The number of the item that it names; `undefined` where it names none, or one that has none. */
  itemRowIn(catalogue: Catalogue): ItemRow | undefined {
    return this.hasItem
      ? catalogue.rowIn(this.#body.json, this.#places.itemFrom, this.#places.itemTo)
      : undefined;
  }

  get hasItem(): boolean {
    return this.#places.itemTo > 0;
  }

  get surface(): string | undefined {
    const { surfaceFrom, surfaceTo } = this.#places;
    return surfaceTo === 0 ? undefined : wordIn(this.#body.json, surfaceFrom, surfaceTo);
  }

  /** As far as is looked at of one that was accepted. */
  get properties(): { readonly itemId?: string } {
    const { itemId } = this;
    return itemId === undefined ? {} : { itemId };
  }

  /** Bytes that its parts take at most in a record, but for what does not depend on them. */
  get mostBytes(): number {
    const { from, to, restFrom, restTo } = this.#places;
    return to - from + restTo - restFrom;
  }

  /** The message as an object, with what its batch says of all. */
  parse(): unknown {
    const { json, sentAt } = this.#body;
    const { from, to } = this.#places;
    const message = JSON.parse(json.toString("utf8", from, to)) as object; // a plain message is one
    return sentAt ? { sentAt: sentAt.text, ...message } : message;
  }

  /** All properties, as an object. */
  parseProperties(): unknown {
    const { propertiesJsonFrom: from, propertiesJsonTo: to } = this.#places;
    return to === 0 ? {} : JSON.parse(this.#body.json.toString("utf8", from, to));
  }

  packId(bytes: Buffer, at: number): number {
    return packText(bytes, at, this.#body.json, this.#places.idFrom, this.#places.idTo);
  }

  /** Of {@link keptUnder}. */
  packUserId(bytes: Buffer, at: number): number {
    const { json } = this.#body;
    const { userFrom, userTo, anonymousFrom, anonymousTo } = this.#places;
    if (userTo > 0) return packText(bytes, at, json, userFrom, userTo);
    let next = packTextHeader(bytes, at, ANONYMOUS.length + anonymousTo - anonymousFrom);
    next = copyBytes(bytes, next, ANONYMOUS, 0, ANONYMOUS.length);
    return copyBytes(bytes, next, json, anonymousFrom, anonymousTo);
  }

  packName(bytes: Buffer, at: number): number {
    return packText(bytes, at, this.#body.json, this.#places.nameFrom, this.#places.nameTo);
  }

  packProperties(bytes: Buffer, at: number): number {
    const { propertyCount, propertiesFrom, propertiesTo } = this.#places;
    if (propertyCount === 0) return packNothing(bytes, at);
    const next = packMapHeader(bytes, at, propertyCount);
    return copyBytes(bytes, next, this.#body.packed, propertiesFrom, propertiesTo);
  }

  /** What has no place of its own in an event: `sentAt`, what it says, and the source where one is known. */
  packRest(bytes: Buffer, at: number, source: Buffer | undefined): number {
    const { json, packed, sentAt } = this.#body;
    const { restCount, restFrom, propertiesFrom, propertiesTo, restTo } = this.#places;
    const count = restCount + (sentAt ? 1 : 0) + (source ? 1 : 0);
    if (count === 0) return packNothing(bytes, at);
    let next = packMapHeader(bytes, at, count);
    if (sentAt) {
      next = packText(bytes, next, SENT_AT, 0, SENT_AT.length);
      next = packText(bytes, next, json, sentAt.from, sentAt.to);
    }
    next = copyBytes(bytes, next, packed, restFrom, propertiesFrom);
    next = copyBytes(bytes, next, packed, propertiesTo, restTo);
    if (source) {
      next = packText(bytes, next, SOURCE, 0, SOURCE.length);
      next = packText(bytes, next, source, 0, source.length);
    }
    return next;
  }

  #textAt(from: number, to: number): string | undefined {
    return to === 0 ? undefined : textOf(this.#body.json, from, to);
  }
}

/** A request's body, whose plain messages refer to it. */
export interface PlainBody {
  readonly json: Buffer;
  /** What its messages say. */
  readonly packed: Buffer;
  /** When all of it was sent, where it says so, and where that is. */
  sentAt?: { readonly from: number; readonly to: number; readonly text: string; readonly ms: number };
}

/** Where a message's parts are: from one place of its body's JSON to before another (0 for what it does not say), and places in what was packed. */
export class MessagePlaces {
  from = 0;
  to = 0;
  isTrack = false;
  timestampMs = Number.NaN;
  idFrom = 0;
  idTo = 0;
  userFrom = 0;
  userTo = 0;
  anonymousFrom = 0;
  anonymousTo = 0;
  nameFrom = 0;
  nameTo = 0;
  itemFrom = 0;
  itemTo = 0;
  surfaceFrom = 0;
  surfaceTo = 0;
  /** With its braces. */
  propertiesJsonFrom = 0;
  propertiesJsonTo = 0;
  propertyCount = 0;
  restCount = 0;
  readonly restFrom: number;
  propertiesFrom = 0;
  propertiesTo = 0;
  restTo = 0;

  constructor(packedFrom: number) {
    this.restFrom = packedFrom;
  }
}

const ANONYMOUS = Buffer.from(ANONYMOUS_PREFIX);
const SENT_AT = Buffer.from("sentAt");
const SOURCE = Buffer.from("source");

/** In the place of fields of which there are none. */
function packNothing(bytes: Buffer, at: number): number {
  bytes[at] = 0xc0;
  return at + 1;
}
