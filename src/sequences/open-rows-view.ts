import { FIXED_BYTES, HAS } from "./open-rows.ts";
import { type RowsView, rowAt } from "./rows-view.ts";
import type { SequenceRow } from "./sequence-block.ts";
import { UUID_BYTES, UUID_CHARACTERS, unpackUuid, writeUuidText } from "./uuid.ts";

/** Rows that are in no block yet, in order of arrival, read where they lie. The bytes must stay as they are. */
export class OpenRowsView implements RowsView {
  readonly count: number;
  readonly #bytes: Buffer;
  /** Where each row begins, and the end of the last. */
  readonly #places: number[] = [0];

  constructor(openRows: Uint8Array) {
    this.#bytes = Buffer.from(openRows.buffer, openRows.byteOffset, openRows.byteLength);
    for (let place = 0; place < this.#bytes.length; ) {
      const id = this.#placeOf(place, Number.POSITIVE_INFINITY); // it stands last
      place = this.#bytes[place + 22]! & HAS.uuid ? id + UUID_BYTES : this.#endOfText(id);
      this.#places.push(place);
    }
    this.count = this.#places.length - 1;
  }

  timestampMs(n: number): number {
    return this.#bytes.readDoubleLE(this.#places[n]!);
  }

  offset(n: number): number {
    return this.#bytes.readDoubleLE(this.#places[n]! + 8);
  }

  itemRow(n: number): number {
    return this.#bytes.readUInt32LE(this.#places[n]! + 16);
  }

  action(n: number): number {
    return this.#bytes[this.#places[n]! + 20]!;
  }

  surface(n: number): number {
    return this.#bytes[this.#places[n]! + 21]!;
  }

  dwellMs(n: number): number | undefined {
    return this.#has(n, HAS.dwellMs) ? this.#bytes.readFloatLE(this.#fieldOf(n, HAS.dwellMs)) : undefined;
  }

  value(n: number): number | undefined {
    return this.#has(n, HAS.value) ? this.#bytes.readFloatLE(this.#fieldOf(n, HAS.value)) : undefined;
  }

  position(n: number): number | undefined {
    return this.#has(n, HAS.position) ? this.#bytes.readUInt16LE(this.#fieldOf(n, HAS.position)) : undefined;
  }

  consent(n: number): number {
    return this.#has(n, HAS.consent) ? this.#bytes.readUInt32LE(this.#fieldOf(n, HAS.consent)) : 0;
  }

  slateId(n: number): string | undefined {
    return this.#has(n, HAS.slateId) ? this.#textAt(this.#fieldOf(n, HAS.slateId)) : undefined;
  }

  source(n: number): string | undefined {
    return this.#has(n, HAS.source) ? this.#textAt(this.#fieldOf(n, HAS.source)) : undefined;
  }

  eventId(n: number): string {
    const place = this.#fieldOf(n, Number.POSITIVE_INFINITY);
    return this.#has(n, HAS.uuid) ? unpackUuid(this.#bytes, place) : this.#textAt(place);
  }

  eventIdBytes(n: number): number {
    if (this.#has(n, HAS.uuid)) return UUID_CHARACTERS;
    return this.#bytes.readUInt16LE(this.#fieldOf(n, Number.POSITIVE_INFINITY));
  }

  writeEventId(n: number, bytes: Buffer, at: number): number {
    const place = this.#fieldOf(n, Number.POSITIVE_INFINITY);
    if (this.#has(n, HAS.uuid)) return writeUuidText(this.#bytes, place, bytes, at);
    return at + this.#bytes.copy(bytes, at, place + 2, this.#places[n + 1]);
  }

  #has(n: number, field: number): boolean {
    return (this.#bytes[this.#places[n]! + 22]! & field) !== 0;
  }

  #fieldOf(n: number, field: number): number {
    return this.#placeOf(this.#places[n]!, field);
  }

  /** Where a field of the row at a place begins: behind the fields with a lower flag that the row has. */
  #placeOf(row: number, field: number): number {
    const has = this.#bytes[row + 22]!;
    let place = row + FIXED_BYTES;
    if (has & HAS.dwellMs && field > HAS.dwellMs) place += 4;
    if (has & HAS.value && field > HAS.value) place += 4;
    if (has & HAS.position && field > HAS.position) place += 2;
    if (has & HAS.slateId && field > HAS.slateId) place = this.#endOfText(place);
    if (has & HAS.source && field > HAS.source) place = this.#endOfText(place);
    if (has & HAS.consent && field > HAS.consent) place += 4;
    return place;
  }

  #endOfText(place: number): number {
    return place + 2 + this.#bytes.readUInt16LE(place);
  }

  #textAt(place: number): string {
    return this.#bytes.toString("utf8", place + 2, this.#endOfText(place));
  }
}

/** The rows, in order of arrival. */
export function decodeOpenRows(openRows: Uint8Array): SequenceRow[] {
  const view = new OpenRowsView(openRows);
  return Array.from({ length: view.count }, (_, n) => rowAt(view, n));
}
