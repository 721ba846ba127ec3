/**
 * @file Where the vectors of an index live: one WebAssembly memory with a column per property, written by one thread and
 * searched by any number.
 *
 * A vector has a *slot*. Slots come in blocks of 32, blocks hang in chains: chain 0 takes what is new (the buffer), chain 1 + l
 * holds list l. A *row* is the caller's number for the vector; `slotOf` leads from it to its slot.
 *
 *   heads[chain] -> block -> next[block] -> ...        alive[block]: a bit per slot of the block
 *   rows[slot]   codes[slot]   vectors[slot]           slotOf[row]        shortCodes[block]
 *
 * **How one thread writes while others read, without locks.** A slot is written before its bit is set, and not written again
 * while it can be read: an update takes a new slot and clears the old bit. Only when slots are moved (`move`) does what a reader
 * holds lose its meaning; then the epoch is odd, and readers ask again (`readStable`): a seqlock.
 */
import { assert, PlatformError } from "#base";
import { createMemory, type Kernels, kernelsOn, LANES, MAX_MEMORY_BYTES, NONE } from "./kernels/kernels.ts";
import {
  bytesOf,
  elementsOf,
  type MemoryColumns,
  type MemoryShape,
  type SearcherColumns,
  viewMemory,
} from "./memory-layout.ts";
import { type RowVectors, rowVectorsOf } from "./row-vectors.ts";
import type { Codebook } from "./short-codes.ts";

/** What another thread needs to read the same vectors. */
export interface MemoryHandle {
  readonly shape: MemoryShape;
  readonly memory: WebAssembly.Memory;
}

/** The chain of what is new. */
export const BUFFER = 0;

/** First of the codes of a slot that has none: at the end of their range, it says nothing of the vector. */
const NO_CODE = 127;

/** Words of the header; the epoch is the first. */
const BLOCKS_USED = 1;
const FREE_BLOCK = 2;
const SIZE = 3;
const LIST_COUNT = 4;
const TRAINED_SIZE = 5;
const FREE_BLOCKS = 6;
const HAS_CODEBOOK = 7;

export class SlotMemory {
  readonly shape: MemoryShape;
  readonly memory: WebAssembly.Memory;
  readonly kernels: Kernels;
  /** Elements of a vector in memory: its dimensions and zeros up to a multiple of 16. */
  readonly elements: number;
  readonly columns: Columns;
  /** A place of its own for each thread that searches; the first is the writing thread's. */
  readonly searchers: readonly SearcherColumns[];

  readonly #epoch: Int32Array;

  private constructor({ shape, memory }: MemoryHandle) {
    this.shape = shape;
    this.memory = memory;
    this.elements = elementsOf(shape.dimensions);
    const { columns, searchers } = viewMemory(shape, memory.buffer);
    this.columns = columns;
    this.searchers = searchers;
    this.#epoch = new Int32Array(memory.buffer, columns.header.byteOffset, 1);
    this.kernels = kernelsOn(memory);
    this.kernels.attach(
      columns.codes.byteOffset,
      columns.vectors.byteOffset,
      columns.rows.byteOffset,
      columns.alive.byteOffset,
      columns.next.byteOffset,
      columns.slotOf.byteOffset,
      this.elements,
      columns.shortCodes.byteOffset,
      columns.pairs.byteOffset,
      columns.codewords.byteOffset,
      columns.weights.byteOffset,
    );
  }

  /** @throws PlatformError `invalid-config` when WebAssembly cannot address as much. */
  static create(shape: MemoryShape): SlotMemory {
    const bytes = bytesOf(shape);
    if (bytes > MAX_MEMORY_BYTES) {
      const { slotCapacity, dimensions, rowCapacity } = shape;
      const room = `room for ${slotCapacity} vectors of ${dimensions} dimensions and rows up to ${rowCapacity}`;
      const fault = `${room} takes ${Math.ceil(bytes / 2 ** 20)} MiB, and an index holds 4096`;
      throw new PlatformError("invalid-config", `${fault}; divide them over several indexes`);
    }
    const made = new SlotMemory({ shape, memory: createMemory(bytes) });
    made.columns.header[FREE_BLOCK] = NONE;
    made.columns.heads.fill(NONE);
    made.columns.slotOf.fill(NONE);
    return made;
  }

  /** The same memory, seen from another thread. */
  static attach(handle: MemoryHandle): SlotMemory {
    return new SlotMemory(handle);
  }

  /** The same content with more room. Slots stay what they are. */
  grownTo(shape: MemoryShape): SlotMemory {
    const grown = SlotMemory.create(shape);
    for (const name of Object.keys(this.columns) as (keyof Columns)[])
      grown.columns[name].set(this.columns[name]);
    return grown;
  }

  /** This memory, or one grown out of it, with room for a row, so many blocks more, and so many lists more. */
  withRoomFor(row: number, blocks: number, lists = 0): SlotMemory {
    const { shape, listCount } = this;
    const slotCapacity =
      this.freeBlocks >= blocks ? shape.slotCapacity : grow(shape.slotCapacity + blocks * LANES);
    const rowCapacity = row < shape.rowCapacity ? shape.rowCapacity : grow(row + 1);
    const listCapacity =
      listCount + lists <= shape.listCapacity ? shape.listCapacity : grow(listCount + lists);
    const isEnough =
      slotCapacity === shape.slotCapacity &&
      rowCapacity === shape.rowCapacity &&
      listCapacity === shape.listCapacity;
    return isEnough ? this : this.grownTo({ ...shape, slotCapacity, rowCapacity, listCapacity });
  }

  get handle(): MemoryHandle {
    return { shape: this.shape, memory: this.memory };
  }

  /** Vectors there are. */
  get size(): number {
    return this.columns.header[SIZE]!;
  }

  /** Lists there are. */
  get listCount(): number {
    return this.columns.header[LIST_COUNT]!;
  }

  /** How many vectors the lists were made for. */
  get trainedSize(): number {
    return this.columns.header[TRAINED_SIZE]!;
  }

  set trainedSize(size: number) {
    this.columns.header[TRAINED_SIZE] = size;
  }

  /** How vectors that go into lists get short codes; `undefined`: they get none. */
  get codebook(): Codebook | undefined {
    if (!this.hasCodebook) return undefined;
    const { pairs, codewords, weights, errors } = this.columns;
    return {
      pairs: pairs.slice(),
      codewords: codewords.slice(),
      weights: weights.slice(),
      errors: errors.slice(),
    };
  }

  /** Before there are lists. */
  set codebook(codebook: Codebook) {
    for (const name of ["pairs", "codewords", "weights", "errors"] as const)
      this.columns[name].set(codebook[name]);
    this.columns.header[HAS_CODEBOOK] = 1;
  }

  get hasCodebook(): boolean {
    return this.columns.header[HAS_CODEBOOK] === 1;
  }

  /** Bytes in use, room that was never touched left out. */
  get usedBytes(): number {
    const slots = this.columns.header[BLOCKS_USED]! * LANES;
    const perSlot = 5.25 * this.elements + 4;
    return bytesOf(this.shape) - (this.shape.slotCapacity - slots) * perSlot;
  }

  /** Blocks that can still be taken. */
  get freeBlocks(): number {
    const { header } = this.columns;
    return this.shape.slotCapacity / LANES - header[BLOCKS_USED]! + header[FREE_BLOCKS]!;
  }

  /** How many vectors of a chain live. */
  livingIn(chain: number): number {
    return this.columns.living[chain]!;
  }

  /** Slots of a chain that hold nothing any more. */
  deadIn(chain: number): number {
    return this.columns.dead[chain]!;
  }

  /** The chain a row that is there hangs in. */
  chainOf(row: number): number {
    return this.columns.chainOf[this.columns.slotOf[row]! >>> 5]!;
  }

  has(row: number): boolean {
    return row < this.shape.rowCapacity && this.columns.slotOf[row] !== NONE;
  }

  /** The stored vector of a row that is there: a view, without the zeros at its end. */
  vectorOf(row: number): Float32Array {
    assert(this.has(row), "the row is in the index");
    return this.vectorAt(this.columns.slotOf[row]!);
  }

  vectorAt(slot: number): Float32Array {
    const start = slot * this.elements;
    return this.columns.vectors.subarray(start, start + this.shape.dimensions);
  }

  /** Adds a list with a centroid; its number. Its chain is one higher. */
  addList(centroid: Float32Array): number {
    const list = this.listCount;
    assert(list < this.shape.listCapacity, "there is room for another list");
    this.setCentroid(list, centroid);
    this.columns.header[LIST_COUNT] = list + 1;
    return list;
  }

  /** Of a list that is empty: short codes are of what the centroid leaves. */
  setCentroid(list: number, centroid: Float32Array): void {
    this.columns.centroids.set(centroid, list * this.elements);
  }

  /** Puts a vector at the end of a chain, in place of the row's earlier one if any. */
  append(chain: number, row: number, vector: Float32Array): void {
    const { columns, kernels, elements } = this;
    const slot = this.#nextSlot(chain);
    columns.rows[slot] = row;
    columns.vectors.set(vector, slot * elements);
    if (chain === BUFFER) columns.codes[slot * elements] = NO_CODE;
    else {
      const at = columns.vectors.byteOffset + slot * elements * 4;
      kernels.encode(at, columns.scales.byteOffset, columns.codes.byteOffset + slot * elements);
      if (this.hasCodebook) {
        const centroid = columns.centroids.byteOffset + (chain - 1) * elements * 4;
        columns.shortErrors[chain]! += kernels.encodeShort(at, centroid, slot);
      }
    }
    Atomics.or(columns.alive, slot >>> 5, 1 << (slot & 31));
    const before = Atomics.exchange(columns.slotOf, row, slot);
    if (before !== NONE) this.#clear(before);
    columns.living[chain]!++;
    columns.header[SIZE]!++;
  }

  /** Takes a row out; false when it is not there. */
  remove(row: number): boolean {
    if (!this.has(row)) return false;
    this.#clear(Atomics.exchange(this.columns.slotOf, row, NONE));
    return true;
  }

  /** The living slots of a chain, in order. */
  *slotsIn(chain: number): Generator<number> {
    const { heads, next, alive } = this.columns;
    for (let block = heads[chain]!; block !== NONE; block = next[block]!)
      for (let word = alive[block]!; word !== 0; word &= word - 1)
        yield block * LANES + 31 - Math.clz32(word & -word);
  }

  /** All that lives, as a table; good as long as no slot is moved. What is put meanwhile may be in it, or not, or twice. */
  table(): RowVectors {
    const slots: number[] = [];
    for (let chain = 0; chain <= this.listCount; chain++)
      for (const slot of this.slotsIn(chain)) slots.push(slot);
    return {
      count: slots.length,
      rowAt: (position) => this.columns.rows[slots[position]!]!,
      vectorAt: (position) => this.vectorAt(slots[position]!),
    };
  }

  /** Lets `work` move slots: readers of other threads wait, and repeat what they had begun. */
  move(work: () => void): void {
    Atomics.add(this.#epoch, 0, 1);
    try {
      work();
    } finally {
      Atomics.add(this.#epoch, 0, 1);
      Atomics.notify(this.#epoch, 0);
    }
  }

  /** What `read` gives when nothing was moved meanwhile; for threads other than the writing one. */
  readStable<Value>(read: () => Value): Value {
    for (;;) {
      const before = Atomics.load(this.#epoch, 0);
      if ((before & 1) === 1) {
        Atomics.wait(this.#epoch, 0, before);
        continue;
      }
      const value = read();
      if (Atomics.load(this.#epoch, 0) === before) return value;
    }
  }

  /** Empties a chain and gives copies of its members, in order. Only inside `move`. */
  takeAll(chain: number): RowVectors {
    const slots = Uint32Array.from(this.slotsIn(chain));
    const rows = slots.map((slot) => this.columns.rows[slot]!);
    const { dimensions } = this.shape;
    const values = new Float32Array(rows.length * dimensions);
    for (const [position, slot] of slots.entries()) values.set(this.vectorAt(slot), position * dimensions);
    for (const row of rows) this.remove(row);
    this.#freeChain(chain);
    return rowVectorsOf(rows, values, dimensions);
  }

  #nextSlot(chain: number): number {
    const { heads, tails, filled, next, chainOf } = this.columns;
    if (heads[chain] === NONE || filled[chain] === LANES) {
      const block = this.#takeBlock();
      chainOf[block] = chain;
      if (heads[chain] === NONE) Atomics.store(heads, chain, block);
      else Atomics.store(next, tails[chain]!, block);
      tails[chain] = block;
      filled[chain] = 0;
    }
    return tails[chain]! * LANES + filled[chain]!++;
  }

  #takeBlock(): number {
    const { header, next, alive } = this.columns;
    let block = header[FREE_BLOCK]!;
    if (block === NONE) {
      block = header[BLOCKS_USED]!++;
      assert(block * LANES < this.shape.slotCapacity, "there is room for another block");
    } else {
      header[FREE_BLOCK] = next[block]!;
      header[FREE_BLOCKS]!--;
    }
    alive[block] = 0;
    next[block] = NONE;
    return block;
  }

  #freeChain(chain: number): void {
    const { heads, filled, dead, shortErrors, next, header } = this.columns;
    for (let block = heads[chain]!; block !== NONE; ) {
      const following = next[block]!;
      next[block] = header[FREE_BLOCK]!;
      header[FREE_BLOCK] = block;
      header[FREE_BLOCKS]!++;
      block = following;
    }
    heads[chain] = NONE;
    filled[chain] = 0;
    dead[chain] = 0;
    shortErrors[chain] = 0;
  }

  #clear(slot: number): void {
    const { alive, living, dead, chainOf, header } = this.columns;
    const block = slot >>> 5;
    Atomics.and(alive, block, ~(1 << (slot & 31)));
    living[chainOf[block]!]!--;
    dead[chainOf[block]!]!++;
    header[SIZE]!--;
  }
}

/** More than asked for, in whole blocks. */
function grow(wanted: number): number {
  return Math.ceil((wanted * GROWTH) / LANES) * LANES;
}

const GROWTH = 1.5;

type Columns = MemoryColumns["columns"];
