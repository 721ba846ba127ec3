import { expect, test } from "vitest";
import { allOf } from "./all-of.ts";

test("what is there is there at once, and what is not is waited for", async () => {
  expect(allOf([1, "two", undefined])).toEqual([1, "two", undefined]);
  const waiting = allOf([1, Promise.resolve("two")]);
  expect(waiting).toBeInstanceOf(Promise);
  expect(await waiting).toEqual([1, "two"]);
});
