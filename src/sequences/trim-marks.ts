import { assert } from "#base";
import { isBefore } from "./sealed-blocks.ts";
import type { SequenceRow } from "./sequence-block.ts";
import type { BlockStart } from "./state-keys.ts";

/**
 * @file How far a user's sequence was trimmed: per capped action, and for rows of every action, how many rows are gone and up to
 * where. Format version 1, little-endian; there is an entry for every cap that was in force:
 *
 *     version:u8 n:u8                                                2 bytes
 *     action:u8 removed:f64 endMs:f64 endOffset:f64                 25 bytes, n times; action 0 stands for every action
 */
export class TrimMarks {
  readonly #byAction = new Map<number, TrimMark>();

  static decode(bytes: Uint8Array): TrimMarks {
    const stored = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    assert(stored[0] === VERSION, `trim marks of version ${VERSION}, not ${stored[0]}`);
    const marks = new TrimMarks();
    for (let n = 0, at = HEADER_BYTES; n < stored[1]!; n++, at += MARK_BYTES) {
      marks.#byAction.set(stored[at]!, {
        removed: stored.readDoubleLE(at + 1),
        end: { timestampMs: stored.readDoubleLE(at + 9), offset: stored.readDoubleLE(at + 17) },
      });
    }
    return marks;
  }

  encode(): Uint8Array {
    const bytes = Buffer.alloc(HEADER_BYTES + MARK_BYTES * this.#byAction.size);
    bytes[0] = VERSION;
    bytes[1] = this.#byAction.size;
    const marks = [...this.#byAction].sort(([left], [right]) => left - right);
    for (const [n, [action, { removed, end }]] of marks.entries()) {
      const at = HEADER_BYTES + MARK_BYTES * n;
      bytes[at] = action;
      bytes.writeDoubleLE(removed, at + 1);
      bytes.writeDoubleLE(end.timestampMs, at + 9);
      bytes.writeDoubleLE(end.offset, at + 17);
    }
    return bytes;
  }

  of(action: number): TrimMark {
    return this.#byAction.get(action) ?? { removed: 0, end: FIRST };
  }

  /** Whether the row lies where rows like it are gone already: it came too late to be kept. */
  isGone(row: SequenceRow): boolean {
    return isBefore(row, this.of(EVERY_ACTION).end) || isBefore(row, this.of(row.action).end);
  }

  /** Counts rows that are gone under every one of the caps they fall under. */
  count(rows: readonly SequenceRow[], cappedActions: readonly number[]): void {
    for (const action of cappedActions) {
      const { removed, end } = this.of(action);
      const more = action === EVERY_ACTION ? rows.length : rows.filter((row) => row.action === action).length;
      this.#byAction.set(action, { removed: removed + more, end });
    }
  }

  /** Rows under the cap of the action are gone up to a place. */
  moveTo(action: number, end: BlockStart): void {
    this.#byAction.set(action, { removed: this.of(action).removed, end });
  }
}

/** What is gone under one cap. */
export interface TrimMark {
  readonly removed: number;
  /** Every row before this place is gone. */
  readonly end: BlockStart;
}

/** In place of an action's code: the cap on all rows. No action that is known has it (`UNNAMED`). */
export const EVERY_ACTION = 0;
const VERSION = 1;
const HEADER_BYTES = 2;
const MARK_BYTES = 25;
const FIRST: BlockStart = { timestampMs: 0, offset: 0 };
