import { expect, test } from "vitest";
import type { ItemRow } from "#base";
import { compareLists } from "./compare-lists.ts";
import { catalogueOf } from "./hand-made.cases.ts";
import type { Recommended } from "./pipeline.ts";

const catalogue = catalogueOf([{ tags: ["a"] }, { tags: ["a"] }, { tags: ["a", "b"] }, { tags: ["c"] }]);
const listOf = (...rows: readonly number[]): Recommended[] =>
  rows.map((row) => ({
    itemRow: row as ItemRow,
    score: row,
    source: "s",
    places: new Map(),
    reasons: [],
  }));

test("overlap, places, diversity and scores as worked out by hand", () => {
  expect(compareLists(listOf(0, 1, 2), listOf(0, 3, 1), catalogue)).toEqual({
    overlap: 2 / 3,
    samePlace: 1 / 3,
    diversity: [expect.closeTo((0 + 0.5 + 0.5) / 3, 12), expect.closeTo((1 + 0 + 1) / 3, 12)],
    scoreDifference: expect.closeTo(4 / 3 - 1, 12),
  });
});

test("short and empty lists have no diversity and no difference", () => {
  const nothing = { overlap: 1, samePlace: 1, diversity: [0, 0], scoreDifference: 0 };
  expect(compareLists([], [], catalogue)).toEqual(nothing);
  expect(compareLists(listOf(1), [], catalogue)).toEqual({ ...nothing, overlap: 0, samePlace: 0 });
});
