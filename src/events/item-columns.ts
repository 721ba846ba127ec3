import { grown } from "#numeric";

/**
 * @file What is asked of every candidate of every list, in one place for each item: of a million, each place is a read of far memory, and an object with
 * its lists of strings is five. A row is half a line of the cache,
 *
 *     since when it is there f64 | codes of its tags, sorted, 6 x u32
 *
 * of which the first is MORE where an item has more tags than that.
 */
const ROW_BYTES = 32;
const TAGS_FROM = 2;
const TAGS = 6;
/** In place of a code: there is none. */
const NONE = 0xffffffff;
/** In place of the first: there are more than a row has room for. */
const MORE = 0xfffffffe;

const FIRST_ROOM = 1024;

export class ItemColumns {
  #times = new Float64Array((FIRST_ROOM * ROW_BYTES) / 8);
  #words = new Uint32Array(this.#times.buffer);

  /** `tagCodes`: each once, sorted. */
  set(row: number, sinceMs: number, tagCodes: readonly number[]): void {
    this.#makeRoom(row);
    this.#times[(row * ROW_BYTES) / 8] = sinceMs;
    const from = (row * ROW_BYTES) / 4 + TAGS_FROM;
    for (let place = 0; place < TAGS; place++) this.#words[from + place] = tagCodes[place] ?? NONE;
    if (tagCodes.length > TAGS) this.#words[from] = MORE;
  }

  /** Of a row that was set. */
  sinceMs(row: number): number {
    return this.#times[(row * ROW_BYTES) / 8]!;
  }

  /** Of a row that was set; `undefined` where there are more than it has room for. */
  tagCodes(row: number): readonly number[] | undefined {
    const from = (row * ROW_BYTES) / 4 + TAGS_FROM;
    const codes: number[] = [];
    for (let place = 0; place < TAGS; place++) {
      const code = this.#words[from + place]!;
      if (code === NONE) break;
      if (code === MORE) return undefined;
      codes.push(code);
    }
    return codes;
  }

  #makeRoom(row: number): void {
    const times = grown(this.#times, ((row + 1) * ROW_BYTES) / 8);
    if (times === this.#times) return;
    this.#times = times;
    this.#words = new Uint32Array(times.buffer);
  }
}
