import { assert, murmur3Pair } from "#base";
import { type ConsentChoices, consentOf } from "./consent.ts";
import { asBuffer, PackedCursor, textOf } from "./packed-cursor.ts";
import {
  decodeEvent,
  decodeValue,
  type EventKind,
  FIELDS,
  KINDS,
  STORED_EVENT_VERSION,
  type StoredEvent,
} from "./stored-event.ts";

/** The properties of an event that become columns of a sequence row; one of the wrong type counts as absent. */
export interface RowProperties {
  readonly itemId: string | undefined;
  readonly surface: string | undefined;
  readonly dwellMs: number | undefined;
  readonly value: number | undefined;
  readonly position: number | undefined;
  readonly slateId: string | undefined;
  readonly source: string | undefined;
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
  /** Puts `murmur3` of the event id by the seeds 1 and 2 in the first two places. */
  hashId(hashes: Uint32Array): void;
  /** Writes the event id's bytes from a place on, and returns where they end; there is room for {@link idBytes}. */
  copyId(bytes: Buffer, at: number): number;
  /** Bytes of the event id. */
  readonly idBytes: number;
  rowProperties(): RowProperties;
  /** Of the properties by these names (UTF-8), in their order, what is a text, a number or a truth. */
  scalars(names: readonly Uint8Array[]): (string | number | boolean | undefined)[];
  /** As {@link consentOf}: nothing but what is said of consent is unpacked. */
  consent(): ConsentChoices | undefined;
  /** As the event's `itemEdition`; 0 where it has none. */
  itemEdition(): number;
  /** Everything, unpacked. */
  event(): StoredEvent;
}

/** @throws AssertionError for a record of another version */
export function viewEvent(bytes: Uint8Array): EventView {
  return new PackedEvent(bytes);
}

class PackedEvent implements EventView {
  readonly kind: EventKind;
  readonly name: string;
  readonly timestampMs: number;
  #eventId: string | undefined;
  #userId: string | undefined;
  readonly #bytes: Uint8Array;
  readonly #idAt: number;
  readonly #idEnd: number;
  readonly #userAt: number;
  readonly #userEnd: number;
  readonly #propertiesAt: number;
  /** 0 until it is known. */
  #propertiesEnd = 0;

  constructor(bytes: Uint8Array) {
    const cursor = shared.open(bytes);
    const fields = cursor.arrayLength();
    assert(fields === FIELDS || fields === FIELDS + 1, "an event record is an array of its fields");
    const version = cursor.number();
    assert(
      version === STORED_EVENT_VERSION,
      `an event record of version ${STORED_EVENT_VERSION}, not ${version}`,
    );
    this.kind = KINDS[cursor.number()!]!;
    const idBytes = cursor.skipText();
    this.#idEnd = cursor.at;
    this.#idAt = cursor.at - idBytes;
    const userBytes = cursor.skipText();
    this.#userEnd = cursor.at;
    this.#userAt = cursor.at - userBytes;
    this.name = cursor.word()!;
    this.timestampMs = cursor.number()!;
    cursor.skip(); // when it was received
    this.#bytes = bytes;
    this.#propertiesAt = cursor.at;
  }

  /** Whoever goes through a log for what people did does not ask for it. */
  get eventId(): string {
    this.#eventId ??= textOf(asBuffer(this.#bytes), this.#idAt, this.#idEnd);
    return this.#eventId;
  }

  /** Of most events of a log whoever goes through it wants the name alone. */
  get userId(): string {
    this.#userId ??= textOf(asBuffer(this.#bytes), this.#userAt, this.#userEnd);
    return this.#userId;
  }

  hashId(hashes: Uint32Array): void {
    murmur3Pair(this.#bytes, this.#idAt, this.#idEnd, ID_SEEDS, hashes);
  }

  get idBytes(): number {
    return this.#idEnd - this.#idAt;
  }

  copyId(bytes: Buffer, at: number): number {
    const stored = this.#bytes;
    let end = at;
    for (let place = this.#idAt; place < this.#idEnd; place++) bytes[end++] = stored[place]!;
    return end;
  }

  rowProperties(): RowProperties {
    const cursor = shared.open(this.#bytes);
    cursor.at = this.#propertiesAt;
    let itemId: string | undefined;
    let surface: string | undefined;
    let dwellMs: number | undefined;
    let value: number | undefined;
    let position: number | undefined;
    let slateId: string | undefined;
    let source: string | undefined;
    for (let left = cursor.mapLength(); left > 0; left--) {
      const column = cursor.keyAmong(COLUMNS);
      if (column < 0) cursor.skip();
      else if (column === 0) itemId = cursor.text();
      else if (column === 1) surface = cursor.word();
      else if (column === 2) dwellMs = cursor.number();
      else if (column === 3) value = cursor.number();
      else if (column === 4) position = cursor.number();
      else if (column === 5) slateId = cursor.text();
      else source = cursor.text();
    }
    this.#propertiesEnd = cursor.at;
    return { itemId, surface, dwellMs, value, position, slateId, source };
  }

  scalars(names: readonly Uint8Array[]): (string | number | boolean | undefined)[] {
    const cursor = shared.open(this.#bytes);
    cursor.at = this.#propertiesAt;
    const values = new Array<string | number | boolean | undefined>(names.length).fill(undefined);
    let next = 0; // events of one kind have their properties in one order more often than not
    for (let left = cursor.mapLength(); left > 0; left--) {
      const place = cursor.keyAmong(names, next);
      if (place < 0) cursor.skip();
      else {
        values[place] = cursor.scalar();
        next = place + 1;
      }
    }
    this.#propertiesEnd = cursor.at;
    return values;
  }

  consent(): ConsentChoices | undefined {
    const cursor = shared.open(this.#bytes);
    cursor.at = this.#propertiesEnd || this.#propertiesAt;
    if (this.#propertiesEnd === 0) cursor.skip();
    cursor.skip(); // traits
    if (!cursor.enter(CONTEXT)) return undefined;
    let context: Record<string, unknown> | undefined;
    for (let left = cursor.mapLength(); left > 0; left--) {
      const form = CONSENT_FORMS[cursor.keyAmong(CONSENT_KEYS)];
      const from = cursor.at;
      cursor.skip();
      if (form) context = { ...context, [form]: decodeValue(this.#bytes.subarray(from, cursor.at)) };
    }
    return context && consentOf({ rest: { context } });
  }

  itemEdition(): number {
    const cursor = shared.open(this.#bytes);
    if (cursor.arrayLength() === FIELDS) return 0;
    cursor.at = this.#propertiesEnd || this.#propertiesAt;
    if (this.#propertiesEnd === 0) cursor.skip();
    cursor.skip(); // traits
    cursor.skip(); // the rest
    return cursor.number() ?? 0;
  }

  event(): StoredEvent {
    return decodeEvent(this.#bytes);
  }
}

const ID_SEEDS: readonly [number, number] = [1, 2];
/** Moved from record to record, one at a time. */
const shared = new PackedCursor();
const COLUMNS = keys("itemId", "surface", "dwellMs", "value", "position", "slateId", "source");
const CONTEXT = keys("context");
const CONSENT_FORMS = ["consent", "consentManagement"];
const CONSENT_KEYS = keys(...CONSENT_FORMS);

function keys(...names: readonly string[]): readonly Uint8Array[] {
  return names.map((name) => Buffer.from(name));
}
