/** @file `kernels.wasm` on a memory. What each function does stands in its source, `kernels.as.ts`. */
import { readFileSync } from "node:fs";

/** Addresses are bytes into the memory; a mask of 0 allows everything. */
export interface Kernels {
  attach(
    codes: number,
    vectors: number,
    rows: number,
    alive: number,
    next: number,
    slotOf: number,
    elements: number,
    shortCodes: number,
    pairs: number,
    codewords: number,
    weights: number,
  ): void;
  clearHeap(heap: number): void;
  sortHeap(heap: number): void;
  scanCodes(head: number, query: number, mask: number, heap: number, capacity: number): void;
  scanShortCodes(
    head: number,
    query: number,
    mask: number,
    heap: number,
    capacity: number,
    tables: number,
    bound: number,
    found: number,
  ): void;
  shortLosses(query: number, out: number): number;
  fitTables(losses: number, unit: number, tables: number): void;
  encodeShort(vector: number, centroid: number, slot: number): number;
  scanVectors(head: number, query: number, mask: number, heap: number, capacity: number): void;
  scanRows(mask: number, words: number, query: number, heap: number, capacity: number): void;
  scanRowsByCodes(
    mask: number,
    words: number,
    query: number,
    coded: number,
    scale: number,
    margin: number,
    heap: number,
    capacity: number,
    found: number,
  ): void;
  rescore(from: number, query: number, heap: number, capacity: number): void;
  nearest(table: number, count: number, query: number, heap: number, capacity: number): void;
  assign(table: number, count: number, centroids: number, centroidCount: number, out: number): void;
  encode(vector: number, scales: number, code: number): void;
}

/** No block, no slot. */
export const NONE = 0xffffffff;
/** Slots of a block: bits of the word that says which of them live. */
export const LANES = 32;
/** Slots that `scanShortCodes` gathers at once. */
export const FOUND_CAPACITY = 512;
/** Lengths of vectors in memory are multiples of this. */
export const ELEMENT_STEP = 16;
/** WebAssembly addresses 32 bits. */
export const MAX_MEMORY_BYTES = 2 ** 32;

const PAGE_BYTES = 65536;
let compiled: WebAssembly.Module | undefined;

/** A memory of at least so many bytes, zeros, that threads can share. */
export function createMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/** An instance of its own for this thread. */
export function kernelsOn(memory: WebAssembly.Memory): Kernels {
  compiled ??= new WebAssembly.Module(readFileSync(new URL("./kernels.wasm", import.meta.url)));
  const instance = new WebAssembly.Instance(compiled, { env: { memory } });
  return instance.exports as Kernels; // a test calls every one of them
}
