import fc from "fast-check";
import { expect, test } from "vitest";
import { modelReference, type Vector } from "#models";
import { catalogueOf, put, queryOf } from "../hand-made.cases.ts";
import { QueryVectors } from "../query-vectors.ts";
import { VectorSource } from "../sources/vector-source.ts";
import { filterOf } from "./item-filter.ts";
import { ItemIndex } from "./item-index.ts";
import { ItemIndexes } from "./item-indexes.ts";
import { D, encoderOf } from "./made-encoder.cases.ts";

const options = { threads: 0, onNotice: () => {} };
const everything = filterOf(queryOf());
const rowsOf = (proposals: readonly { readonly itemRow: number }[]): number[] =>
  proposals.map(({ itemRow }) => itemRow);
const dot = (left: Float32Array, right: Float32Array): number =>
  left.reduce((sum, value, at) => sum + value * right[at]!, 0);

test("after any puts it finds what comparing every available item finds, whatever is left out", async () => {
  const tag = fc.constantFrom("a", "b", "c");
  const item = fc.record({
    item: fc.integer({ min: 0, max: 30 }),
    tags: fc.uniqueArray(tag),
    available: fc.boolean(),
    born: fc.integer({ min: 0, max: 9 }),
  });
  const asked = fc.record({
    any: fc.uniqueArray(tag, { maxLength: 1 }),
    none: fc.uniqueArray(tag, { maxLength: 1 }),
    deny: fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 5 }),
    asOfMs: fc.integer({ min: 0, max: 9 }),
    near: fc.integer({ min: 0, max: 19 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(item), asked, async (puts, { any, none, deny, asOfMs, near }) => {
      const catalogue = catalogueOf(Array.from({ length: 20 }, (_, n) => ({ tags: [n % 2 ? "a" : "b"] })));
      const index = await ItemIndex.make(encoderOf(20), catalogue, options);
      for (const { item: n, tags, available, born } of puts)
        put(catalogue, { itemId: `item-${n}`, tags, available, createdAt: new Date(born).toISOString() });
      const vector = index.vectorOf(near)!;
      const found = await index.nearest(vector, 10, { tags: [{ any, none }], deny: new Set(deny), asOfMs });
      const naive = catalogue
        .items()
        .filter(
          ({ row, tags, isAvailable, createdAtMs = 0 }) =>
            isAvailable &&
            createdAtMs <= asOfMs &&
            !deny.includes(row) &&
            any.every((wanted) => tags.includes(wanted)) &&
            !none.some((unwanted) => tags.includes(unwanted)),
        )
        .flatMap(({ row }) => {
          const values = index.vectorOf(row)?.values;
          return values ? [{ row, score: dot(values, vector.values) }] : [];
        })
        .sort((left, right) => right.score - left.score)
        .slice(0, 10);
      await index.close();
      expect(found).toHaveLength(naive.length);
      for (const [place, { score }] of naive.entries()) expect(found[place]!.score).toBeCloseTo(score, 5);
    }),
    { numRuns: 60 },
  );
});

test("an item the model never met stands among those of its tags, in the next search; without a known tag nowhere", async () => {
  const catalogue = catalogueOf(
    Array.from({ length: 40 }, (_, n) => ({ tags: n < 3 ? ["rare", "common"] : ["common"] })),
  );
  const index = await ItemIndex.make(encoderOf(40), catalogue, options);
  put(catalogue, { itemId: "new", tags: ["rare"] });
  put(catalogue, { itemId: "odd", tags: ["unheard of"] });
  const own = index.vectorOf(40)!;
  expect(index.vectorOf(41)).toBeUndefined();
  const mean = new Float32Array(D);
  for (const row of [0, 1, 2]) for (let at = 0; at < D; at++) mean[at]! += index.vectorOf(row)!.values[at]!;
  expect(dot(own.values, mean) / Math.sqrt(dot(mean, mean))).toBeCloseTo(1, 5);
  expect(rowsOf(await index.nearest(own, 1, everything))).toEqual([40]);
  put(catalogue, { itemId: "new", available: false });
  expect(rowsOf(await index.nearest(own, 1, everything))).not.toEqual([40]);
  await index.close();
});

test("the index of another model takes the place of the one that answers when its lists are made", async () => {
  const items = 11_000;
  const catalogue = catalogueOf(Array.from({ length: items }, () => ({})));
  const indexes = new ItemIndexes({ catalogue, onNotice: () => {} });
  await indexes.serve(encoderOf(items));
  await indexes.current!.settled();
  const before = indexes.current!;
  let isReady = false;
  const making = indexes.prepare(encoderOf(items, modelReference("made", "0002"))).then((take) => {
    isReady = true;
    return take;
  });
  const own = before.vectorOf(7)!;
  while (!isReady) {
    expect(rowsOf(await indexes.current!.nearest(own, 1, everything))).toEqual([7]);
    await new Promise(setImmediate);
  }
  expect((await making)()).toBe(before);
  expect(indexes.current!.report.lists).toBeGreaterThan(0);
  await before.close();
  await indexes.close();
});

test("a vector of another version is refused, never compared", async () => {
  const index = await ItemIndex.make(encoderOf(5), catalogueOf([{}, {}, {}, {}, {}]), options);
  const { values } = index.vectorOf(0)!;
  const other: Vector = { version: modelReference("made", "0002"), values };
  await expect(index.nearest(other, 3, everything)).rejects.toMatchObject({ code: "data-mismatch" });
  await index.close();
});

test("another model's index takes its place at once, and a person is never held against the items of the wrong one", async () => {
  const catalogue = catalogueOf(Array.from({ length: 30 }, () => ({})));
  const indexes = new ItemIndexes({ catalogue, onNotice: () => {} });
  expect(indexes.current).toBeUndefined();
  await indexes.serve(encoderOf(30));
  const before = indexes.current!;
  const second = modelReference("made", "0002");
  const serving = indexes.serve(encoderOf(30, second));
  expect(indexes.current).toBe(before); // which answers meanwhile
  const query = queryOf({ history: { itemRows: Uint32Array.of(3) }, seen: new Set([3]) });
  const kept = { vector: before.vectorOf(4)! }; // of the first model, as a refresh long ago left it
  const person = { userId: "anna", longVector: async () => kept.vector } as unknown as NonNullable<
    typeof query.person
  >;
  const parts = { vectors: new QueryVectors() };
  const now = new VectorSource("now", "now", parts);
  const long = new VectorSource("long", "long", parts);
  const asked = (): typeof query => ({ ...query, person, index: indexes.current });
  expect(rowsOf(await long.propose(asked(), 3))[0]).toBe(4);
  await serving;
  expect(indexes.current!.encoder.version).toBe(second);
  const [first] = await now.propose(asked(), 1);
  expect(first!.itemRow).not.toBe(3); // seen
  expect(await long.propose(asked(), 3)).toEqual([]);
  put(catalogue, { itemId: "item-3", title: "told again" }); // reaches the index in service, not the closed one
  expect(indexes.reports).toMatchObject([{ model: second, items: 30, lists: 0 }]);
  await indexes.close();
});

test("a large catalogue gets lists in another thread, threads search it, and the monitor tells what they find", async () => {
  const count = 12_000;
  const catalogue = catalogueOf(Array.from({ length: count }, (_, n) => ({ tags: [`t${n % 10}`] })));
  const index = await ItemIndex.make(encoderOf(count), catalogue, { ...options, threads: 1 });
  await index.settled();
  expect(index.report.lists).toBeGreaterThan(50);
  put(catalogue, { itemId: "new", tags: ["t3"] });
  const own = index.vectorOf(count)!;
  expect(rowsOf(await index.nearest(own, 5, everything))).toContain(count);
  const filter = { ...everything, tags: [{ any: ["t3"] }] };
  for (const row of rowsOf(await index.nearest(own, 50, filter)))
    expect(catalogue.at(row).tags).toEqual(["t3"]);
  await index.close();
});
