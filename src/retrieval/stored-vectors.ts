/**
 * @file Vectors and labels of an index in a slot memory, checked at the door: what the answers that search such a memory have in
 * common. In a snapshot they are the sections
 *
 *   chains u32      how many vectors each chain has, the buffer first
 *   rows u32        chain by chain
 *   vectors f32     (rows, dimensions)
 *   tags u32        of each row: which of the header's `combinations`
 *   number:NAME f64 of each row, NaN for none
 */
import { assert } from "#base";
import { LANES } from "./kernels/kernels.ts";
import { Labels } from "./labels.ts";
import { Searcher, type SearchPlan } from "./searcher.ts";
import { BUFFER, SlotMemory } from "./slot-memory.ts";
import type { Snapshot } from "./snapshot.ts";
import { checkConfig, checkQuery, checkRow, checkVector } from "./vector-checks.ts";
import type {
  ModelVector,
  Neighbours,
  VectorFilter,
  VectorIndexConfig,
  VectorLabels,
  VectorQuery,
} from "./vector-index.ts";

/** Room at first, in slots and rows. */
const FIRST_ROOM = 1024;
const FIRST_LISTS = 2;

export class StoredVectors {
  readonly config: VectorIndexConfig;
  readonly #labels: Labels;
  readonly #onMoved: (memory: SlotMemory) => void;
  #memory: SlotMemory;
  #searcher: Searcher;

  /** `onMoved` hears of every memory that takes the place of another. */
  constructor(
    config: VectorIndexConfig,
    {
      searchers = 1,
      onMoved = () => {},
    }: { searchers?: number; onMoved?: (memory: SlotMemory) => void } = {},
  ) {
    checkConfig(config);
    this.config = config;
    this.#labels = new Labels(config.numbers);
    this.#onMoved = onMoved;
    this.#memory = SlotMemory.create({
      dimensions: config.dimensions,
      slotCapacity: FIRST_ROOM,
      rowCapacity: FIRST_ROOM,
      listCapacity: FIRST_LISTS,
      searchers,
    });
    this.#searcher = new Searcher(this.#memory, 0);
  }

  get memory(): SlotMemory {
    return this.#memory;
  }

  /** Another memory takes the place of the present one; the same may be given. */
  adopt(memory: SlotMemory): void {
    if (memory === this.#memory) return;
    this.#memory = memory;
    this.#searcher = new Searcher(memory, 0);
    this.#onMoved(memory);
  }

  /** Puts a vector into the buffer, in place of what the row had. */
  put(row: number, vector: ModelVector, labels?: VectorLabels): void {
    checkRow(row);
    checkVector(vector, this.config, `the vector of row ${row}`);
    this.adopt(this.#memory.withRoomFor(row, 1));
    this.#labels.set(row, labels);
    this.#memory.append(BUFFER, row, vector.values);
  }

  delete(row: number): boolean {
    checkRow(row);
    this.#labels.delete(row);
    return this.#memory.remove(row);
  }

  has(row: number): boolean {
    checkRow(row);
    return this.#memory.has(row);
  }

  search(query: VectorQuery, probes: number): Neighbours {
    return this.#searcher.search(query.vector.values, this.plan(query, probes, 0));
  }

  /** Checks a query and writes its mask where the `place`-th searcher reads it. */
  plan(query: VectorQuery, probes: number, place: number): SearchPlan {
    checkQuery(query, this.config);
    const { n, filter, isExact = false } = query;
    return { n, probes, isExact, maskWords: filter ? this.#writeMask(filter, place) : 0 };
  }

  /** The list whose centroid is nearest, for each of some slots. */
  nearestLists(slots: Iterable<number>): number[] {
    return Array.from(slots, (slot) => this.#searcher.nearestList(slot));
  }

  /** All lists, that with the nearest centroid first. */
  listsByNearness(vector: Float32Array): Uint32Array {
    return this.#searcher.listsByNearness(vector);
  }

  /** What the snapshot of every kind has. */
  save(): Omit<Snapshot, "kind"> {
    const memory = this.#memory;
    const { dimensions } = this.config;
    const chains = Uint32Array.from({ length: memory.listCount + 1 }, (_, chain) => memory.livingIn(chain));
    const rows = new Uint32Array(memory.size);
    const vectors = new Float32Array(memory.size * dimensions);
    let position = 0;
    for (const chain of chains.keys())
      for (const slot of memory.slotsIn(chain)) {
        rows[position] = memory.columns.rows[slot]!;
        vectors.set(memory.vectorAt(slot), position++ * dimensions);
      }
    const labels = this.#labels.save(rows);
    return {
      header: { config: this.config, ...labels.header },
      sections: { chains, rows, vectors, ...labels.sections },
    };
  }

  /** Fills an empty store with what `save` gave; `prepare` makes the lists that the chains are of. */
  restore(
    { header, sections }: Omit<Snapshot, "kind">,
    prepare: (memory: SlotMemory) => void = () => {},
  ): void {
    const { chains, rows, vectors } = sections;
    assert(
      chains && rows instanceof Uint32Array && vectors instanceof Float32Array,
      "a snapshot of this version has these sections",
    );
    const { dimensions } = this.config;
    const highest = rows.reduce((left, right) => Math.max(left, right), 0);
    const blocks = Math.ceil(rows.length / LANES) + chains.length;
    this.adopt(this.#memory.withRoomFor(highest, blocks, chains.length));
    prepare(this.#memory);
    let position = 0;
    for (const [chain, size] of chains.entries())
      for (const end = position + size; position < end; position++)
        this.#memory.append(
          chain,
          rows[position]!,
          vectors.subarray(position * dimensions, (position + 1) * dimensions),
        );
    this.#labels.restore(rows, { header, sections });
  }

  #writeMask(filter: VectorFilter, place: number): number {
    const searcher = this.#memory.searchers[place];
    assert(searcher, "the memory has a place for each searcher");
    return this.#labels.writeMask(filter, searcher.mask);
  }
}
