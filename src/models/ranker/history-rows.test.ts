import { expect, test } from "vitest";
import { ContentLikeness } from "./content-likeness.ts";
import { chooseRows } from "./history-rows.ts";

/** Five items, each with a term of its own. */
const likeness = new ContentLikeness({
  ...{ items: 5, places: 2, terms: Int32Array.of(0, 0, 1, 0, 2, 0, 3, 0, 4, 0) },
  ...{ shares: Float32Array.of(1, 0, 1, 0, 1, 0, 1, 0, 1, 0), vectorSize: 0, vectors: new Float32Array(0) },
});
const isKnown = (item: number): boolean => item < 5;
const choice = { maxLength: 2, nearest: 0, isKnown, likeness };
const acts = {
  itemRows: Uint32Array.of(3, 0, 1, 3, 2, 1, 9),
  actions: Uint8Array.of(1, 1, 2, 1, 1, 2, 1),
  timestampsMs: Float64Array.of(1, 2, 3, 4, 5, 6, 7),
};

test("the newest acts are read, newest first, without items nobody knows, hidden time and actions that are not asked for", () => {
  expect(chooseRows(acts, 7, [0], choice)).toEqual([5, 4]);
  expect(chooseRows(acts, 5, [0], choice)).toEqual([4, 3]);
  expect(chooseRows(acts, 7, [0], choice, 5)).toEqual([3, 2]);
  expect(chooseRows(acts, 7, [0], { ...choice, codes: new Set([1]) })).toEqual([4, 3]);
  expect(chooseRows(acts, 0, [0], choice)).toEqual([]);
});

test("older acts are read where they are like what is to be ranked, in the order of time", () => {
  expect(chooseRows(acts, 7, [3], { ...choice, nearest: 2 })).toEqual([5, 4, 3, 0]);
  expect(chooseRows(acts, 7, [0], { ...choice, nearest: 1 })).toEqual([5, 4, 1]);
  expect(chooseRows(acts, 7, [3, 0], { ...choice, nearest: 3 })).toEqual([5, 4, 3, 1, 0]);
});
