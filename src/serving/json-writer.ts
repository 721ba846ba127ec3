import { DAY_MS } from "#base";
import { toIso } from "./bodies.ts";

/** JSON as it grows, in buffers that are used again once they are sent. */
export class JsonWriter {
  #bytes = Buffer.allocUnsafe(KEPT_BYTES);
  #end = 0;
  /** Buffers whose text has been sent. */
  readonly #spare: Buffer<ArrayBuffer>[] = [];
  #spareBytes = 0;
  /** Of the days met last, by number of the day: `2026-01-31T`. */
  readonly #days: ({ readonly day: number; readonly text: Buffer } | undefined)[] = new Array(DAYS_KEPT).fill(
    undefined,
  );

  /**
   * What was written since it was last taken: the taker's until `sent` is called. A copy would be memory outside the heap for every
   * answer, which the collector answers for with pauses.
   */
  take(): Written {
    const bytes = this.#bytes;
    const text = bytes.subarray(0, this.#end);
    const spare = this.#spare.pop();
    if (spare) this.#spareBytes -= spare.length;
    this.#bytes = spare ?? Buffer.allocUnsafe(KEPT_BYTES);
    this.#end = 0;
    return {
      text,
      sent: () => {
        const room = SPARE_BYTES - this.#spareBytes;
        if (this.#spare.length >= SPARE_BUFFERS || bytes.length > room) return;
        this.#spare.push(bytes);
        this.#spareBytes += bytes.length;
      },
    };
  }

  /** Bytes written since the last text was taken. */
  get length(): number {
    return this.#end;
  }

  /** Once more what was written from one length to another. */
  again(from: number, to: number): void {
    this.#makeRoom(to - from);
    this.#bytes.copyWithin(this.#end, from, to);
    this.#end += to - from;
  }

  /** Ready text. */
  bytes(text: Buffer): void {
    this.#makeRoom(text.length);
    const bytes = this.#bytes;
    const end = this.#end;
    if (text.length > SHORT_BYTES) bytes.set(text, end);
    else for (let n = 0; n < text.length; n++) bytes[end + n] = text[n]!;
    this.#end = end + text.length;
  }

  /** One ASCII character. */
  byte(character: number): void {
    if (this.#end === this.#bytes.length) this.#makeRoom(1);
    this.#bytes[this.#end++] = character;
  }

  text(text: string): void {
    this.#makeRoom(3 * text.length);
    this.#end += this.#bytes.write(text, this.#end);
  }

  number(value: number): void {
    const isShort = value >= 0 && value < 1e9 && Number.isInteger(value);
    if (!isShort) {
      this.text(String(value));
      return;
    }
    this.#makeRoom(9);
    let digits = 1;
    for (let bound = 10; value >= bound; bound *= 10) digits++;
    this.#digits(value, digits);
  }

  /** ISO 8601 without quotes, as `Date.toISOString`. */
  time(timestampMs: number): void {
    if (timestampMs < 0 || timestampMs >= YEAR_10000_MS) {
      this.text(toIso(timestampMs));
      return;
    }
    const day = Math.floor(timestampMs / DAY_MS);
    this.bytes(this.#dayText(day));
    this.#makeRoom(13);
    const ms = Math.floor(timestampMs - day * DAY_MS);
    this.#digits((ms / 3_600_000) | 0, 2);
    this.#bytes[this.#end++] = COLON;
    this.#digits(((ms / 60_000) | 0) % 60, 2);
    this.#bytes[this.#end++] = COLON;
    this.#digits(((ms / 1000) | 0) % 60, 2);
    this.#bytes[this.#end++] = POINT;
    this.#digits(ms % 1000, 3);
    this.#bytes[this.#end++] = ZONE;
  }

  /**
   * The inside of a string that `write` puts into the bytes as UTF-8, at most `room` of them; `read` makes it again in the rare
   * case that it has a character to escape.
   */
  quoted(room: number, write: (bytes: Buffer, at: number) => number, read: () => string): void {
    this.#makeRoom(room);
    const bytes = this.#bytes;
    const end = write(bytes, this.#end);
    for (let at = this.#end; at < end; at++) {
      const byte = bytes[at]!;
      if (byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH) continue;
      this.text(JSON.stringify(read()).slice(1, -1));
      return;
    }
    this.#end = end;
  }

  #digits(value: number, count: number): void {
    const bytes = this.#bytes;
    const start = this.#end;
    let left = value;
    for (let at = start + count - 1; at >= start; at--) {
      const tenth = (left / 10) | 0;
      bytes[at] = ZERO + left - 10 * tenth;
      left = tenth;
    }
    this.#end = start + count;
  }

  #dayText(day: number): Buffer {
    const kept = this.#days[day % DAYS_KEPT];
    if (kept?.day === day) return kept.text;
    const text = Buffer.from(toIso(day * DAY_MS).slice(0, 11));
    this.#days[day % DAYS_KEPT] = { day, text };
    return text;
  }

  #makeRoom(count: number): void {
    if (this.#end + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#end + count));
    larger.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = larger;
  }
}

/** A text, and what is called once, when its bytes are no longer needed; nobody has to. */
export interface Written {
  readonly text: Buffer;
  readonly sent: () => void;
}

/** Bytes of a buffer; a longer text makes room for itself, and leaves it to those after it. */
const KEPT_BYTES = 1 << 17;
const SPARE_BUFFERS = 32;
const SPARE_BYTES = 1 << 22;
/** Up to here a loop is sooner done than a call. */
const SHORT_BYTES = 32;
const DAYS_KEPT = 1024;
/** From here on years have more than four digits. */
const YEAR_10000_MS = 253_402_300_800_000;
/** Characters by code. */
const SPACE = 32;
const QUOTE = 34;
const POINT = 46;
const ZERO = 48;
const COLON = 58;
const ZONE = 90;
const BACKSLASH = 92;
