/** @file Which columns the memory of an index has, one after another, each at a multiple of 64 bytes: lines of the cache. */
import { ELEMENT_STEP, FOUND_CAPACITY, LANES } from "./kernels/kernels.ts";
import { CODEWORDS } from "./short-codes.ts";

/** How much there is room for. */
export interface MemoryShape {
  readonly dimensions: number;
  /** A multiple of 32. */
  readonly slotCapacity: number;
  readonly rowCapacity: number;
  readonly listCapacity: number;
  /** Threads that search, the writing one included. */
  readonly searchers: number;
}

/** Entries a searcher's heaps have room for, lists apart. */
export const HEAP_CAPACITY = 4096;

const HEADER_WORDS = 16;
const ALIGNMENT = 64;

/** Elements of a vector in memory: its dimensions, and zeros up to a multiple of 16. */
export function elementsOf(dimensions: number): number {
  return Math.ceil(dimensions / ELEMENT_STEP) * ELEMENT_STEP;
}

/** Bytes of a memory of this shape. */
export function bytesOf(shape: MemoryShape): number {
  const room = new Room();
  layOut(shape, room);
  return room.end;
}

/** The columns of a memory. */
export function viewMemory(shape: MemoryShape, buffer: ArrayBufferLike): MemoryColumns {
  return layOut(shape, new Room(buffer));
}

export type MemoryColumns = ReturnType<typeof layOut>;
export type SearcherColumns = ReturnType<typeof layOutSearcher>;

function layOut(shape: MemoryShape, room: Room) {
  const { slotCapacity, rowCapacity, listCapacity } = shape;
  const elements = elementsOf(shape.dimensions);
  const blocks = slotCapacity / LANES;
  const chains = listCapacity + 1;
  const columns = {
    header: room.words(HEADER_WORDS),
    /** What an element is multiplied with to become a code. */
    scales: room.floats(elements),
    /** How vectors become short codes: `Codebook`. */
    pairs: room.words(elements),
    codewords: room.floats(elements * CODEWORDS),
    weights: room.floats(elements),
    errors: room.floats(elements),
    centroids: room.floats(listCapacity * elements),
    /** First and last block of a chain, slots used of its last, and how many of the chain live. */
    heads: room.words(chains),
    tails: room.words(chains),
    filled: room.words(chains),
    living: room.words(chains),
    /** Slots of the chain that no longer hold anything. */
    dead: room.words(chains),
    /** Sum of the weighted squared errors of the short codes in those slots and in the living ones. */
    shortErrors: room.floats(chains),
    next: room.words(blocks),
    chainOf: room.words(blocks),
    alive: room.words(blocks),
    rows: room.words(slotCapacity),
    slotOf: room.words(rowCapacity),
    /** Four bits for two elements. */
    shortCodes: room.bytes((slotCapacity * elements) / 4),
    codes: room.bytes(slotCapacity * elements),
    vectors: room.floats(slotCapacity * elements),
  };
  const searchers = Array.from({ length: shape.searchers }, () => layOutSearcher(shape, elements, room));
  return { columns, searchers };
}

/** A searching thread's own place. The heaps are laid out as `kernels/heap.as.ts` says. */
function layOutSearcher(shape: MemoryShape, elements: number, room: Room) {
  return {
    query: room.floats(elements),
    codedQuery: room.shorts(elements),
    /** Of each codeword, exact and as it is looked up. */
    losses: room.floats((elements / 2) * CODEWORDS),
    tables: room.bytes((elements / 2) * CODEWORDS),
    found: room.words(FOUND_CAPACITY),
    lists: room.words(2 + 2 * shape.listCapacity),
    candidates: room.words(2 + 2 * HEAP_CAPACITY),
    results: room.words(2 + 2 * HEAP_CAPACITY),
    /** A bit per row: what a filter allows. */
    mask: room.words(Math.ceil(shape.rowCapacity / 32)),
  };
}

/** Gives out places one after another; without a buffer it only counts them. */
class Room {
  end = 0;
  readonly #buffer: ArrayBufferLike | undefined;

  constructor(buffer?: ArrayBufferLike) {
    this.#buffer = buffer;
  }

  words(length: number): Uint32Array {
    return new Uint32Array(...this.#take(4, length));
  }

  floats(length: number): Float32Array {
    return new Float32Array(...this.#take(4, length));
  }

  shorts(length: number): Int16Array {
    return new Int16Array(...this.#take(2, length));
  }

  bytes(length: number): Int8Array {
    return new Int8Array(...this.#take(1, length));
  }

  #take(bytes: number, length: number): [ArrayBufferLike, number, number] {
    const start = this.end;
    this.end = Math.ceil((start + bytes * length) / ALIGNMENT) * ALIGNMENT;
    return this.#buffer ? [this.#buffer, start, length] : [new ArrayBuffer(0), 0, 0];
  }
}
