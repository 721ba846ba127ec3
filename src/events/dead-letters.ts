import { assert } from "#base";
import type { EventLog } from "#storage";
import {
  codeOfDeadLetter,
  type DeadLetter,
  decodeDeadLetter,
  encodeDeadLetter,
  type NewDeadLetter,
} from "./dead-letter.ts";

/**
 * @file What was rejected, kept so that somebody can look at it, mend the cause, and send it again. An event log of one
 * partition holds the letters; when they take more room than they may, the oldest of its files goes. A small index in memory
 * (reason and size of each) counts them and finds those of one reason.
 */
export interface DeadLettersOptions {
  /** Of one partition, and nobody else's. */
  readonly log: EventLog;
  /** Letters take no more than this on disk, where those of one request fit in a file; at least four files. */
  readonly maxBytes: number;
  /** Size at which the log begins a new file: letters are dropped a file at a time. */
  readonly segmentBytes: number;
  /** Told in one sentence when letters could not be kept. */
  readonly onNotice: (message: string) => void;
}

/** One page of letters, newest first. */
export interface DeadLetterPage {
  readonly letters: readonly DeadLetter[];
  /** `before` of the next page; absent when there is none. */
  readonly next?: number;
}

const PARTITION = 0;
/** Bytes that a record takes beside its own. */
const FRAME_BYTES = 8;
/** Records read at a time: each has at most 128 KiB. */
const WINDOW = 64;

export class DeadLetters {
  readonly #options: DeadLettersOptions;
  /** Offset of the first letter of the index. */
  #base = 0;
  /** Reason of each letter from `#base` on; `undefined` when it was removed. */
  #codes: (string | undefined)[] = [];
  /** Bytes on disk of each. */
  #sizes: number[] = [];
  #bytes = 0;
  #lost = 0;
  readonly #counts = new Map<string, number>();
  /** Files are read, dropped and written anew by one at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: DeadLettersOptions) {
    assert(options.log.partitionCount === 1, "dead letters have a log of one partition");
    assert(options.maxBytes >= 4 * options.segmentBytes, "dead letters may take at least four files");
    this.#options = options;
    this.#base = options.log.start(PARTITION);
  }

  /** Reads what there is once, to count it. O(bytes kept). */
  static async open(options: DeadLettersOptions): Promise<DeadLetters> {
    const letters = new DeadLetters(options);
    const { log } = options;
    for (let next = letters.#base; next < log.end(PARTITION); ) {
      const records = await log.read(PARTITION, next, WINDOW);
      for (const { offset, bytes } of records) letters.#note(offset, bytes);
      next = records.at(-1)!.offset + 1;
    }
    return letters;
  }

  /** Reason -> how many letters of it are kept. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** On disk. */
  get bytes(): number {
    return this.#bytes;
  }

  get maxBytes(): number {
    return this.#options.maxBytes;
  }

  /** How many were ever given up for newer ones; those that had been removed before are among them. */
  get dropped(): number {
    return this.#base;
  }

  /** How many could not be written since this was opened. */
  get lost(): number {
    return this.#lost;
  }

  /** The number the next letter will have. */
  get end(): number {
    return this.#options.log.end(PARTITION);
  }

  /**
   * Keeps letters; they are durable when it resolves. It never rejects: that something was rejected is told to its sender
   * also when it cannot be kept, which is counted.
   */
  async keep(letters: readonly NewDeadLetter[]): Promise<void> {
    const { log, onNotice } = this.#options;
    try {
      const records = letters.map(encodeDeadLetter);
      const first = await log.append(PARTITION, records);
      for (const [position, bytes] of records.entries()) this.#note(first + position, bytes);
    } catch (error) {
      this.#lost += letters.length;
      return onNotice(`${letters.length} rejected events or items could not be kept: ${String(error)}`);
    }
    await this.#makeRoom().catch((error: unknown) =>
      onNotice(
        `old dead letters could not be dropped: ${String(error)}; it is tried again with the next one`,
      ),
    );
  }

  /** At most `limit` letters before `before` (default: from the newest on), of one reason when `code` names it. */
  page({ code, before, limit }: { code?: string; before?: number; limit: number }): Promise<DeadLetterPage> {
    return this.#inTurn(async () => {
      const isWanted = this.#wants(code);
      const letters: DeadLetter[] = [];
      let end = Math.min(before ?? this.end, this.#base + this.#codes.length);
      for (; end > this.#base && letters.length < limit; end = Math.max(this.#base, end - WINDOW)) {
        const start = Math.max(this.#base, end - WINDOW);
        letters.push(...(await this.#read(start, end, isWanted)).reverse());
      }
      const shown = letters.slice(0, limit);
      const last = shown.at(-1)?.id;
      const hasMore = last !== undefined && this.#any(this.#base, last, isWanted);
      return { letters: shown, ...(hasMore && { next: last }) };
    });
  }

  /** Runs of letters, oldest first, up to the newest there is when it is called. */
  async *runs(code?: string): AsyncIterable<readonly DeadLetter[]> {
    const end = this.end;
    for (let next = this.#base; next < end; next += WINDOW) {
      const from = next;
      const letters = await this.#inTurn(() =>
        this.#read(Math.max(from, this.#base), Math.min(from + WINDOW, end), this.#wants(code)),
      );
      if (letters.length > 0) yield letters;
    }
  }

  /**
   * Removes letters and returns how many there were. When it resolves no byte of them is in the files. O(bytes kept).
   * @param isRemoved asked of every letter by its number and its record
   */
  remove(isRemoved: (id: number, record: Uint8Array) => boolean): Promise<number> {
    return this.#inTurn(async () => {
      const removed: number[] = [];
      await this.#options.log.erase(PARTITION, ({ offset, bytes }) => {
        const isHit = bytes.length > 0 && isRemoved(offset, bytes);
        if (isHit) removed.push(offset);
        return isHit;
      });
      for (const offset of removed) this.#forget(offset);
      return removed.length;
    });
  }

  /** How many records from `start` on and before `end` the predicate holds for. */
  count(start: number, end: number, isCounted: (record: Uint8Array) => boolean): Promise<number> {
    return this.#inTurn(async () => {
      const { log } = this.#options;
      let count = 0;
      for (let next = Math.max(start, this.#base); next < end; ) {
        const records = await log.read(PARTITION, next, Math.min(WINDOW, end - next));
        if (records.length === 0) break;
        count += records.filter(({ bytes }) => bytes.length > 0 && isCounted(bytes)).length;
        next = records.at(-1)!.offset + 1;
      }
      return count;
    });
  }

  /** Finishes what was begun, and closes the log. */
  async close(): Promise<void> {
    await this.#turn;
    await this.#options.log.close();
  }

  async #read(start: number, end: number, isWanted: (offset: number) => boolean): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    for (let next = start; next < end && this.#any(next, end, isWanted); ) {
      const records = await this.#options.log.read(PARTITION, next, end - next);
      for (const { offset, bytes } of records)
        if (bytes.length > 0 && isWanted(offset)) letters.push(decodeDeadLetter(offset, bytes));
      next = records.at(-1)!.offset + 1;
    }
    return letters;
  }

  #wants(code: string | undefined): (offset: number) => boolean {
    return (offset) => {
      const kept = this.#codes[offset - this.#base];
      return kept !== undefined && (code === undefined || kept === code);
    };
  }

  #any(start: number, end: number, isWanted: (offset: number) => boolean): boolean {
    for (let offset = start; offset < end; offset++) if (isWanted(offset)) return true;
    return false;
  }

  #note(offset: number, bytes: Uint8Array): void {
    const size = FRAME_BYTES + bytes.length;
    this.#sizes[offset - this.#base] = size;
    this.#bytes += size;
    if (bytes.length === 0) {
      this.#codes[offset - this.#base] = undefined;
      return;
    }
    const code = codeOfDeadLetter(bytes);
    this.#codes[offset - this.#base] = code;
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
  }

  /** A letter is no more, its place is. */
  #forget(offset: number): void {
    const position = offset - this.#base;
    this.#uncount(this.#codes[position]);
    this.#codes[position] = undefined;
    this.#bytes -= this.#sizes[position]! - FRAME_BYTES;
    this.#sizes[position] = FRAME_BYTES;
  }

  #uncount(code: string | undefined): void {
    if (code === undefined) return;
    const left = this.#counts.get(code)! - 1;
    if (left > 0) this.#counts.set(code, left);
    else this.#counts.delete(code);
  }

  /** Gives up the oldest files, until two more would fit: one that is half given up stays, and one is being filled. */
  async #makeRoom(): Promise<void> {
    const { maxBytes, segmentBytes } = this.#options;
    const wantedBytes = maxBytes - 2 * segmentBytes;
    if (this.#bytes <= wantedBytes) return;
    await this.#inTurn(async () => {
      const { log } = this.#options;
      let kept = this.#bytes;
      let position = 0;
      for (; kept > wantedBytes; position++) kept -= this.#sizes[position]!;
      await log.dropBefore(PARTITION, this.#base + position);
      const gone = log.start(PARTITION) - this.#base;
      for (const code of this.#codes.splice(0, gone)) this.#uncount(code);
      for (const size of this.#sizes.splice(0, gone)) this.#bytes -= size;
      this.#base += gone;
    });
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
