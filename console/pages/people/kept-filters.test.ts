import { expect, test } from "vitest";
import { addressOf, isSame, keep, readKept, type SavedFilter, withFilter } from "./kept-filters.ts";

const filter = (name: string, search = name): SavedFilter => ({ name, search, sort: "events" });

function storage(kept: string | null = null) {
  return {
    getItem: () => kept,
    setItem: (_: string, text: string) => {
      kept = text;
    },
  };
}

test("what is kept is read again, and what is none is not", () => {
  const store = storage();
  keep(store, [filter("a"), filter("b")]);
  expect(readKept(store)).toEqual([filter("a"), filter("b")]);
  for (const broken of [null, "{", "7", '[{"name":1}]', "[null]"])
    expect(readKept(storage(broken))).toEqual([]);
});

test("a name is there once, the newest last, and twenty in all", () => {
  expect(withFilter([filter("a"), filter("b")], filter("a", "c"))).toEqual([filter("b"), filter("a", "c")]);
  const many = Array.from({ length: 20 }, (_, n) => filter(`f${n}`));
  expect(withFilter(many, filter("one more")).map(({ name }) => name)).toEqual([
    ...many.slice(1).map(({ name }) => name),
    "one more",
  ]);
});

test("a filter is an address, and the same search in another order is another filter", () => {
  expect(addressOf(filter("x", "a & b"))).toBe("/people?search=a+%26+b&sort=events");
  expect(isSame(filter("x"), { ...filter("x"), sort: "state" })).toBe(false);
});
