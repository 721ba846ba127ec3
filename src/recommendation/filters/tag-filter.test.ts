import { expect, test } from "vitest";
import type { ItemRow } from "#base";
import { catalogueOf, queryOf } from "../hand-made.cases.ts";
import type { TagFilters } from "../pipeline.ts";
import { TagFilter } from "./tag-filter.ts";

const catalogue = catalogueOf([{ tags: ["a"] }, { tags: ["a", "b"] }, { tags: ["b", "c"] }, {}]);

function kept(asked: TagFilters, always?: TagFilters): number[] {
  const keeps = new TagFilter(catalogue, always).open(queryOf({ tags: asked }));
  return [0, 1, 2, 3].filter((row) => keeps(row as ItemRow));
}

test("any, all and none, of the surface and of the caller together", () => {
  expect(kept({})).toEqual([0, 1, 2, 3]);
  expect(kept({ any: ["a", "c"] })).toEqual([0, 1, 2]);
  expect(kept({ all: ["a", "b"] })).toEqual([1]);
  expect(kept({ none: ["b"] })).toEqual([0, 3]);
  expect(kept({ any: ["b"] }, { none: ["c"] })).toEqual([1]);
  expect(kept({ any: [] })).toEqual([0, 1, 2, 3]);
});
