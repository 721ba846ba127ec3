/**
 * @file Inverted lists with 8-bit codes and exact scores (IVF-int8): a query looks into the lists whose centroids are nearest, compares the
 * codes there of what may be among the best by its short code, and then the best of them by their vectors.
 *
 *   put ---> buffer (searched exactly) --full--> lists --skewed or hollow--> split, written anew
 *                                                  ^------- rebuild: new centroids, in another thread, swapped in at once
 *
 * Without lists, as at first, all is in the buffer and every search exact. Made for one writing thread; `search-threads.ts` gives the
 * same memory to more that search.
 */
import { isHollow, rewrite, tend } from "./ivf-balance.ts";
import { buildLists } from "./ivf-build.ts";
import { LANES } from "./kernels/kernels.ts";
import { ProbeTuner } from "./probe-tuner.ts";
import { startRebuild } from "./rebuild-thread.ts";
import type { SearchPlan } from "./searcher.ts";
import type { Codebook } from "./short-codes.ts";
import { BUFFER, type MemoryHandle, type SlotMemory } from "./slot-memory.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";
import { StoredVectors } from "./stored-vectors.ts";
import type {
  ModelVector,
  Neighbours,
  VectorIndex,
  VectorIndexConfig,
  VectorLabels,
  VectorQuery,
} from "./vector-index.ts";

export interface IvfOptions {
  /** Of sampling and first centroids. */
  readonly seed: number;
  /** Lists looked into by a search; 0: by the number of lists and of neighbours (`probesFor`) and what `learn` was told. More find more, in proportional time. */
  readonly probes: number;
  /** The share of their neighbours, 0..1, that searches are to find in the mean, once `learn` was told of some. */
  readonly recall: number;
  /** Lists that a rebuild makes; 0: 1.2 times the square root of the number of vectors. */
  readonly lists: number;
  /** Threads that will search beside this one. */
  readonly threads: number;
}

const defaults: IvfOptions = { seed: 1, probes: 0, recall: 0.95, lists: 0, threads: 0 };

const KIND = "ivf";
/** Vectors in the buffer before they go into lists. */
const BUFFERED = 256;
/** Below so many vectors lists are not worth their centroids. */
const WORTH_LISTS = 10_000;
/** Of what the lists were made for, how much may have been put since. */
const STALE_SHARE = 0.5;
/** Lists looked into for ten neighbours, for each root of the number of lists. */
const PROBES_PER_ROOT = 2;

export class IvfIndex implements VectorIndex {
  readonly config: VectorIndexConfig;
  readonly options: IvfOptions;
  /** As `options.probes`; may be changed between searches. */
  probes: number;
  readonly #stored: StoredVectors;
  readonly #tuner: ProbeTuner;
  readonly #listeners = new Set<(handle: MemoryHandle) => void>();
  /** Puts since the lists were made. */
  #changes = 0;
  /** Rows put or deleted since a rebuild began; while there is one, no slot is moved. */
  #journal: Set<number> | undefined;
  #rebuilding: Promise<void> | undefined;

  constructor(config: VectorIndexConfig, options: Partial<IvfOptions> = {}) {
    this.config = config;
    this.options = { ...defaults, ...options };
    this.probes = this.options.probes;
    this.#tuner = new ProbeTuner(this.options.recall);
    this.#stored = new StoredVectors(config, {
      searchers: 1 + this.options.threads,
      onMoved: ({ handle }) => {
        for (const listener of this.#listeners) listener(handle);
      },
    });
  }

  static load(bytes: Uint8Array, options: Partial<IvfOptions> = {}): IvfIndex {
    const snapshot = decodeSnapshot(bytes, KIND);
    const { config, changes, trainedSize } = snapshot.header as unknown as IvfHeader; // as it was saved
    const index = new IvfIndex(config, options);
    index.#changes = changes;
    index.#stored.restore(snapshot, (memory) => {
      const { centroids, scales, pairs, codewords, weights, errors } = snapshot.sections;
      memory.columns.scales.set(scales as Float32Array);
      if (pairs) memory.codebook = { pairs, codewords, weights, errors } as Codebook;
      for (let at = 0; at < centroids!.length; at += config.dimensions)
        memory.addList((centroids as Float32Array).subarray(at, at + config.dimensions));
      memory.trainedSize = trainedSize;
    });
    return index;
  }

  get size(): number {
    return this.#memory.size;
  }

  get listCount(): number {
    return this.#memory.listCount;
  }

  /** Whether the lists no longer fit what is there; `rebuild` makes them anew. */
  get isStale(): boolean {
    if (this.listCount === 0) return this.size >= WORTH_LISTS;
    if (!this.#memory.hasCodebook) return true; // as a snapshot of version 1 has none
    return this.#changes > STALE_SHARE * this.#memory.trainedSize;
  }

  /** How many vectors each list has. */
  get listSizes(): Uint32Array {
    return Uint32Array.from({ length: this.listCount }, (_, list) => this.#memory.livingIn(list + 1));
  }

  get memoryBytes(): number {
    return this.#memory.usedBytes;
  }

  get #memory(): SlotMemory {
    return this.#stored.memory;
  }

  /** Makes room for so many rows at once: to grow on the way is to copy all that is there, again and again. */
  reserve(rows: number): void {
    this.#stored.adopt(this.#memory.withRoomFor(rows - 1, Math.ceil(rows / LANES)));
  }

  put(row: number, vector: ModelVector, labels?: VectorLabels): void {
    this.#stored.put(row, vector, labels);
    this.#changes++;
    this.#journal?.add(row);
    if (this.#journal) return;
    if (this.listCount === 0) this.#tidyBuffer();
    else if (this.#memory.livingIn(BUFFER) >= BUFFERED) this.#drain();
  }

  delete(row: number): boolean {
    const chain = this.#stored.has(row) ? this.#memory.chainOf(row) : BUFFER;
    const wasThere = this.#stored.delete(row);
    if (this.#journal) this.#journal.add(row);
    else if (this.listCount === 0) this.#tidyBuffer();
    else if (chain !== BUFFER) this.#stored.adopt(tend(this.#memory, [chain - 1]));
    return wasThere;
  }

  has(row: number): boolean {
    return this.#stored.has(row);
  }

  search(query: VectorQuery): Neighbours {
    return this.#stored.search(query, this.#probes(query));
  }

  /**
   * Hears what an exact search found: from then on searches look into as many lists as it takes to find the declared share of such. True when
   * they look into others than before.
   */
  learn({ vector, n }: VectorQuery, rows: Uint32Array): boolean {
    if (this.listCount === 0) return false;
    const rank = new Uint32Array(this.listCount);
    for (const [place, list] of this.#stored.listsByNearness(vector.values).entries()) rank[list] = place + 1;
    const usual = probesFor(this.listCount, n);
    const needs: number[] = [];
    for (const row of rows) {
      const chain = this.#stored.has(row) ? this.#memory.chainOf(row) : BUFFER;
      needs.push(chain === BUFFER ? 0 : rank[chain - 1]! / usual);
    }
    return this.#tuner.observe(needs);
  }

  snapshot(): Uint8Array {
    const { header, sections } = this.#stored.save();
    const { columns, listCount, elements, trainedSize, codebook } = this.#memory;
    const { dimensions } = this.config;
    const centroids = new Float32Array(listCount * dimensions);
    for (let list = 0; list < listCount; list++)
      centroids.set(
        columns.centroids.subarray(list * elements, list * elements + dimensions),
        list * dimensions,
      );
    return encodeSnapshot({
      kind: KIND,
      header: { ...header, changes: this.#changes, trainedSize },
      sections: { ...sections, centroids, scales: columns.scales.slice(), ...codebook },
    });
  }

  /** Makes the lists anew in another thread, while this one serves and takes changes; then swaps them in. One at a time. */
  rebuild(): Promise<void> {
    this.#rebuilding ??= this.#rebuild().finally(() => {
      this.#rebuilding = undefined;
    });
    return this.#rebuilding;
  }

  /** The same in this thread. */
  rebuildHere(): void {
    if (this.size > 0) this.#swapIn(buildLists(this.#memory.table(), this.#buildOptions()), new Set());
  }

  /** What `search-threads.ts` needs: the memory, to hear of each that takes its place, and to stop hearing. */
  share(onMoved: (handle: MemoryHandle) => void): { readonly handle: MemoryHandle; release(): void } {
    this.#listeners.add(onMoved);
    return { handle: this.#memory.handle, release: () => this.#listeners.delete(onMoved) };
  }

  /** Checks a query of another thread and writes its mask to that thread's place. */
  plan(query: VectorQuery, place: number): SearchPlan {
    return this.#stored.plan(query, this.#probes(query), place);
  }

  async #rebuild(): Promise<void> {
    if (this.size === 0) return;
    this.#journal = new Set();
    try {
      const built = await startRebuild({ handle: this.#memory.handle, ...this.#buildOptions() });
      this.#swapIn(built, this.#journal);
    } finally {
      this.#journal = undefined;
    }
  }

  #probes({ n }: VectorQuery): number {
    return this.probes || Math.ceil(this.#tuner.factor * probesFor(this.listCount, n));
  }

  #buildOptions() {
    const { lists, seed, threads } = this.options;
    const { dimensions, rowCapacity } = this.#memory.shape;
    return { dimensions, lists, seed, searchers: 1 + threads, rowCapacity };
  }

  /** Without lists nothing leaves the buffer but what is replaced and deleted. */
  #tidyBuffer(): void {
    if (isHollow(this.#memory, BUFFER)) rewrite(this.#memory, BUFFER);
  }

  /** From the buffer into the nearest lists. */
  #drain(): void {
    const blocks = Math.ceil(this.#memory.livingIn(BUFFER) / LANES) + Math.min(BUFFERED, this.listCount);
    this.#stored.adopt(this.#memory.withRoomFor(0, blocks));
    const memory = this.#memory;
    const lists = this.#stored.nearestLists(memory.slotsIn(BUFFER));
    memory.move(() => {
      const buffered = memory.takeAll(BUFFER);
      for (const [position, list] of lists.entries())
        memory.append(list + 1, buffered.rowAt(position), buffered.vectorAt(position));
    });
    this.#stored.adopt(tend(memory, new Set(lists)));
  }

  /** Brings what was changed meanwhile into the new memory, and puts it in place of the old. */
  #swapIn(built: SlotMemory, changed: ReadonlySet<number>): void {
    const old = this.#memory;
    let next = built;
    for (const row of changed) {
      if (old.has(row)) {
        next = next.withRoomFor(row, 1);
        next.append(BUFFER, row, old.vectorOf(row));
      } else next.remove(row);
    }
    this.#stored.adopt(next);
    this.#tuner.beginAnew(); // other lists
    this.#changes = changed.size;
  }
}

/** Lists looked into where nothing else is said: a share that falls as there are more, and grows with what is sought. */
function probesFor(lists: number, n: number): number {
  return Math.ceil(PROBES_PER_ROOT * Math.sqrt(lists) * Math.max(1, n / 10) ** 0.25);
}

interface IvfHeader {
  readonly config: VectorIndexConfig;
  readonly changes: number;
  readonly trainedSize: number;
}
