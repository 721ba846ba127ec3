import { Packr } from "msgpackr";
import { assert, type EventId, type UserId } from "#base";

/**
 * @file An event as the log keeps it: one self-contained msgpack array, so that any record can be read alone.
 *
 *     [1, kind, messageId, userId, name, timestampMs, receivedAtMs, properties, traits, rest, itemEdition?]
 *
 * `rest` holds every other field of the message untouched (context, integrations, fields we do not know), but for
 * `source`: the declared source by whose key the event came. `itemEdition` is left out where it is 0.
 */
export interface StoredEvent {
  readonly kind: EventKind;
  readonly eventId: EventId;
  readonly userId: UserId;
  /** The `event` of a track message, the `name` of a page or screen, empty otherwise. */
  readonly name: string;
  /** When it happened, corrected for the sender's clock; never after `receivedAtMs`. */
  readonly timestampMs: number;
  readonly receivedAtMs: number;
  readonly properties: Fields;
  readonly traits: Fields;
  readonly rest: Fields;
  /** What the catalogue had said of the item when the event came, as the catalogue counts it; absent: nothing yet. */
  readonly itemEdition?: number;
}

export type EventKind = (typeof KINDS)[number];
export type Fields = Readonly<Record<string, unknown>>;

export const STORED_EVENT_VERSION = 1;
/** Of a record without an edition. */
export const FIELDS = 10;
/** By the number that stands for each. */
export const KINDS = ["track", "identify", "page", "screen", "group", "alias"] as const;
/** Records are cut from blocks of this size: msgpackr's own, of 8 KiB, last for thirty of them. */
const PACK_BYTES = 256 * 1024;
const packr = new Packr({ useRecords: false, useToJSON: false });
packr.useBuffer(Buffer.allocUnsafeSlow(PACK_BYTES));
const none: Fields = {};

export function encodeEvent(event: StoredEvent): Uint8Array {
  const fields: unknown[] = [
    STORED_EVENT_VERSION,
    KINDS.indexOf(event.kind),
    event.eventId,
    event.userId,
    event.name,
    event.timestampMs,
    event.receivedAtMs,
    orNull(event.properties),
    orNull(event.traits),
    orNull(event.rest),
  ];
  if (event.itemEdition) fields.push(event.itemEdition);
  return packr.pack(fields);
}

export function decodeEvent(bytes: Uint8Array): StoredEvent {
  const fields = packr.unpack(bytes) as unknown[]; // our own bytes, whole by the log's checksum
  assert(
    fields[0] === STORED_EVENT_VERSION,
    `an event record of version ${STORED_EVENT_VERSION}, not ${String(fields[0])}`,
  );
  return {
    kind: KINDS[fields[1] as number]!,
    eventId: fields[2] as EventId,
    userId: fields[3] as UserId,
    name: fields[4] as string,
    timestampMs: fields[5] as number,
    receivedAtMs: fields[6] as number,
    properties: (fields[7] as Fields | null) ?? none,
    traits: (fields[8] as Fields | null) ?? none,
    rest: (fields[9] as Fields | null) ?? none,
    ...(fields.length > FIELDS && { itemEdition: fields[FIELDS] as number }),
  };
}

/** A value that lies within an event. */
export function decodeValue(bytes: Uint8Array): unknown {
  return packr.unpack(bytes);
}

function orNull(fields: Fields): Fields | null {
  for (const _ in fields) return fields;
  return null;
}
