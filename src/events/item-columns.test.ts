import { expect, test } from "vitest";
import { ItemColumns } from "./item-columns.ts";

test("a row says since when an item is there and its tags, also when rows beyond the room come", () => {
  const columns = new ItemColumns();
  const tagsOf = (row: number): number[] => Array.from({ length: row % 7 }, (_, place) => 3 * row + place);
  for (let row = 0; row < 5000; row++) columns.set(row, -row, tagsOf(row));
  columns.set(70_000, Number.POSITIVE_INFINITY, [5]);
  columns.set(7, 8.5, [0]);
  for (let row = 8; row < 5000; row++)
    expect([columns.sinceMs(row), columns.tagCodes(row)]).toEqual([-row, tagsOf(row)]);
  expect([columns.sinceMs(70_000), columns.tagCodes(70_000)]).toEqual([Number.POSITIVE_INFINITY, [5]]);
  expect([columns.sinceMs(7), columns.tagCodes(7)]).toEqual([8.5, [0]]);
});

test("of more tags than a row has room for it says none, until there are fewer", () => {
  const columns = new ItemColumns();
  columns.set(1, 0, [1, 2, 3, 4, 5, 6, 7]);
  expect(columns.tagCodes(1)).toBeUndefined();
  columns.set(1, 0, []);
  expect(columns.tagCodes(1)).toEqual([]);
});
