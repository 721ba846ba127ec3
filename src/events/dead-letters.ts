import { BoundedLog, type BoundedLogOptions } from "#storage";
import {
  codeOfDeadLetter,
  type DeadLetter,
  decodeDeadLetter,
  encodeDeadLetter,
  type NewDeadLetter,
} from "./dead-letter.ts";

/**
 * @file What was rejected, kept so that somebody can look at it, mend the cause, and send it again. A bounded log holds the letters; of
 * each its reason is noted, which counts them and finds those of one reason.
 */
export interface DeadLettersOptions
  extends Pick<BoundedLogOptions<string>, "log" | "maxBytes" | "segmentBytes"> {
  /** Told in one sentence when letters could not be kept. */
  readonly onNotice: (message: string) => void;
}

/** One page of letters, newest first. */
export interface DeadLetterPage {
  readonly letters: readonly DeadLetter[];
  /** `before` of the next page; absent when there is none. */
  readonly next?: number;
}

/** Letters read at a time: each has at most 128 KiB. */
const WINDOW = 64;

export class DeadLetters {
  readonly #letters: BoundedLog<string>;
  readonly #counts: ReadonlyMap<string, number>;
  readonly #onNotice: (message: string) => void;
  #lost = 0;

  private constructor(
    letters: BoundedLog<string>,
    counts: ReadonlyMap<string, number>,
    onNotice: (message: string) => void,
  ) {
    this.#letters = letters;
    this.#counts = counts;
    this.#onNotice = onNotice;
  }

  /** Reads what there is once, to count it. O(bytes kept). */
  static async open({ onNotice, ...options }: DeadLettersOptions): Promise<DeadLetters> {
    const counts = new Map<string, number>();
    const letters = await BoundedLog.open({
      ...options,
      noteOf: codeOfDeadLetter,
      onKept: (code) => void counts.set(code, (counts.get(code) ?? 0) + 1),
      onGone: (code) => {
        const left = (counts.get(code) ?? 0) - 1;
        if (left > 0) counts.set(code, left);
        else counts.delete(code);
      },
    });
    return new DeadLetters(letters, counts, onNotice);
  }

  /** Reason -> how many letters of it are kept. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** On disk. */
  get bytes(): number {
    return this.#letters.bytes;
  }

  get maxBytes(): number {
    return this.#letters.maxBytes;
  }

  /** How many were ever given up for newer ones; those that had been removed before are among them. */
  get dropped(): number {
    return this.#letters.start;
  }

  /** How many could not be written since this was opened. */
  get lost(): number {
    return this.#lost;
  }

  /** The number the next letter will have. */
  get end(): number {
    return this.#letters.end;
  }

  /**
   * Keeps letters; they are durable when it resolves. It never rejects: that something was rejected is told to its sender
   * also when it cannot be kept, which is counted.
   */
  async keep(letters: readonly NewDeadLetter[]): Promise<void> {
    try {
      await this.#letters.append(letters.map(encodeDeadLetter));
    } catch (error) {
      this.#lost += letters.length;
      const what = `${letters.length} rejected events or items could not be kept`;
      return this.#onNotice(`${what}: ${String(error)}`);
    }
    await this.#letters
      .makeRoom()
      .catch((error: unknown) =>
        this.#onNotice(
          `old dead letters could not be dropped: ${String(error)}; it is tried again with the next one`,
        ),
      );
  }

  /** At most `limit` letters before `before` (default: from the newest on), of one reason when `code` names it. */
  async page(request: { code?: string; before?: number; limit: number }): Promise<DeadLetterPage> {
    const { code, before = this.end, limit } = request;
    const isWanted = ofReason(code);
    const { start } = this.#letters;
    const letters: DeadLetter[] = [];
    for (let end = Math.min(before, this.end); end > start && letters.length < limit; end -= WINDOW)
      letters.push(...(await this.#read(Math.max(start, end - WINDOW), end, isWanted)).reverse());
    const shown = letters.slice(0, limit);
    const last = shown.at(-1)?.id;
    const hasMore = last !== undefined && this.#letters.has(start, last, isWanted);
    return { letters: shown, ...(hasMore && { next: last }) };
  }

  /** Runs of letters, oldest first, up to the newest there is when it is called. */
  async *runs(code?: string): AsyncIterable<readonly DeadLetter[]> {
    const end = this.end;
    for (let next = this.#letters.start; next < end; next += WINDOW) {
      const letters = await this.#read(next, Math.min(next + WINDOW, end), ofReason(code));
      if (letters.length > 0) yield letters;
    }
  }

  /**
   * Removes letters and returns how many there were. When it resolves no byte of them is in the files. O(bytes kept).
   * @param isRemoved asked of every letter by its number and its record
   */
  remove(isRemoved: (id: number, record: Uint8Array) => boolean): Promise<number> {
    return this.#letters.remove(isRemoved);
  }

  /** How many records from `start` on and before `end` the predicate holds for. */
  count(start: number, end: number, isCounted: (record: Uint8Array) => boolean): Promise<number> {
    return this.#letters.count(start, end, isCounted);
  }

  /** Finishes what was begun, and closes the log. */
  close(): Promise<void> {
    return this.#letters.close();
  }

  async #read(start: number, end: number, isWanted: (code: string) => boolean): Promise<DeadLetter[]> {
    const records = await this.#letters.read(start, end, isWanted);
    return records.map(({ offset, bytes }) => decodeDeadLetter(offset, bytes));
  }
}

function ofReason(code: string | undefined): (kept: string) => boolean {
  return (kept) => code === undefined || kept === code;
}
