import { assert } from "#base";
import { PackedCursor } from "./packed-cursor.ts";
import {
  decodeEvent,
  type EventKind,
  KINDS,
  STORED_EVENT_VERSION,
  type StoredEvent,
} from "./stored-event.ts";

/** The properties of an event that become columns of a sequence row; one of the wrong type counts as absent. */
export interface RowProperties {
  readonly itemId?: string;
  readonly surface?: string;
  readonly dwellMs?: number;
  readonly value?: number;
  readonly position?: number;
  readonly slateId?: string;
  readonly source?: string;
}

/**
 * An event as its record's bytes say it, read without making an object of what nobody asks for: applying an event needs a few
 * of its fields, and unpacking the rest (context, whatever else the sender put in) would cost more than the step itself.
 * It says what {@link decodeEvent} says.
 */
export interface EventView {
  readonly kind: EventKind;
  readonly eventId: string;
  readonly userId: string;
  readonly name: string;
  readonly timestampMs: number;
  rowProperties(): RowProperties;
  /** Everything, unpacked. */
  event(): StoredEvent;
}

/** @throws AssertionError for a record of another version */
export function viewEvent(bytes: Uint8Array): EventView {
  return new PackedEvent(bytes);
}

class PackedEvent implements EventView {
  readonly kind: EventKind;
  readonly eventId: string;
  readonly userId: string;
  readonly name: string;
  readonly timestampMs: number;
  readonly #bytes: Uint8Array;
  readonly #propertiesAt: number;

  constructor(bytes: Uint8Array) {
    const cursor = shared.open(bytes);
    assert(cursor.arrayLength() === FIELDS, "an event record is an array of its fields");
    const version = cursor.number();
    assert(
      version === STORED_EVENT_VERSION,
      `an event record of version ${STORED_EVENT_VERSION}, not ${version}`,
    );
    this.kind = KINDS[cursor.number()!]!;
    this.eventId = cursor.text()!;
    this.userId = cursor.text()!;
    this.name = cursor.text()!;
    this.timestampMs = cursor.number()!;
    cursor.skip(); // when it was received
    this.#bytes = bytes;
    this.#propertiesAt = cursor.at;
  }

  rowProperties(): RowProperties {
    const cursor = shared.open(this.#bytes);
    cursor.at = this.#propertiesAt;
    const found: Record<string, string | number> = {};
    for (let left = cursor.mapLength(); left > 0; left--) {
      const column = COLUMNS[cursor.keyAmong(COLUMN_KEYS)];
      const value = column === undefined ? cursor.skip() : column.isText ? cursor.text() : cursor.number();
      if (column && value !== undefined) found[column.name] = value;
    }
    return found;
  }

  event(): StoredEvent {
    return decodeEvent(this.#bytes);
  }
}

/** Moved from record to record, one at a time. */
const shared = new PackedCursor();
const FIELDS = 10;
const COLUMNS = [
  { name: "itemId", isText: true },
  { name: "surface", isText: true },
  { name: "dwellMs", isText: false },
  { name: "value", isText: false },
  { name: "position", isText: false },
  { name: "slateId", isText: true },
  { name: "source", isText: true },
] as const satisfies readonly { readonly name: keyof RowProperties; readonly isText: boolean }[];
const COLUMN_KEYS = COLUMNS.map(({ name }) => Buffer.from(name));
