import { assert } from "#base";
import type { StateOperation, StateReader } from "#storage";
import { BlockView, decodeBlock } from "./block-view.ts";
import { BLOCK_ROWS, compareRows, encodeBlock, type SequenceRow, splitIntoBlocks } from "./sequence-block.ts";
import { type BlockStart, blockKey, blockPrefix, blockStartOf } from "./state-keys.ts";

/**
 * @file The sealed blocks of one user while events are applied: rows go into the block that covers their time, and what was
 * changed is seen by the next change before any of it is written. The state therefore depends on the order of events alone, not
 * on how the log was cut into steps.
 */
export class SealedBlocks {
  readonly #userId: string;
  readonly #state: StateReader;
  /** Blocks changed and not written yet, by key; `undefined` for a removed one. */
  readonly #changed = new Map<string, SequenceRow[] | undefined>();
  #newest: BlockStart | undefined;
  #newestMs: number;
  /** Starts of all blocks, oldest first, once a late row made us look. */
  #starts: BlockStart[] | undefined;

  /** `newest`: start of the newest block; `newestMs`: time of its last row. Rows that come later need no search. */
  constructor(
    userId: string,
    newest: BlockStart | undefined,
    newestMs: number | undefined,
    state: StateReader,
  ) {
    this.#userId = userId;
    this.#newest = newest;
    this.#newestMs = newestMs ?? Number.NEGATIVE_INFINITY;
    this.#state = state;
  }

  get newest(): BlockStart | undefined {
    return this.#newest;
  }

  /** Time of the last row of the newest block, ms. */
  get newestMs(): number {
    return this.#newestMs;
  }

  /** Puts rows, in order, into the blocks that cover their times. Rows later than all that is sealed begin a block when the newest is full. */
  async insert(rows: readonly SequenceRow[]): Promise<void> {
    const [first] = rows;
    const areLater = first !== undefined && first.timestampMs >= this.#newestMs;
    if (areLater && !(await this.#hasRoomFor(rows.length))) return this.#append(rows);
    let waiting = rows;
    while (waiting.length > 0) {
      const target = await this.#covering(waiting.at(-1)!);
      const inside = target ? waiting.filter((row) => !isBefore(row, target)) : waiting;
      // Rows older than the oldest block go into it.
      const takesAll =
        inside.length === 0 || (inside.length < waiting.length && !(await this.#hasOlder(target!)));
      const taken = takesAll ? waiting : inside;
      const merged = [...(target ? await this.#read(target) : []), ...taken].sort(compareRows);
      this.#replace(target ? [target] : [], splitIntoBlocks(merged));
      waiting = waiting.slice(0, waiting.length - taken.length);
    }
  }

  /**
   * Takes out the oldest `count` rows that `isOut` names; there are more, and none before `from`. It looks at `BLOCKS_VISITED` blocks at
   * most, so it may take fewer. Rows left in the blocks it changes are put together.
   */
  async removeOldest(
    from: BlockStart,
    count: number,
    isOut: (row: SequenceRow) => boolean,
  ): Promise<Removal> {
    const starts = await this.#allStarts();
    const first = Math.max(0, countAtOrBefore(starts, from) - 1);
    const removed: SequenceRow[] = [];
    const kept: SequenceRow[] = [];
    const changed: BlockStart[] = [];
    let at = first;
    for (; at < starts.length && at < first + BLOCKS_VISITED && removed.length < count; at++) {
      const rows = await this.#read(starts[at]!);
      const out = new Set(rows.filter(isOut).slice(0, count - removed.length));
      if (out.size === 0 && changed.length === 0) continue;
      changed.push(starts[at]!);
      removed.push(...out);
      kept.push(...rows.filter((row) => !out.has(row)));
    }
    const next = removed.length < count ? starts[at] : undefined;
    const last = removed.at(-1);
    if (changed.length > 0) this.#replace(changed, splitIntoBlocks(kept));
    return { removed, end: next ?? (last ? { ...placeOf(last), offset: last.offset + 1 } : from) };
  }

  operations(): StateOperation[] {
    return Array.from(this.#changed, ([key, rows]) => {
      const bytes = Buffer.from(key, "latin1");
      return rows ? { kind: "put", key: bytes, value: encodeBlock(rows) } : { kind: "delete", key: bytes };
    });
  }

  /** Whether so many rows more fit the newest block. It says how many it has without being unpacked. */
  async #hasRoomFor(rowCount: number): Promise<boolean> {
    if (!this.#newest) return false;
    const key = this.#keyOf(this.#newest);
    const changed = this.#changed.get(key);
    if (changed) return changed.length + rowCount <= BLOCK_ROWS;
    const [stored] = await this.#state.get([Buffer.from(key, "latin1")]);
    assert(stored, "the newest block is there");
    return new BlockView(stored).count + rowCount <= BLOCK_ROWS;
  }

  #append(rows: readonly SequenceRow[]): void {
    const blocks = splitIntoBlocks(rows);
    for (const block of blocks) this.#changed.set(this.#keyOf(startOf(block)), block);
    this.#starts?.push(...blocks.map(startOf));
    this.#setNewest(blocks.at(-1)!);
  }

  #setNewest(block: readonly SequenceRow[]): void {
    this.#newest = startOf(block);
    this.#newestMs = block.at(-1)!.timestampMs;
  }

  /** Puts blocks in the place of neighbours. */
  #replace(targets: readonly BlockStart[], blocks: readonly SequenceRow[][]): void {
    for (const target of targets) this.#changed.set(this.#keyOf(target), undefined);
    for (const block of blocks) this.#changed.set(this.#keyOf(startOf(block)), block);
    const isNewest = !this.#newest || targets.some((target) => isSame(target, this.#newest!));
    if (isNewest) this.#setNewest(blocks.at(-1)!);
    if (!this.#starts) return;
    const position = targets[0] ? countAtOrBefore(this.#starts, targets[0]) - 1 : 0;
    this.#starts.splice(position, targets.length, ...blocks.map(startOf));
  }

  async #read(start: BlockStart): Promise<SequenceRow[]> {
    const key = this.#keyOf(start);
    if (this.#changed.has(key)) return this.#changed.get(key) ?? [];
    const [stored] = await this.#state.get([Buffer.from(key, "latin1")]);
    assert(stored, "a block that was found is there");
    return decodeBlock(stored);
  }

  /** The last block that starts at or before the row, else the oldest; `undefined` when there is none. */
  async #covering(row: SequenceRow): Promise<BlockStart | undefined> {
    if (!this.#newest || !isBefore(row, this.#newest)) return this.#newest;
    const starts = await this.#allStarts();
    return starts[Math.max(0, countAtOrBefore(starts, row) - 1)];
  }

  async #hasOlder(start: BlockStart): Promise<boolean> {
    return !isSame((await this.#allStarts())[0], start);
  }

  /** Starts of all blocks, oldest first, changes included. Read when the first row is late, which most never are. */
  async #allStarts(): Promise<BlockStart[]> {
    if (this.#starts) return this.#starts;
    const stored = await this.#state.scan({
      prefix: blockPrefix(this.#userId),
      limit: Number.MAX_SAFE_INTEGER,
    });
    const kept = stored
      .map(({ key }) => blockStartOf(key))
      .filter((start) => !this.#changed.has(this.#keyOf(start)));
    const changed = [...this.#changed.values()].flatMap((rows) => (rows ? [startOf(rows)] : []));
    this.#starts = [...kept, ...changed].sort((left, right) => (isBefore(left, right) ? -1 : 1));
    return this.#starts;
  }

  #keyOf(start: BlockStart): string {
    return Buffer.from(blockKey(this.#userId, start)).toString("latin1");
  }
}

/** More than one seal adds, so that what is left over becomes less. */
const BLOCKS_VISITED = 64;

/** What a removal took. */
export interface Removal {
  readonly removed: readonly SequenceRow[];
  /** None that it was to take is left before this place. */
  readonly end: BlockStart;
}

export function isBefore(place: BlockStart, start: BlockStart): boolean {
  return (
    place.timestampMs < start.timestampMs ||
    (place.timestampMs === start.timestampMs && place.offset < start.offset)
  );
}

function isSame(left: BlockStart | undefined, right: BlockStart): boolean {
  return left?.timestampMs === right.timestampMs && left.offset === right.offset;
}

function startOf(block: readonly SequenceRow[]): BlockStart {
  return placeOf(block[0]!);
}

function placeOf({ timestampMs, offset }: SequenceRow): BlockStart {
  return { timestampMs, offset };
}

/** How many of the starts, in order, are not after the place. Binary search. */
function countAtOrBefore(starts: readonly BlockStart[], place: BlockStart): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(place, starts[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
