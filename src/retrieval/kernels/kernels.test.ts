import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { Random } from "#base";
import { createMemory, type Kernels, kernelsOn, NONE } from "./kernels.ts";

const ASC = fileURLToPath(new URL("../../../node_modules/assemblyscript/bin/asc.js", import.meta.url));

/** A memory of 64 slots in two blocks, one chain: rows stand in reverse order of slots. */
const ELEMENTS = 32;
const SLOTS = 64;
const at = {
  vectors: 0,
  codes: 8192,
  rows: 10_240,
  alive: 10_496,
  next: 10_504,
  slotOf: 10_512,
  query: 10_768,
};
const scratch = {
  coded: 10_896,
  mask: 10_960,
  scales: 11_008,
  heap: 12_000,
  other: 14_000,
  centroids: 16_384,
  out: 40_000,
};

function prepare(): {
  kernels: Kernels;
  buffer: SharedArrayBuffer;
  vectors: Float32Array;
  query: Float32Array;
} {
  const memory = createMemory(65_536);
  const { buffer } = memory;
  const kernels = kernelsOn(memory);
  kernels.attach(at.codes, at.vectors, at.rows, at.alive, at.next, at.slotOf, ELEMENTS);
  const random = new Random(9);
  const vectors = new Float32Array(buffer, at.vectors, SLOTS * ELEMENTS).map(() => random.normal());
  new Float32Array(buffer, at.vectors, vectors.length).set(vectors);
  const query = new Float32Array(buffer, at.query, ELEMENTS);
  for (let element = 0; element < ELEMENTS; element++) query[element] = random.normal();
  new Uint32Array(buffer, at.rows, SLOTS).set(
    Uint32Array.from({ length: SLOTS }, (_, slot) => SLOTS - 1 - slot),
  );
  new Uint32Array(buffer, at.slotOf, SLOTS).set(
    Uint32Array.from({ length: SLOTS }, (_, row) => SLOTS - 1 - row),
  );
  new Uint32Array(buffer, at.alive, 2).set([0xfffffffe, 0x7fffffff]); // slots 0 and 63 are holes
  new Uint32Array(buffer, at.next, 2).set([1, NONE]);
  return { kernels, buffer, vectors, query };
}

const living = Array.from({ length: SLOTS - 2 }, (_, position) => position + 1);

function product(left: ArrayLike<number>, right: ArrayLike<number>, start = 0): number {
  return Array.from({ length: ELEMENTS }, (_, element) => left[start + element]! * right[element]!).reduce(
    (sum, value) => sum + value,
  );
}

/** Slots by their scores, best first. */
function ranked(slots: readonly number[], scoreOf: (slot: number) => number): number[] {
  return [...slots].sort((left, right) => scoreOf(right) - scoreOf(left));
}

function readHeap(
  buffer: SharedArrayBuffer,
  heap: number,
): { scored: number; slots: number[]; scores: number[] } {
  const [have = 0, scored = 0] = new Uint32Array(buffer, heap, 2);
  const words = new Uint32Array(buffer, heap + 8, 2 * have);
  const floats = new Float32Array(buffer, heap + 8, 2 * have);
  const entries = Array.from({ length: have }, (_, entry) => entry);
  return {
    scored,
    slots: entries.map((entry) => words[2 * entry + 1]!),
    scores: entries.map((entry) => floats[2 * entry]!),
  };
}

test("kernels.wasm is what its source compiles to", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-kernels-"));
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const config = "src/retrieval/kernels/asconfig.json";
  const args = [
    ASC,
    "src/retrieval/kernels/kernels.as.ts",
    "--config",
    config,
    "-o",
    join(folder, "kernels.wasm"),
  ];
  await promisify(execFile)(process.execPath, args, { cwd: root });
  const rebuilt = await readFile(join(folder, "kernels.wasm"));
  const committed = await readFile(new URL("./kernels.wasm", import.meta.url));
  expect(committed.equals(rebuilt), "run npm run build:kernels and commit the result").toBe(true);
  await rm(folder, { recursive: true });
});

test.each([1, 5, 62, 100])("a chain scanned by vectors gives its best %i, in order", (capacity) => {
  const { kernels, buffer, vectors, query } = prepare();
  kernels.clearHeap(scratch.heap);
  kernels.scanVectors(0, at.query, 0, scratch.heap, capacity);
  kernels.sortHeap(scratch.heap);
  const { scored, slots, scores } = readHeap(buffer, scratch.heap);
  const scoreOf = (slot: number) => product(vectors, query, slot * ELEMENTS);
  expect(slots).toEqual(ranked(living, scoreOf).slice(0, capacity));
  for (const [place, slot] of slots.entries()) expect(scores[place]).toBeCloseTo(scoreOf(slot), 4);
  expect(scored).toBe(62);
});

test("a mask lets through the rows whose bits are set, by chain and by row", () => {
  const { kernels, buffer, vectors, query } = prepare();
  new Uint32Array(buffer, scratch.mask, 2).set([0b1011, 0x80000001]); // rows 0, 1, 3, 32, 63
  new Uint32Array(buffer, at.slotOf, SLOTS).set([NONE], 0); // row 0 is in the hole 63
  new Uint32Array(buffer, at.slotOf, SLOTS).set([NONE], 63); // and row 63 in the hole 0
  const wanted = ranked([62, 60, 31], (slot) => product(vectors, query, slot * ELEMENTS));
  for (const scan of ["chain", "rows"]) {
    kernels.clearHeap(scratch.heap);
    if (scan === "chain") kernels.scanVectors(0, at.query, scratch.mask, scratch.heap, 10);
    else kernels.scanRows(scratch.mask, 2, at.query, scratch.heap, 10);
    kernels.sortHeap(scratch.heap);
    const { slots, scored } = readHeap(buffer, scratch.heap);
    expect({ slots, scored }, scan).toEqual({ slots: wanted, scored: 3 });
  }
});

test("codes are the scaled elements, rounded to even and held within 127; a scan of them is exact", () => {
  const { kernels, buffer, vectors, query } = prepare();
  const scales = new Float32Array(buffer, scratch.scales, ELEMENTS).fill(50);
  scales[3] = 1000;
  const codes = new Int8Array(buffer, at.codes, SLOTS * ELEMENTS);
  for (let slot = 0; slot < SLOTS; slot++)
    kernels.encode(at.vectors + slot * ELEMENTS * 4, scratch.scales, at.codes + slot * ELEMENTS);
  const limited = (value: number) => Math.max(-127, Math.min(127, value));
  for (const [position, value] of vectors.entries())
    expect(
      Math.abs(codes[position]! - limited(Math.fround(value * scales[position % ELEMENTS]!))),
    ).toBeLessThanOrEqual(0.5);
  const coded = new Int16Array(buffer, scratch.coded, ELEMENTS);
  for (let element = 0; element < ELEMENTS; element++) coded[element] = Math.round(query[element]! * 9000);
  kernels.clearHeap(scratch.other);
  kernels.scanCodes(0, scratch.coded, 0, scratch.other, 12);
  const { slots, scores } = readHeap(buffer, scratch.other);
  const scoreOf = (slot: number) => product(codes.subarray(slot * ELEMENTS), coded);
  expect(new Set(slots)).toEqual(new Set(ranked(living, scoreOf).slice(0, 12)));
  for (const [place, slot] of slots.entries()) expect(scores[place]! / scoreOf(slot)).toBeCloseTo(1, 5);

  kernels.clearHeap(scratch.heap);
  kernels.rescore(scratch.other, at.query, scratch.heap, 4);
  kernels.sortHeap(scratch.heap);
  const exact = ranked(slots, (slot) => product(vectors, query, slot * ELEMENTS));
  expect(readHeap(buffer, scratch.heap).slots).toEqual(exact.slice(0, 4));
});

test.each([1, 4, 7])(
  "each vector is assigned to the nearest of %i centroids, and the nearest are found",
  (count) => {
    const { kernels, buffer, vectors } = prepare();
    const random = new Random(4);
    const centroids = new Float32Array(buffer, scratch.centroids, count * ELEMENTS);
    for (let position = 0; position < centroids.length; position++) centroids[position] = random.normal();
    kernels.assign(at.vectors, SLOTS, scratch.centroids, count, scratch.out);
    const numbers = Array.from({ length: count }, (_, centroid) => centroid);
    for (const [slot, centroid] of new Uint32Array(buffer, scratch.out, SLOTS).entries()) {
      const vector = vectors.subarray(slot * ELEMENTS);
      const order = ranked(numbers, (number) => product(centroids.subarray(number * ELEMENTS), vector));
      expect(centroid).toBe(order[0]);
      kernels.clearHeap(scratch.heap);
      kernels.nearest(scratch.centroids, count, at.vectors + slot * ELEMENTS * 4, scratch.heap, 3);
      kernels.sortHeap(scratch.heap);
      expect(readHeap(buffer, scratch.heap).slots).toEqual(order.slice(0, 3));
    }
  },
);
