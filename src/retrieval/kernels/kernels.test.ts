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
  shortCodes: 45_056,
  pairs: 46_080,
  codewords: 47_104,
  weights: 49_152,
};
const scratch = {
  coded: 10_896,
  mask: 10_960,
  scales: 11_008,
  heap: 12_000,
  other: 14_000,
  centroids: 16_384,
  out: 40_000,
  losses: 50_176,
  tables: 51_200,
  found: 52_224,
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
  const { codes, rows, alive, next, slotOf, shortCodes, pairs, codewords, weights } = at;
  kernels.attach(
    codes,
    at.vectors,
    rows,
    alive,
    next,
    slotOf,
    ELEMENTS,
    shortCodes,
    pairs,
    codewords,
    weights,
  );
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

test("rows whose codes leave them out are counted and not read; a code at the end of its range leaves nothing out", () => {
  const { kernels, buffer, vectors, query } = prepare();
  new Uint32Array(buffer, scratch.mask, 2).fill(0xffffffff);
  new Uint32Array(buffer, at.slotOf, SLOTS).set([NONE], 0); // the holes, and nobody in them
  new Uint32Array(buffer, at.slotOf, SLOTS).set([NONE], 63);
  const codes = new Int8Array(buffer, at.codes, SLOTS * ELEMENTS);
  const coded = new Int16Array(buffer, scratch.coded, ELEMENTS).fill(0);
  const [best, second, , fourth] = ranked(living, (slot) => product(vectors, query, slot * ELEMENTS));
  coded[0] = 1;
  codes.fill(0); // all but these say that the vector scores nothing
  codes[best! * ELEMENTS] = 100;
  codes[second! * ELEMENTS] = 1;
  codes[fourth! * ELEMENTS + 5] = -127;
  const found = (margin: number) => {
    kernels.clearHeap(scratch.heap);
    kernels.scanRowsByCodes(
      ...([scratch.mask, 2, at.query, scratch.coded, 1, margin] as const),
      ...([scratch.heap, 2, scratch.found] as const),
    );
    kernels.sortHeap(scratch.heap);
    const { slots, scored } = readHeap(buffer, scratch.heap);
    expect(scored).toBe(62);
    return slots;
  };
  expect(found(1e6)).toEqual([best, second]);
  expect(found(0)).toEqual([best, fourth]);
});

const PAIRS = ELEMENTS / 2;
const CODEWORDS = 16;

/** A codebook of chance, and the slots coded by it as what is left of a centroid. */
function prepareShort() {
  const { kernels, buffer, vectors, query } = prepare();
  const random = new Random(12);
  const pairs = new Uint32Array(buffer, at.pairs, ELEMENTS);
  pairs.set(random.shuffle(Uint32Array.from({ length: ELEMENTS }, (_, element) => element)));
  const weights = new Float32Array(buffer, at.weights, ELEMENTS);
  const codewords = new Float32Array(buffer, at.codewords, ELEMENTS * CODEWORDS);
  const centroid = new Float32Array(buffer, scratch.centroids, ELEMENTS);
  for (const table of [codewords, centroid])
    for (let position = 0; position < table.length; position++) table[position] = random.normal();
  for (let element = 0; element < ELEMENTS; element++) weights[element] = 0.1 + random.uniform();
  new Uint8Array(buffer, at.shortCodes, (SLOTS * PAIRS) / 2).fill(0xff); // of slots that were there before
  const errors = Array.from({ length: SLOTS }, (_, slot) =>
    kernels.encodeShort(at.vectors + slot * ELEMENTS * 4, scratch.centroids, slot),
  );
  /** The values of a pair's codeword. */
  const wordOf = (pair: number, word: number): [number, number] => {
    const start = pair * 2 * CODEWORDS + word;
    return [codewords[start]!, codewords[start + CODEWORDS]!];
  };
  const codeOf = (slot: number, pair: number): number => {
    const byte = new Uint8Array(buffer, at.shortCodes)[((slot >> 5) * PAIRS + pair) * 16 + (slot & 15)]!;
    return (slot & 16) === 0 ? byte & 15 : byte >> 4;
  };
  return { kernels, buffer, vectors, query, pairs, weights, centroid, errors, wordOf, codeOf };
}

test("a short code has for each pair the codeword nearest to what the centroid leaves, and says how far it is", () => {
  const { vectors, pairs, weights, centroid, errors, wordOf, codeOf } = prepareShort();
  for (let slot = 0; slot < SLOTS; slot++) {
    let error = 0;
    for (let pair = 0; pair < PAIRS; pair++) {
      const distances = Array.from({ length: CODEWORDS }, (_, word) =>
        [0, 1]
          .map((side) => {
            const element = pairs[2 * pair + side]!;
            const left = vectors[slot * ELEMENTS + element]! - centroid[element]!;
            return weights[element]! * (left - wordOf(pair, word)[side]!) ** 2;
          })
          .reduce((sum, square) => sum + square),
      );
      const least = Math.min(...distances);
      expect(codeOf(slot, pair)).toBe(distances.indexOf(least));
      error += least;
    }
    expect(errors[slot]! / error).toBeCloseTo(1, 5);
  }
});

test("a short code written anew leaves that of the slot in the other half of its bytes as it is", () => {
  const { kernels, codeOf } = prepareShort();
  const codes = (slot: number) => Array.from({ length: PAIRS }, (_, pair) => codeOf(slot, pair));
  const [first, second] = [codes(3), codes(19)];
  kernels.encodeShort(at.vectors + 19 * ELEMENTS * 4, scratch.centroids, 3);
  expect([codes(3), codes(19)]).toEqual([second, second]);
  kernels.encodeShort(at.vectors + 3 * ELEMENTS * 4, scratch.centroids, 19);
  expect([codes(3), codes(19)]).toEqual([second, first]);
});

test("losses are what codewords score below the best of their pair, and tables are losses in units", () => {
  const { kernels, buffer, query, pairs, wordOf } = prepareShort();
  const best = kernels.shortLosses(at.query, scratch.losses);
  kernels.fitTables(scratch.losses, 40, scratch.tables);
  const losses = new Float32Array(buffer, scratch.losses, PAIRS * CODEWORDS);
  const tables = new Uint8Array(buffer, scratch.tables, PAIRS * CODEWORDS);
  let sum = 0;
  for (let pair = 0; pair < PAIRS; pair++) {
    const products = Array.from({ length: CODEWORDS }, (_, word) => {
      const [one, other] = wordOf(pair, word);
      return one * query[pairs[2 * pair]!]! + other * query[pairs[2 * pair + 1]!]!;
    });
    const highest = Math.max(...products);
    sum += highest;
    for (const [word, value] of products.entries()) {
      const place = pair * CODEWORDS + word;
      expect(losses[place]).toBeCloseTo(highest - value, 4);
      expect(Math.abs(tables[place]! - Math.min(255, losses[place]! * 40))).toBeLessThanOrEqual(0.5);
    }
  }
  expect(best).toBeCloseTo(sum, 3);
});

test.each([0, 90, 140, 255])(
  "a scan by short codes offers those whose entries sum up to less than %i, with a mask or without",
  (bound) => {
    const { kernels, buffer, vectors, codeOf } = prepareShort();
    new Float32Array(buffer, scratch.scales, ELEMENTS).fill(40);
    for (let slot = 0; slot < SLOTS; slot++)
      kernels.encode(at.vectors + slot * ELEMENTS * 4, scratch.scales, at.codes + slot * ELEMENTS);
    const codes = new Int8Array(buffer, at.codes, vectors.length);
    const coded = new Int16Array(buffer, scratch.coded, ELEMENTS).fill(100);
    kernels.shortLosses(at.query, scratch.losses);
    kernels.fitTables(scratch.losses, 5, scratch.tables);
    const tables = new Uint8Array(buffer, scratch.tables, PAIRS * CODEWORDS);
    const sumOf = (slot: number) =>
      Array.from({ length: PAIRS }, (_, pair) => tables[pair * CODEWORDS + codeOf(slot, pair)]!).reduce(
        (sum, entry) => Math.min(255, sum + entry),
      );
    new Uint32Array(buffer, scratch.mask, 2).set([0xffff0000, 1 << (63 - 5 - 32)]); // rows stand in reverse order of slots
    for (const [mask, allowed] of [
      [0, living],
      [scratch.mask, [5, ...living.filter((slot) => slot >= 32 && slot < 48)]],
    ] as const) {
      kernels.clearHeap(scratch.heap);
      kernels.scanShortCodes(
        0,
        scratch.coded,
        mask,
        scratch.heap,
        SLOTS,
        scratch.tables,
        bound,
        scratch.found,
      );
      kernels.sortHeap(scratch.heap);
      const { slots, scored } = readHeap(buffer, scratch.heap);
      const wanted = allowed.filter((slot) => sumOf(slot) < bound);
      expect(new Set(slots)).toEqual(new Set(wanted));
      expect(scored).toBe(allowed.length);
      const scores = slots.map((slot) => product(codes.subarray(slot * ELEMENTS), coded));
      expect(scores).toEqual([...scores].sort((left, right) => right - left));
    }
  },
);

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
