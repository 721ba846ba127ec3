import { IdentifyMessage, OtherMessage, type SegmentMessage, TrackMessage } from "#api";
import type { EventId, UserId } from "#base";
import { type Happened, happenedAt, type Receipt } from "./happened-at.ts";
import { isBlockedId } from "./identity.ts";
import { compileSchema } from "./schema-compiler.ts";
import type { Fields, StoredEvent } from "./stored-event.ts";

/** @file From what a client sent to an event worth keeping: validation, identity, and one honest timestamp. */

/** Why one event of a batch was not accepted; the others were. */
export interface Rejection {
  /** Place in the batch, from 0. */
  readonly position: number;
  readonly code: RejectionCode;
  /** JSON pointer to the value at fault. */
  readonly path: string;
  readonly message: string;
}

export type RejectionCode =
  | "invalid-event"
  | "invalid-item"
  | "undeclared"
  | "unknown-type"
  | "missing-user"
  | "invalid-id"
  | "time-out-of-range"
  | "event-too-large";

/** A rejection whose place in the batch is not known yet. */
export type Fault = Omit<Rejection, "position">;

/** A later time is a unit mistaken (microseconds) or a clock unset, and would drag a historical clock with it. */
const LATEST_MS = Date.UTC(2100);

const findOtherFault = compileSchema(OtherMessage);
const faultFinders: Readonly<Record<string, ReturnType<typeof compileSchema>>> = {
  track: compileSchema(TrackMessage),
  identify: compileSchema(IdentifyMessage),
  page: findOtherFault,
  screen: findOtherFault,
  group: findOtherFault,
  alias: findOtherFault,
};

/** The message when it has the documented shape, else what is wrong with it. */
export function validateMessage(input: unknown): { message: SegmentMessage } | { fault: Fault } {
  const type = typeof input === "object" && input !== null && "type" in input ? input.type : undefined;
  const findFault =
    typeof type === "string" && Object.hasOwn(faultFinders, type) ? faultFinders[type] : undefined;
  if (!findFault) {
    const known = Object.keys(faultFinders).join(", ");
    return {
      fault: { code: "unknown-type", path: "/type", message: `type is ${show(type)}; known types: ${known}` },
    };
  }
  const fault = findFault(input);
  return fault ? { fault: { code: "invalid-event", ...fault } } : { message: input as SegmentMessage };
}

/**
 * The event a message stands for, at the time `happenedAt` says: where that is not the `timestamp` it came with, that stays as its `originalTimestamp`. An
 * event cannot happen after it was received.
 */
export function normalizeMessage(
  message: SegmentMessage,
  receipt: Receipt,
  newEventId: () => string,
): { event: StoredEvent } | { fault: Fault } {
  const userId = userIdOf(message);
  if (!userId)
    return {
      fault: {
        code: "missing-user",
        path: "/userId",
        message: "send a userId or an anonymousId that names somebody",
      },
    };
  const eventId = message.messageId ?? newEventId();
  const unclean = findUncleanId(userId, eventId, message);
  if (unclean) return { fault: unclean };
  const happened = happenedAt(message, receipt);
  if (!(happened.ms >= 0 && happened.ms < LATEST_MS)) return { fault: outOfRange(message, happened) };
  const { name, properties, traits, rest } = partsOf(message);
  return {
    event: {
      kind: message.type,
      eventId: eventId as EventId,
      userId,
      name,
      timestampMs: Math.min(happened.ms, receipt.atMs),
      receivedAtMs: receipt.atMs,
      properties,
      traits,
      rest: happened.isCorrected ? { ...rest, originalTimestamp: saidTime(message) } : rest,
    },
  };
}

const nothing: Fields = {};

/** What a message says beside who, when and its id; fields that have no place of their own in an event stay as they are. */
function partsOf(message: SegmentMessage): Pick<StoredEvent, "name" | "properties" | "traits" | "rest"> {
  const { event, name, properties, traits } = message as Readonly<Record<string, unknown>>;
  const rest: Record<string, unknown> = {};
  for (const key in message) {
    if (!OWN_PLACE.has(key)) rest[key] = message[key as keyof SegmentMessage];
  }
  return {
    name: String(event ?? name ?? ""),
    properties: (properties ?? nothing) as Fields, // checked by the schema
    traits: (traits ?? nothing) as Fields, // checked by the schema
    rest,
  };
}

/** Fields that have a place of their own in an event. (`__proto__` as a key of its own is no field of anybody's.) */
const OWN_PLACE = new Set([
  "type",
  "messageId",
  "userId",
  "timestamp",
  "event",
  "name",
  "properties",
  "traits",
  "itemEdition",
  "__proto__",
]);

/** Of the ids under which something is kept; `anonymousId` and `previousId` where they become ids of the person. */
function findUncleanId(userId: string, eventId: string, message: SegmentMessage): Fault | undefined {
  if (!isCleanId(userId)) return uncleanId("/userId", userId);
  if (!isCleanId(eventId)) return uncleanId("/messageId", eventId);
  const itemId = itemIdOf(message);
  if (itemId !== undefined && !isCleanId(itemId)) return uncleanId("/properties/itemId", itemId);
  if (message.type !== "identify" && message.type !== "alias") return undefined;
  const { anonymousId } = message;
  if (anonymousId && !isCleanId(anonymousId)) return uncleanId("/anonymousId", anonymousId);
  const previousId = message.type === "alias" ? message.previousId : undefined;
  return previousId && !isCleanId(previousId) ? uncleanId("/previousId", previousId) : undefined;
}

function uncleanId(path: string, id: string): Fault {
  return { code: "invalid-id", path, message: `${show(id)} has a control character or half a character` };
}

/** Under whom an event is kept. Values that stand for "nobody" are taken as absent. */
function userIdOf({ userId, anonymousId }: SegmentMessage): UserId | undefined {
  if (userId && !isBlockedId(userId)) return userId as UserId;
  return anonymousId && !isBlockedId(anonymousId) ? anonymousUserId(anonymousId) : undefined;
}

/** Whether anybody's events can be kept under an id: it stands for somebody, and is text through and through. */
export function isPersonId(id: string): boolean {
  return !isBlockedId(id) && isCleanId(id);
}

/** Anonymous people live beside known ones under a name that no `userId` of an identified person shares by chance. */
export function anonymousUserId(anonymousId: string): UserId {
  return `anonymous:${anonymousId}` as UserId;
}

function itemIdOf(message: SegmentMessage): string | undefined {
  return message.type === "track" ? message.properties?.itemId : undefined;
}

/** By the sender's clock. */
function saidTime({ timestamp, originalTimestamp }: SegmentMessage): string | undefined {
  return timestamp ?? originalTimestamp;
}

function outOfRange(message: SegmentMessage, happened: Happened): Fault {
  const said = `${show(saidTime(message))}${happened.isCorrected ? ` of a clock that sent at ${show(message.sentAt)}` : ""}`;
  const text = `${said} is no time from 1970 to 2100; send when it happened, such as 2026-03-01T12:00:00+05:00`;
  return { code: "time-out-of-range", path: "/timestamp", message: text };
}

/** Keys end in a zero byte, and a lone surrogate would be stored as another character. */
export function isCleanId(id: string): boolean {
  for (let position = 0; position < id.length; position++) {
    const code = id.charCodeAt(position);
    if (code < 0x20) return false;
    if (code < 0xd800 || code > 0xdfff) continue;
    const isPair = code <= 0xdbff && (id.charCodeAt(position + 1) & 0xfc00) === 0xdc00;
    if (!isPair) return false;
    position++;
  }
  return true;
}

function show(value: unknown): string {
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object"; // however deep
  const text = JSON.stringify(value) ?? "absent";
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
