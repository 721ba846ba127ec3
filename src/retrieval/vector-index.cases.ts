import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "#base";
import {
  clusteredVectors,
  type Entry,
  naiveSearch,
  recallOf,
  VERSION,
  versioned,
} from "./hand-made.cases.ts";
import type { VectorFilter, VectorIndex, VectorIndexConfig } from "./vector-index.ts";

export interface IndexMaker {
  make(config: VectorIndexConfig): VectorIndex;
  load(bytes: Uint8Array): VectorIndex;
  /** Brings an index that was filled at once into the state in which it serves. */
  settle?(index: VectorIndex): void;
  /** Mean recall@10 of searches that need not be exact, on 3,000 vectors in clusters: too good fails as well. */
  readonly recallAt10: readonly [number, number];
}

const DIMENSIONS = 24; // no multiple of 16
const COUNT = 3000;
const config: VectorIndexConfig = {
  dimensions: DIMENSIONS,
  modelVersion: VERSION,
  numbers: ["price", "age"],
};

const filters: Readonly<Record<string, VectorFilter>> = {
  "a tag": { allTags: ["even"] },
  "two tags": { allTags: ["even", "third"] },
  "one of several tags": { anyTags: ["third", "rare", "unheard of"] },
  "none of some tags": { noTags: ["even", "rare"] },
  "a tag nothing has": { allTags: ["unheard of"] },
  "a rare tag": { allTags: ["rare"] },
  "a range": { ranges: [{ name: "price", min: 10, max: 12 }] },
  "an open range": { ranges: [{ name: "age", min: 2900 }] },
  "rows that are allowed": { allow: [5, 7, 11, 2999, 5000, 123_456_789] },
  "rows that are denied": { deny: Array.from({ length: 2000 }, (_, row) => row) },
  "all of it": {
    anyTags: ["even", "third"],
    noTags: ["rare"],
    ranges: [{ name: "price", max: 90 }],
    deny: [0, 6, 12],
  },
};

/** What every vector index does. */
export function describeVectorIndex(name: string, maker: IndexMaker): void {
  const made = clusteredVectors(COUNT + 40, { dimensions: DIMENSIONS, clusters: 40, seed: 5 });
  const [vectors, queries] = [made.slice(0, COUNT), made.slice(COUNT)];

  function filled(): { index: VectorIndex; entries: Map<number, Entry> } {
    const index = maker.make(config);
    const entries = new Map(vectors.map((vector, row) => [row, { vector, labels: labelsOf(row) }]));
    for (const [row, { vector, labels }] of entries) index.put(row, vector, labels);
    maker.settle?.(index);
    return { index, entries };
  }

  /** One for all tests that only search. */
  let common: ReturnType<typeof filled> | undefined;
  function unchanged(): ReturnType<typeof filled> {
    common ??= filled();
    return common;
  }

  describe(`${name} as a vector index`, () => {
    test("an empty index finds nothing", () => {
      const index = maker.make(config);
      expect(index.size).toBe(0);
      expect([...index.search({ vector: queries[0]!, n: 10 }).rows]).toEqual([]);
      expect(index.delete(3)).toBe(false);
    });

    test("an exact search finds what comparing with every vector finds, with the same scores", () => {
      const { index, entries } = unchanged();
      expect(index.size).toBe(COUNT);
      for (const vector of queries) {
        const wanted = naiveSearch(entries, vector, 10);
        const { rows, scores } = index.search({ vector, n: 10, isExact: true });
        expect([...rows]).toEqual(wanted.map(({ row }) => row));
        for (const [place, { score }] of wanted.entries()) expect(scores[place]).toBeCloseTo(score, 5);
      }
    });

    test("a search finds nearly all of them, and their scores are exact", () => {
      const { index, entries } = unchanged();
      const recalls = queries.map((vector) => {
        const found = index.search({ vector, n: 10 });
        const all = new Map(naiveSearch(entries, vector, COUNT).map(({ row, score }) => [row, score]));
        for (const [place, row] of found.rows.entries())
          expect(found.scores[place]).toBeCloseTo(all.get(row)!, 5);
        expect([...found.scores]).toEqual([...found.scores].sort((left, right) => right - left));
        return recallOf(found, naiveSearch(entries, vector, 10));
      });
      const mean = recalls.reduce((sum, recall) => sum + recall) / recalls.length;
      expect(mean).toBeGreaterThanOrEqual(maker.recallAt10[0]);
      expect(mean).toBeLessThanOrEqual(maker.recallAt10[1]);
    });

    test("asked for many it gives as many, asked for more than there are it gives all", () => {
      expect(unchanged().index.search({ vector: queries[0]!, n: 2048 }).rows.length).toBe(2048);
      const index = maker.make(config);
      for (const row of [4, 2, 9]) index.put(row, vectors[row]!);
      expect([...index.search({ vector: vectors[2]!, n: 2048 }).rows].sort()).toEqual([2, 4, 9]);
    });

    test.each(Object.entries(filters))(
      "%s: no search breaks the filter, an exact one finds the nearest",
      (_, filter) => {
        const { index, entries } = unchanged();
        for (const vector of queries.slice(0, 10)) {
          const allowed = naiveSearch(entries, vector, COUNT, filter);
          const exact = index.search({ vector, n: 10, filter, isExact: true });
          expect([...exact.rows]).toEqual(allowed.slice(0, 10).map(({ row }) => row));
          const found = index.search({ vector, n: 10, filter });
          expect(found.rows.length).toBe(Math.min(10, allowed.length));
          const rows = new Set(allowed.map(({ row }) => row));
          for (const row of found.rows) expect(rows.has(row)).toBe(true);
        }
      },
    );

    test("what is put is found by the next search, what is deleted or replaced is not", () => {
      const { index } = filled();
      const own = versioned(Array.from({ length: DIMENSIONS }, (_, element) => (element === 20 ? 1 : 0)));
      const first = () => index.search({ vector: own, n: 1 }).rows[0];
      index.put(70_000, own, { tags: ["new"] });
      expect(first()).toBe(70_000);
      expect([...index.search({ vector: own, n: 5, filter: { allTags: ["new"] } }).rows]).toEqual([70_000]);
      index.put(17, own);
      index.put(70_000, vectors[17]!);
      expect(first()).toBe(17);
      expect(index.size).toBe(COUNT + 1);
      expect([...index.search({ vector: own, n: 5, filter: { allTags: ["new"] } }).rows]).toEqual([]);
      expect(index.delete(17)).toBe(true);
      expect(index.delete(17)).toBe(false);
      expect([index.has(17), index.has(70_000), index.size]).toEqual([false, true, COUNT]);
      expect(index.search({ vector: own, n: 2048 }).rows).not.toContain(17);
    });

    test("whatever is put, replaced and deleted, exact searches agree with the oracle", () => {
      const operation = fc.record({
        row: fc.nat({ max: 400 }),
        isDelete: fc.boolean(),
        vector: fc.nat({ max: COUNT - 1 }),
      });
      fc.assert(
        fc.property(
          fc.array(operation, { maxLength: 1200, size: "max" }),
          fc.nat({ max: 39 }),
          (operations, query) => {
            const index = maker.make(config);
            const entries = new Map<number, Entry>();
            for (const [step, { row, isDelete, vector }] of operations.entries()) {
              if (isDelete) {
                expect(index.delete(row)).toBe(entries.delete(row));
              } else {
                entries.set(row, { vector: vectors[vector]!, labels: labelsOf(vector) });
                index.put(row, vectors[vector]!, labelsOf(vector));
              }
              if (step === 300) maker.settle?.(index);
            }
            expect(index.size).toBe(entries.size);
            for (const filter of [{}, { allTags: ["even"] }, { ranges: [{ name: "price", min: 30 }] }]) {
              const wanted = naiveSearch(entries, queries[query]!, 8, filter).map(({ score }) => score);
              const { scores } = index.search({ vector: queries[query]!, n: 8, filter, isExact: true });
              expect(scores.length).toBe(wanted.length);
              for (const [place, score] of wanted.entries()) expect(scores[place]).toBeCloseTo(score, 5);
            }
          },
        ),
        { numRuns: 25, seed: 3 },
      );
    });

    test("a snapshot loads as the same index: answers, labels, and what comes after", () => {
      const { index } = filled();
      for (let row = 0; row < COUNT; row += 7) index.delete(row);
      for (let row = 0; row < 300; row++) index.put(COUNT + row, vectors[row]!, labelsOf(row));
      const loaded = maker.load(index.snapshot());
      expect(loaded.config).toEqual(config);
      expect(loaded.size).toBe(index.size);
      for (const at of [index, loaded]) at.put(8000, vectors[1]!, { tags: ["rare"], numbers: { age: 1 } });
      for (const filter of [{}, ...Object.values(filters)])
        for (const vector of queries.slice(0, 5))
          for (const isExact of [false, true]) {
            const query = { vector, n: 10, filter, isExact };
            expect(loaded.search(query)).toEqual(index.search(query));
          }
      expect(Buffer.compare(loaded.snapshot(), index.snapshot())).toBe(0);
    });

    test("rows that are replaced or deleted again and again take no more memory", () => {
      const { index } = filled();
      const before = index.memoryBytes;
      for (let round = 0; round < 5; round++)
        for (let row = 0; row < COUNT; row++) {
          if (row % 5 === 0) index.delete(row);
          index.put(row, vectors[(row + round) % COUNT]!);
        }
      expect(index.size).toBe(COUNT);
      expect(index.memoryBytes).toBeLessThan(2.5 * before);
    });

    test("the same steps give the same answers", () => {
      const [{ index: one }, { index: other }] = [unchanged(), filled()];
      for (const vector of queries)
        expect(one.search({ vector, n: 20 })).toEqual(other.search({ vector, n: 20 }));
    });

    test("what it cannot take it refuses, names it and the fix, and stays as it was", () => {
      const { index } = filled();
      const before = index.snapshot();
      const ones = (length: number) => versioned(new Float32Array(length).fill(1));
      const broken = ones(DIMENSIONS);
      broken.values[3] = Number.NaN;
      const old = { ...ones(DIMENSIONS), modelVersion: "encoder-0" };
      const cases: readonly [() => unknown, string, RegExp][] = [
        [() => index.put(1, ones(23)), "data-mismatch", /row 1 has 23 dimensions and the index 24; send/],
        [() => index.put(1, broken), "invalid-request", /row 1 has NaN at dimension 3; .*look at the model/],
        [() => index.put(1, old), "data-mismatch", /"encoder-0".*holds "encoder-1"; make an index/],
        [() => index.put(-1, ones(24)), "invalid-request", /-1 is no row/],
        [() => index.put(1.5, ones(24)), "invalid-request", /1.5 is no row/],
        [
          () => index.put(1, ones(24), { numbers: { weight: 3 } }),
          "invalid-request",
          /keeps no number "weight" \(it keeps: price, age\); name it in "numbers"/,
        ],
        [() => index.delete(2 ** 31), "invalid-request", /2147483648 is no row/],
        [
          () => index.search({ vector: old, n: 1 }),
          "data-mismatch",
          /the query's vector is of model version/,
        ],
        [() => index.search({ vector: ones(25), n: 1 }), "data-mismatch", /25 dimensions/],
        [() => index.search({ vector: ones(24), n: 0 }), "invalid-request", /n is 0; ask for 1 to 2048/],
        [
          () => index.search({ vector: ones(24), n: 1, filter: { ranges: [{ name: "weight", min: 1 }] } }),
          "invalid-request",
          /"weight"/,
        ],
        [() => maker.load(before.subarray(0, before.length - 8)), "data-damaged", /should have/],
        [() => maker.load(Buffer.from("PAR1 and more")), "data-damaged", /no snapshot/],
        [() => maker.make({ ...config, dimensions: 0 }), "invalid-config", /dimensions is 0/],
        [() => maker.make({ ...config, modelVersion: "" }), "invalid-config", /modelVersion is empty/],
        [() => maker.make({ ...config, numbers: ["a", "a"] }), "invalid-config", /"a" twice/],
      ];
      for (const [attempt, code, message] of cases) {
        expect(attempt, String(message)).toThrow(
          expect.objectContaining({ code, message: expect.stringMatching(message) }),
        );
      }
      expect(Buffer.compare(index.snapshot(), before)).toBe(0);
    });
  });
}

/** Tags and numbers that follow from the row. */
function labelsOf(row: number) {
  const tags = [row % 2 === 0 ? "even" : "odd", row % 3 === 0 ? "third" : "", row % 500 === 1 ? "rare" : ""];
  const price = Random.of(1, String(row)).integer(100);
  return { tags: tags.filter(Boolean), numbers: row % 10 === 0 ? { age: row } : { age: row, price } };
}
