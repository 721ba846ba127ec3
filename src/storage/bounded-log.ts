import { assert } from "#base";
import type { EventLog, LogRecord } from "./event-log.ts";

/**
 * @file Records that are kept for a while: an event log of one partition, of which the oldest file goes when all take more room
 * than they may. Of each record a small note stays in memory, so that records can be counted and found without reading them.
 */
export interface BoundedLogOptions<Note> {
  /** Of one partition, and nobody else's. */
  readonly log: EventLog;
  /** Records take no more than this on disk, where those of one append fit in a file; at least four files. */
  readonly maxBytes: number;
  /** Size at which the log begins a new file: records are dropped a file at a time. */
  readonly segmentBytes: number;
  /** What is remembered of a record. */
  readonly noteOf: (record: Uint8Array) => Note;
  /** Told of every note that is kept, and of every one that no longer is. */
  readonly onKept?: (note: Note, offset: number) => void;
  readonly onGone?: (note: Note) => void;
}

const PARTITION = 0;
/** Bytes that a record takes beside its own. */
const FRAME_BYTES = 8;
/** Records read at a time. */
const WINDOW = 64;

export class BoundedLog<Note> {
  readonly #options: BoundedLogOptions<Note>;
  /** Offset of the first record of the index. */
  #base: number;
  /** Note of each record from `#base` on; `undefined` when it was removed. */
  readonly #notes: (Note | undefined)[] = [];
  /** Bytes on disk of each. */
  readonly #sizes: number[] = [];
  #bytes = 0;
  /** Files are read, dropped and written anew by one at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: BoundedLogOptions<Note>) {
    assert(options.log.partitionCount === 1, "a bounded log has one partition");
    assert(options.maxBytes >= 4 * options.segmentBytes, "a bounded log may take at least four files");
    this.#options = options;
    this.#base = options.log.start(PARTITION);
  }

  /** Reads what there is once, to note it. O(bytes kept). */
  static async open<Note>(options: BoundedLogOptions<Note>): Promise<BoundedLog<Note>> {
    const bounded = new BoundedLog(options);
    const { log } = options;
    for (let next = bounded.#base; next < log.end(PARTITION); ) {
      const records = await log.read(PARTITION, next, WINDOW);
      for (const { offset, bytes } of records) bounded.#note(offset, bytes);
      next = records.at(-1)!.offset + 1;
    }
    return bounded;
  }

  /** On disk. */
  get bytes(): number {
    return this.#bytes;
  }

  get maxBytes(): number {
    return this.#options.maxBytes;
  }

  /** Offset of the oldest record: how many were ever given up for newer ones, those that had been removed before among them. */
  get start(): number {
    return this.#base;
  }

  /** The offset the next record will have. */
  get end(): number {
    return this.#options.log.end(PARTITION);
  }

  /** `undefined` for a record that was removed, and beyond either end. */
  noteAt(offset: number): Note | undefined {
    return this.#notes[offset - this.#base];
  }

  /** Keeps records; they are durable when it resolves. */
  async append(records: readonly Uint8Array[]): Promise<void> {
    const first = await this.#options.log.append(PARTITION, records);
    for (const [position, bytes] of records.entries()) this.#note(first + position, bytes);
  }

  /** Gives up the oldest files, until two more would fit: one that is half given up stays, and one is being filled. */
  async makeRoom(): Promise<void> {
    const { maxBytes, segmentBytes, onGone } = this.#options;
    const wantedBytes = maxBytes - 2 * segmentBytes;
    if (this.#bytes <= wantedBytes) return;
    await this.#inTurn(async () => {
      const { log } = this.#options;
      let kept = this.#bytes;
      let position = 0;
      for (; kept > wantedBytes; position++) kept -= this.#sizes[position]!;
      await log.dropBefore(PARTITION, this.#base + position);
      const gone = log.start(PARTITION) - this.#base;
      for (const note of this.#notes.splice(0, gone)) if (note !== undefined) onGone?.(note);
      for (const size of this.#sizes.splice(0, gone)) this.#bytes -= size;
      this.#base += gone;
    });
  }

  /** The wanted of the records from `start` on and before `end`, as far as they are kept, oldest first. */
  read(start: number, end: number, isWanted: (note: Note) => boolean): Promise<readonly LogRecord[]> {
    return this.#inTurn(async () => {
      const found: LogRecord[] = [];
      const last = Math.min(end, this.#base + this.#notes.length);
      for (let next = Math.max(start, this.#base); next < last && this.#any(next, last, isWanted); ) {
        const records = await this.#options.log.read(PARTITION, next, Math.min(WINDOW, last - next));
        for (const record of records) if (this.#isWanted(record.offset, isWanted)) found.push(record);
        next = records.at(-1)!.offset + 1;
      }
      return found;
    });
  }

  /** Whether a wanted record lies from `start` on and before `end`. */
  has(start: number, end: number, isWanted: (note: Note) => boolean): boolean {
    return this.#any(Math.max(start, this.#base), end, isWanted);
  }

  /**
   * Removes records and returns how many there were. When it resolves no byte of them is in the files. O(bytes kept).
   * @param isRemoved asked of every record
   */
  remove(isRemoved: (offset: number, record: Uint8Array) => boolean): Promise<number> {
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
      let count = 0;
      for (let next = Math.max(start, this.#base); next < end; ) {
        const records = await this.#options.log.read(PARTITION, next, Math.min(WINDOW, end - next));
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

  #isWanted(offset: number, isWanted: (note: Note) => boolean): boolean {
    const note = this.noteAt(offset);
    return note !== undefined && isWanted(note);
  }

  #any(start: number, end: number, isWanted: (note: Note) => boolean): boolean {
    for (let offset = start; offset < end; offset++) if (this.#isWanted(offset, isWanted)) return true;
    return false;
  }

  #note(offset: number, bytes: Uint8Array): void {
    const size = FRAME_BYTES + bytes.length;
    this.#sizes[offset - this.#base] = size;
    this.#bytes += size;
    const note = bytes.length === 0 ? undefined : this.#options.noteOf(bytes);
    this.#notes[offset - this.#base] = note;
    if (note !== undefined) this.#options.onKept?.(note, offset);
  }

  /** A record is no more, its place is. */
  #forget(offset: number): void {
    const position = offset - this.#base;
    const note = this.#notes[position];
    if (note !== undefined) this.#options.onGone?.(note);
    this.#notes[position] = undefined;
    this.#bytes -= this.#sizes[position]! - FRAME_BYTES;
    this.#sizes[position] = FRAME_BYTES;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
