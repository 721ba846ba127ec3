import { BoundedLog, type BoundedLogOptions } from "#storage";
import { decodeServedList, encodeServedList, idOfServedList, type ServedList } from "./served-list.ts";

/**
 * @file Lists that were served, so that each can be explained, and what follows from it (impressions whose `slateId` is its id) be
 * joined to what was known when it was made: scores, sources, probabilities. A bounded log holds them. They are written behind the answer, some at a
 * time, for nobody should wait for a disk to be shown something; the death of the process takes those of the last moment, and nothing else depends on them.
 */
export interface ServedListsOptions
  extends Pick<BoundedLogOptions<string>, "log" | "maxBytes" | "segmentBytes"> {
  /** Told in one sentence when lists could not be kept. */
  readonly onNotice: (message: string) => void;
}

/** Lists wait so long for others to be written with. */
const GATHER_MS = 50;
/** That wait at most; more are lost. */
const WAITING = 10_000;

export class ServedLists {
  readonly #lists: BoundedLog<string>;
  /** Id -> offset. */
  readonly #offsets: ReadonlyMap<string, number>;
  readonly #onNotice: (message: string) => void;
  #waiting: ServedList[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #lost = 0;

  private constructor(
    lists: BoundedLog<string>,
    offsets: ReadonlyMap<string, number>,
    onNotice: (message: string) => void,
  ) {
    this.#lists = lists;
    this.#offsets = offsets;
    this.#onNotice = onNotice;
  }

  /** Reads what there is once, to find it again. O(bytes kept). */
  static async open({ onNotice, ...options }: ServedListsOptions): Promise<ServedLists> {
    const offsets = new Map<string, number>();
    const lists = await BoundedLog.open({
      ...options,
      noteOf: idOfServedList,
      onKept: (id, offset) => void offsets.set(id, offset),
      onGone: (id) => void offsets.delete(id),
    });
    return new ServedLists(lists, offsets, onNotice);
  }

  /** How many are kept. */
  get size(): number {
    return this.#offsets.size;
  }

  /** On disk. */
  get bytes(): number {
    return this.#lists.bytes;
  }

  /** How many could not be written since this was opened. */
  get lost(): number {
    return this.#lost;
  }

  /** The number the next list will have that is written. */
  get end(): number {
    return this.#lists.end;
  }

  /** Keeps a list soon; at once for `get`. */
  keep(list: ServedList): void {
    if (this.#waiting.length >= WAITING) this.#lost++;
    else this.#waiting.push(list);
    this.#timer ??= setTimeout(() => void this.flush(), GATHER_MS);
  }

  /** The list of that id, `undefined` when it is not kept (any more). */
  async get(recommendationId: string): Promise<ServedList | undefined> {
    const waiting = this.#waiting.find((list) => list.recommendationId === recommendationId);
    if (waiting) return waiting;
    await this.#writing;
    const offset = this.#offsets.get(recommendationId);
    if (offset === undefined) return undefined;
    const [record] = await this.#lists.read(offset, offset + 1, () => true);
    return record && decodeServedList(record.bytes);
  }

  /** Every list that is kept, oldest first. */
  async *all(): AsyncIterable<ServedList> {
    await this.flush();
    const { end } = this.#lists;
    for (let next = this.#lists.start; next < end; next += PAGE)
      for (const { bytes } of await this.#lists.read(next, Math.min(next + PAGE, end), () => true))
        yield decodeServedList(bytes);
  }

  /** Writes what waits. It never rejects: what cannot be written is counted as lost. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** As in `BoundedLog`; those that wait are written first. */
  async remove(isRemoved: (id: number, record: Uint8Array) => boolean): Promise<number> {
    await this.flush();
    return this.#lists.remove(isRemoved);
  }

  /** As in `BoundedLog`. */
  async count(start: number, end: number, isCounted: (record: Uint8Array) => boolean): Promise<number> {
    await this.flush();
    return this.#lists.count(start, end, isCounted);
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#lists.close();
  }

  async #write(): Promise<void> {
    const lists = [...this.#waiting]; // others come while these are written
    if (lists.length === 0) return;
    try {
      await this.#lists.append(lists.map(encodeServedList));
      await this.#lists.makeRoom();
    } catch (error) {
      this.#lost += lists.length;
      this.#onNotice(`${lists.length} served lists could not be kept: ${String(error)}`);
    } finally {
      this.#waiting = this.#waiting.slice(lists.length);
    }
  }
}

/** Lists read at a time. */
const PAGE = 64;
