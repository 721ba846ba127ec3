import { expect, test } from "vitest";
import type { ItemRow } from "#base";
import { conditionOfSource } from "./condition.ts";

test("what a list was about is read from what brought an item; anything else says nothing", () => {
  const rowOf = (itemId: string) => (itemId === "a:1" ? (7 as ItemRow) : undefined);
  const read = (source: string) => conditionOfSource(source, rowOf);
  expect(read("query:box joints: how")).toEqual({ kind: "text", text: "box joints: how" });
  expect(read("topic: sourdough ")).toEqual({ kind: "topic", topic: "sourdough" });
  expect(read("item:a:1")).toEqual({ kind: "item", itemRow: 7 });
  for (const nothing of ["item:b", "query:", "query", "popular", "interest:x", "", ":x"])
    expect(read(nothing)).toBeUndefined();
});
