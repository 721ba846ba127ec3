import { assert } from "#base";
import { type RowsView, rowAt } from "./rows-view.ts";
import { HAS, layoutOf, NO_POSITION, type SequenceRow, VERSION } from "./sequence-block.ts";
import { UUID_BYTES, UUID_CHARACTERS, unpackUuid, writeUuidText } from "./uuid.ts";

/** The rows of a block in order of (time, offset), read where they lie. The bytes must stay as they are. */
export class BlockView implements RowsView {
  readonly count: number;
  readonly #bytes: Uint8Array;
  /** The block as numbers of four bytes, which every wide column is aligned to. */
  readonly #words: Uint32Array;
  readonly #columns: number;
  readonly #layout: ReturnType<typeof layoutOf>;
  readonly #baseTimeMs: number;
  readonly #baseOffset: number;
  #strings: BlockStrings | undefined;

  constructor(block: Uint8Array) {
    assert(block[0] === VERSION, `a sequence block of version ${VERSION}, not ${block[0]}`);
    this.#bytes = block.byteOffset % 4 === 0 ? block : new Uint8Array(block);
    this.#words = new Uint32Array(this.#bytes.buffer, this.#bytes.byteOffset, block.length >> 2);
    this.#columns = block[1]!;
    this.count = block[2]! + 256 * block[3]!;
    this.#layout = layoutOf(this.count, this.#columns);
    this.#baseTimeMs = doubleOf(this.#words, 2);
    this.#baseOffset = doubleOf(this.#words, 4);
  }

  /** Bytes of the header and the columns, without the strings behind them. */
  get columnBytes(): number {
    return this.#layout.strings;
  }

  timestampMs(n: number): number {
    return this.#baseTimeMs + this.#words[this.#layout.times / 4 + n]!;
  }

  offset(n: number): number {
    return this.#baseOffset + this.#words[this.#layout.offsets / 4 + n]!;
  }

  itemRow(n: number): number {
    return this.#words[this.#layout.items / 4 + n]!;
  }

  action(n: number): number {
    return this.#bytes[this.#layout.actions + n]!;
  }

  surface(n: number): number {
    return this.#bytes[this.#layout.surfaces + n]!;
  }

  dwellMs(n: number): number | undefined {
    return this.#columns & HAS.dwellMs ? floatOf(this.#words, this.#layout.dwells / 4 + n) : undefined;
  }

  value(n: number): number | undefined {
    return this.#columns & HAS.value ? floatOf(this.#words, this.#layout.values / 4 + n) : undefined;
  }

  position(n: number): number | undefined {
    if (!(this.#columns & HAS.position)) return undefined;
    const place = this.#layout.positions + 2 * n;
    const position = this.#bytes[place]! + 256 * this.#bytes[place + 1]!;
    return position === NO_POSITION ? undefined : position;
  }

  consent(n: number): number {
    return this.#columns & HAS.consent ? this.#words[this.#layout.consents / 4 + n]! : 0;
  }

  slateId(n: number): string | undefined {
    if (!(this.#columns & HAS.slate)) return undefined;
    return this.#texts.slates[this.#bytes[this.#layout.slates + n]! - 1];
  }

  source(n: number): string | undefined {
    if (!(this.#columns & HAS.source)) return undefined;
    return this.#texts.sources[this.#bytes[this.#layout.sources + n]! - 1];
  }

  eventId(n: number): string {
    return this.#texts.eventId(n);
  }

  eventIdBytes(n: number): number {
    return this.#texts.eventIdBytes(n);
  }

  writeEventId(n: number, bytes: Buffer, at: number): number {
    return this.#texts.writeEventId(n, bytes, at);
  }

  get #texts(): BlockStrings {
    this.#strings ??= new BlockStrings(this.#bytes, this.#layout.strings, this.count);
    return this.#strings;
  }
}

/** All rows of a block, in order. */
export function decodeBlock(block: Uint8Array): SequenceRow[] {
  const view = new BlockView(block);
  return Array.from({ length: view.count }, (_, n) => rowAt(view, n));
}

const loaded = new Float64Array(1);
const loadedFloats = new Float32Array(loaded.buffer);
const loadedWords = new Uint32Array(loaded.buffer);

/** The double of two words: a view of each block as doubles would cost more. */
function doubleOf(words: Uint32Array, place: number): number {
  loadedWords[0] = words[place]!;
  loadedWords[1] = words[place + 1]!;
  return loaded[0]!;
}

/** The float of a word, `undefined` for NaN. */
function floatOf(words: Uint32Array, place: number): number | undefined {
  loadedWords[0] = words[place]!;
  const float = loadedFloats[0]!;
  return Number.isNaN(float) ? undefined : float;
}

/** First bytes of a string that say how it is written; below them stands the number of its bytes. */
const UUID = 255;
const LONG = 254;

/** What stands behind a block's columns. Each string begins where the one before ends, so places are found once for all. */
class BlockStrings {
  readonly #bytes: Buffer;
  readonly #places: Uint32Array;
  #slates: string[] | undefined;
  #sources: string[] | undefined;

  constructor({ buffer, byteOffset, length }: Uint8Array, start: number, count: number) {
    this.#bytes = Buffer.from(buffer, byteOffset, length);
    this.#places = new Uint32Array(count + 1);
    this.#places[0] = start;
    for (let n = 0; n < count; n++) this.#places[n + 1] = this.#endOf(this.#places[n]!);
  }

  eventId(n: number): string {
    return this.#textAt(this.#places[n]!);
  }

  eventIdBytes(n: number): number {
    const place = this.#places[n]!;
    return this.#bytes[place] === UUID ? UUID_CHARACTERS : this.#places[n + 1]! - this.#textOf(place);
  }

  writeEventId(n: number, bytes: Buffer, at: number): number {
    const place = this.#places[n]!;
    if (this.#bytes[place] === UUID) return writeUuidText(this.#bytes, place + 1, bytes, at);
    return at + this.#bytes.copy(bytes, at, this.#textOf(place), this.#places[n + 1]);
  }

  get slates(): readonly string[] {
    this.#slates ??= this.#listAt(this.#places.at(-1)!);
    return this.#slates;
  }

  get sources(): readonly string[] {
    this.#sources ??= this.#listAt(this.#endOfList(this.#places.at(-1)!));
    return this.#sources;
  }

  #listAt(place: number): string[] {
    let next = place + 1;
    return Array.from({ length: this.#bytes[place]! }, () => {
      const text = this.#textAt(next);
      next = this.#endOf(next);
      return text;
    });
  }

  #endOfList(place: number): number {
    let end = place + 1;
    for (let n = this.#bytes[place]!; n > 0; n--) end = this.#endOf(end);
    return end;
  }

  #endOf(place: number): number {
    const tag = this.#bytes[place]!;
    if (tag < LONG) return place + 1 + tag;
    return tag === UUID ? place + 1 + UUID_BYTES : place + 3 + this.#bytes.readUInt16LE(place + 1);
  }

  /** Where the characters of a string that is no UUID begin. */
  #textOf(place: number): number {
    return place + (this.#bytes[place] === LONG ? 3 : 1);
  }

  #textAt(place: number): string {
    if (this.#bytes[place] === UUID) return unpackUuid(this.#bytes, place + 1);
    return this.#bytes.toString("utf8", this.#textOf(place), this.#endOf(place));
  }
}
