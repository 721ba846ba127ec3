import { expect, test } from "vitest";
import { ContentVocabulary } from "./content-vocabulary.ts";

/** Ten texts: "the" is in all, "oak" in three, "rare" in one. */
const items = Array.from({ length: 20 }, (_, item) => ({
  title: item < 3 ? "The oak" : "The thing",
  text: item === 7 ? "a rare one" : `${item % 4 === 0 ? "glue " : ""}and no more`,
}));

test("words in a few items tell something; those in one or in too many do not", () => {
  const vocabulary = ContentVocabulary.of([...items, { tags: ["wood"] }], "all")!;
  expect(vocabulary.termCount).toBe(3); // the tag, oak, glue
  const { terms, shares } = vocabulary.bagOf({ title: "Oak and glue", tags: ["wood", "wood"] });
  expect(terms).toEqual([0, 1, 2]); // what is rarer, and in a title, first
  expect(shares[0]).toBe(1);
  expect(shares[1]! + shares[2]!).toBeCloseTo(1, 12);
  expect(shares[1]).toBeGreaterThan(shares[2]!);
  expect(vocabulary.bagOf({ title: "The rare thing" })).toEqual({ terms: [], shares: [] });
});

test("without words asked for there are tags alone, and nothing where there are none", () => {
  expect(ContentVocabulary.of(items, "tags")).toBeUndefined();
  expect(ContentVocabulary.of([...items, { tags: ["wood"], vector: [1] }], "tags")).toMatchObject({
    termCount: 1,
    vectorSize: 0,
  });
});

test("content vectors are read at length 1, those of another size or without a direction not at all", () => {
  const vocabulary = ContentVocabulary.of([{ vector: [1, 1] }], "all")!;
  expect([...vocabulary.vectorOf({ vector: [0, -5] })!]).toEqual([0, -1]);
  for (const vector of [[1], [0, 0], [1, 2, 3]]) expect(vocabulary.vectorOf({ vector })).toBeUndefined();
});

test("read back from what a file keeps it says the same", () => {
  const vocabulary = ContentVocabulary.of([...items, { tags: ["wood"], vector: [3, 4] }], "all")!;
  const again = ContentVocabulary.from(JSON.parse(JSON.stringify(vocabulary.kept)));
  const item = { tags: ["wood"], title: "oak", text: "glue", vector: [1, 0] };
  expect(again.bagOf(item)).toEqual(vocabulary.bagOf(item));
  expect(again.vectorOf(item)).toEqual(vocabulary.vectorOf(item));
});
