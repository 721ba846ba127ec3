import { expect, test } from "vitest";
import { Random } from "#base";
import {
  clusteredVectors,
  type Entry,
  naiveSearch,
  recallOf,
  VERSION,
  versioned,
} from "./hand-made.cases.ts";
import { SKEW } from "./ivf-balance.ts";
import { IvfIndex, type IvfOptions } from "./ivf-index.ts";
import { describeVectorIndex } from "./vector-index.cases.ts";

describeVectorIndex("ivf", {
  make: (config) => new IvfIndex(config, { probes: 1 }),
  load: (bytes) => IvfIndex.load(bytes, { probes: 1 }),
  settle: (index) => (index as IvfIndex).rebuildHere(),
  recallAt10: [0.8, 0.999],
});

const DIMENSIONS = 16;
const config = { dimensions: DIMENSIONS, modelVersion: VERSION };
const made = clusteredVectors(6040, { dimensions: DIMENSIONS, clusters: 300, seed: 8 });
const vectors = made.slice(0, 6000);
const queries = made.slice(6000);

/** An index with lists of the first `count` vectors, and what is in it. */
function trained(
  count: number,
  options: Partial<IvfOptions> = {},
): { index: IvfIndex; entries: Map<number, Entry> } {
  const index = new IvfIndex(config, options);
  const entries = new Map<number, Entry>();
  for (let row = 0; row < count; row++) put(index, entries, row, row);
  index.rebuildHere();
  return { index, entries };
}

function put(index: IvfIndex, entries: Map<number, Entry>, row: number, vector: number): void {
  index.put(row, vectors[vector]!);
  entries.set(row, { vector: vectors[vector]!, labels: {} });
}

function meanRecall(index: IvfIndex, entries: ReadonlyMap<number, Entry>): number {
  const recalls = queries.map((vector) =>
    recallOf(index.search({ vector, n: 10 }), naiveSearch(entries, vector, 10)),
  );
  return recalls.reduce((sum, recall) => sum + recall) / recalls.length;
}

function expectExact(index: IvfIndex, entries: ReadonlyMap<number, Entry>): void {
  expect(index.size).toBe(entries.size);
  for (const vector of queries.slice(0, 5)) {
    const { rows, scores } = index.search({ vector, n: 10, isExact: true });
    for (const [place, { score }] of naiveSearch(entries, vector, 10).entries())
      expect(scores[place]).toBeCloseTo(score, 5); // rows of equal vectors come in any order
    for (const row of rows) expect(entries.has(row)).toBe(true);
  }
}

test("more probes find more, and all lists find everything", () => {
  const recalls = [1, 4, 16, 1000].map((probes) => {
    const { index, entries } = trained(3000, { probes });
    return meanRecall(index, entries);
  });
  expect(recalls).toEqual([...recalls].sort((left, right) => left - right));
  expect(recalls[0]).toBeLessThan(0.8);
  expect(recalls[3]).toBe(1);
});

test("hundreds of neighbours are sought in more lists than ten", () => {
  const { index, entries } = trained(6000);
  const few = trained(6000, { probes: Math.ceil(2 * Math.sqrt(index.listCount)) }).index;
  const [own, fixed] = [index, few].map((searched) => {
    const recalls = queries.slice(0, 10).map((vector) => {
      return recallOf(searched.search({ vector, n: 300 }), naiveSearch(entries, vector, 300));
    });
    return recalls.reduce((sum, recall) => sum + recall) / recalls.length;
  });
  expect(own).toBeGreaterThan(0.85);
  expect(own).toBeGreaterThan(fixed! + 0.05);
});

test("what fills the buffer goes into lists, and is found there", () => {
  const { index, entries } = trained(2000, { probes: 1000 });
  for (let row = 2000; row < 5000; row++) put(index, entries, row, row);
  const inLists = index.listSizes.reduce((sum, size) => sum + size, 0);
  expect(inLists).toBeGreaterThan(5000 - 256);
  expectExact(index, entries);
  expect(meanRecall(index, entries)).toBe(1);
});

test("a list that grows far beyond the others is split, and what was in it is found", () => {
  const { index, entries } = trained(2000, { probes: 12 });
  const random = new Random(3);
  const before = index.listCount;
  const alike = Array.from({ length: 4000 }, () => {
    const values = Array.from(
      { length: DIMENSIONS },
      (_, element) => (element < 3 ? 1 : 0) + 0.2 * random.normal(),
    );
    return versioned(values.map((value) => value / Math.hypot(...values)));
  });
  for (const [position, vector] of alike.entries()) {
    index.put(10_000 + position, vector);
    entries.set(10_000 + position, { vector, labels: {} });
  }
  expect(index.listCount).toBeGreaterThan(before + 3);
  const mean = index.size / index.listCount;
  expect(Math.max(...index.listSizes)).toBeLessThan(SKEW * mean + 256);
  expectExact(index, entries);
  const recalls = alike
    .slice(0, 50)
    .map((vector) => recallOf(index.search({ vector, n: 10 }), naiveSearch(entries, vector, 10)));
  expect(recalls.reduce((sum, recall) => sum + recall) / 50).toBeGreaterThan(0.9);
});

test("a fifth replaced costs at most a point of recall", () => {
  const { index, entries } = trained(4000, { probes: 10 });
  const before = meanRecall(index, entries);
  for (let row = 0; row < 800; row++) {
    index.delete(row);
    entries.delete(row);
    put(index, entries, 4000 + row, 4000 + row);
  }
  expect(before).toBeGreaterThan(0.9);
  expect(meanRecall(index, entries)).toBeGreaterThan(before - 0.01);
  expectExact(index, entries);
});

test("vectors unlike all that short codes were learned from are found as others are", () => {
  const index = new IvfIndex(config, { probes: 1000, lists: 12 });
  const entries = new Map<number, Entry>();
  for (const [row, vector] of clusteredVectors(500, {
    dimensions: DIMENSIONS,
    clusters: 20,
    seed: 3,
  }).entries()) {
    index.put(row, vector);
    entries.set(row, { vector, labels: {} });
  }
  index.rebuildHere();
  for (let row = 500; row < 5500; row++) put(index, entries, row, row);
  expect(meanRecall(index, entries)).toBeGreaterThan(0.995);
});

test("behind a filter that leaves few the very nearest are found, of vectors far beyond the range of their codes and of new ones too", () => {
  const { index } = trained(3000, { probes: 400 });
  const random = new Random(6);
  const unlike = (length: number) =>
    versioned(Float32Array.from({ length: DIMENSIONS }, () => length * random.normal()));
  for (let row = 3000; row < 5000; row++) index.put(row, row % 3 === 0 ? vectors[row]! : unlike(row % 10));
  for (let row = 0; row < 90; row++) index.put(5000 + row, vectors[row]!); // in the buffer, and each there twice
  expect(index.listSizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(index.size);
  const asked = [...queries, unlike(1), unlike(1e6), versioned(new Float32Array(DIMENSIONS))];
  for (const every of [3, 7, 50])
    for (const vector of asked) {
      const allow = Array.from({ length: index.size }, (_, row) => row).filter((row) => row % every === 0);
      const query = { vector, n: 10, filter: { allow } };
      expect(index.search(query)).toEqual(index.search({ ...query, isExact: true }));
    }
});

test("a loaded index finds what the saved one found, with the same scores", () => {
  const { index } = trained(6000, { probes: 20 });
  for (let row = 0; row < 600; row++) index.put(row, vectors[5999 - row]!);
  const loaded = IvfIndex.load(index.snapshot(), { probes: 20 });
  for (const vector of queries)
    expect(loaded.search({ vector, n: 10 })).toEqual(index.search({ vector, n: 10 }));
});

test("it says when its lists no longer fit: without any, and when half is new", () => {
  const index = new IvfIndex(config, { lists: 8 });
  const [vector] = vectors;
  for (let row = 0; row < 9_999; row++) index.put(row, vector!);
  expect(index.isStale).toBe(false);
  index.put(9_999, vector!);
  expect(index.isStale).toBe(true);
  index.rebuildHere();
  expect(index.isStale).toBe(false);
  for (let row = 0; row < 5000; row++) index.put(row, vector!);
  expect(index.isStale).toBe(false);
  index.put(0, vector!);
  expect(index.isStale).toBe(true);
  expect(IvfIndex.load(index.snapshot()).isStale).toBe(true);
});

test("a rebuild in another thread gives what one in this thread gives", async () => {
  const [{ index: here }, { index: there }] = [trained(3000), trained(3000)];
  for (const index of [here, there]) for (let row = 3000; row < 5000; row++) index.put(row, vectors[row]!);
  here.rebuildHere();
  await there.rebuild();
  expect(Buffer.compare(there.snapshot(), here.snapshot())).toBe(0);
});

test("what changes during a rebuild is there before and after the swap", async () => {
  const { index, entries } = trained(3000);
  const rebuilt = index.rebuild();
  for (let step = 0; step < 1500; step++) {
    const row = (step * 7) % 4500;
    if (step % 3 === 0) {
      index.delete(row);
      entries.delete(row);
    } else put(index, entries, row, (step * 5) % 6000);
  }
  await index.rebuild(); // joins in: one is on its way
  expectExact(index, entries);
  await rebuilt;
  expectExact(index, entries);
  for (let row = 0; row < 900; row++) put(index, entries, 6000 + row, row);
  expectExact(index, entries);
});

test("with room made for all at once no memory takes another's place while they are put, and the same is found", () => {
  const roomy = new IvfIndex(config);
  roomy.reserve(0);
  roomy.reserve(vectors.length);
  let moves = 0;
  roomy.share(() => moves++);
  const { index } = trained(3000);
  for (const [row, vector] of vectors.slice(0, 3000).entries()) roomy.put(row, vector);
  expect(moves).toBe(0);
  roomy.rebuildHere();
  for (const vector of queries)
    expect(roomy.search({ vector, n: 10 }).rows).toEqual(index.search({ vector, n: 10 }).rows);
});

test("an empty index is rebuilt to an empty index", async () => {
  const index = new IvfIndex(config);
  index.rebuildHere();
  await index.rebuild();
  expect([index.size, index.listCount]).toEqual([0, 0]);
  index.put(3, vectors[0]!);
  expect([...index.search({ vector: vectors[0]!, n: 3 }).rows]).toEqual([3]);
});

test("told what exact searches find, it looks into as many lists as the declared recall takes, and no more", () => {
  for (const recall of [0.8, 0.99]) {
    const { index, entries } = trained(6000, { recall });
    for (const vector of vectors.slice(0, 60)) {
      const query = { vector, n: 10 };
      index.learn(query, index.search({ ...query, isExact: true }).rows);
    }
    const found = meanRecall(index, entries);
    expect(found).toBeGreaterThan(recall - 0.03);
    expect(found).toBeLessThan(recall + 0.15);
  }
});
