import { assert, DAY_MS } from "#base";
import type { SequenceRow } from "./sequence-block.ts";
import type { ConsentedRow } from "./usable-rows.ts";

/**
 * @file The days (UTC) on which rows happened that were trimmed since: whoever counts active days counts these too. Of each day, and each thing that
 * events of it said of consent, the earliest such row is kept. What is here depends on the rows alone, not on the order in
 * which they went. Format version 1, little-endian, by day and consent:
 *
 *     version:u8                                     1 byte
 *     timestampMs:f64 consent:u32                   12 bytes, for each
 */
export class GoneDays {
  /** Day and consent in one number -> time of the earliest row. */
  readonly #earliest = new Map<number, number>();

  static decode(bytes: Uint8Array): GoneDays {
    const stored = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    assert(stored[0] === VERSION, `gone days of version ${VERSION}, not ${stored[0]}`);
    const days = new GoneDays();
    for (let at = HEADER_BYTES; at < stored.length; at += ENTRY_BYTES)
      days.#note(stored.readDoubleLE(at), stored.readUInt32LE(at + 8));
    return days;
  }

  encode(): Uint8Array {
    const bytes = Buffer.alloc(HEADER_BYTES + ENTRY_BYTES * this.#earliest.size);
    bytes[0] = VERSION;
    const entries = [...this.#earliest].sort(([left], [right]) => left - right);
    for (const [n, [key, timestampMs]] of entries.entries()) {
      bytes.writeDoubleLE(timestampMs, HEADER_BYTES + ENTRY_BYTES * n);
      bytes.writeUInt32LE(key % CONSENTS, HEADER_BYTES + ENTRY_BYTES * n + 8);
    }
    return bytes;
  }

  add(rows: readonly SequenceRow[]): void {
    for (const { timestampMs, consent = 0 } of rows) this.#note(timestampMs, consent);
  }

  /** The earliest row of each day, for what it said of consent. */
  rows(): ConsentedRow[] {
    return Array.from(this.#earliest, ([key, timestampMs]) => ({ timestampMs, consent: key % CONSENTS }));
  }

  #note(timestampMs: number, consent: number): void {
    const key = Math.floor(timestampMs / DAY_MS) * CONSENTS + consent;
    this.#earliest.set(key, Math.min(timestampMs, this.#earliest.get(key) ?? timestampMs));
  }
}

const VERSION = 1;
const HEADER_BYTES = 1;
const ENTRY_BYTES = 12;
const CONSENTS = 2 ** 32;
