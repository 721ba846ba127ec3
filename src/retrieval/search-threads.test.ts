import { afterEach, expect, test } from "vitest";
import { clusteredVectors, VERSION, versioned } from "./hand-made.cases.ts";
import { IvfIndex } from "./ivf-index.ts";
import { SearchThreads } from "./search-threads.ts";

const DIMENSIONS = 16;
const config = { dimensions: DIMENSIONS, modelVersion: VERSION };
const vectors = clusteredVectors(6000, { dimensions: DIMENSIONS, clusters: 100, seed: 4 });
let threads: SearchThreads | undefined;

afterEach(async () => {
  await threads?.close();
  threads = undefined;
});

function filled(count: number): IvfIndex {
  const index = new IvfIndex(config, { threads: 2 });
  for (const [row, vector] of vectors.slice(0, count).entries())
    index.put(row, vector, { tags: [row % 2 === 0 ? "even" : "odd"] });
  index.rebuildHere();
  return index;
}

test("other threads answer as the index itself does, filters included", async () => {
  const index = filled(4000);
  threads = new SearchThreads(index);
  const asked = vectors.slice(4000, 4200).map((vector, position) => {
    const tags = [["even"], ["odd"], undefined][position % 3];
    return {
      vector,
      n: 1 + (position % 30),
      ...(tags && { filter: { anyTags: tags } }),
      isExact: position % 7 === 0,
    };
  });
  const answers = await Promise.all(asked.map((query) => threads!.search(query)));
  expect(answers).toEqual(asked.map((query) => index.search(query)));
});

test("while vectors are put, deleted, moved and rebuilt, those that stay are found by every search", async () => {
  const index = filled(1000);
  threads = new SearchThreads(index);
  const anchors = vectors.slice(1000, 1020).map(({ values }) => versioned(values.map((value) => 3 * value))); // longer than all others
  for (const [position, anchor] of anchors.entries()) index.put(50_000 + position, anchor);
  let rebuilt: Promise<void> | undefined;
  let asked = 0;
  for (let step = 0; step < 60; step++) {
    const answers = anchors.map((vector) => threads!.search({ vector, n: 5 }));
    for (let row = 0; row < 100; row++) {
      const at = (step * 100 + row) % 5000;
      index.put(at, vectors[(at * 7 + step) % 6000]!);
      if (row % 4 === 0) index.delete(at);
    }
    if (step === 20) rebuilt = index.rebuild();
    for (const [position, { rows }] of (await Promise.all(answers)).entries()) {
      asked++;
      expect(rows[0]).toBe(50_000 + position);
      expect(new Set(rows).size).toBe(rows.length);
    }
  }
  await rebuilt;
  expect(asked).toBe(1200);
});

test("what the index refuses is refused, and a closed pool says so", async () => {
  threads = new SearchThreads(filled(100));
  const query = { vector: { values: new Float32Array(DIMENSIONS), modelVersion: "other" }, n: 3 };
  await expect(threads.search(query)).rejects.toThrow(/model version "other"/);
  expect((await threads.search({ vector: vectors[5]!, n: 1 })).rows[0]).toBe(5);
  const pending = Array.from({ length: 20 }, () => threads!.search({ vector: vectors[5]!, n: 1 }));
  const outcomes = Promise.allSettled(pending);
  await threads.close();
  for (const outcome of await outcomes)
    if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "not-ready" });
  expect((await outcomes).some(({ status }) => status === "rejected")).toBe(true);
  expect(() => new SearchThreads(new IvfIndex(config))).toThrow(
    /threads is 0; make the index with 1 or more/,
  );
});
