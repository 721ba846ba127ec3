import { expect, test } from "vitest";
import { groupWords, sliceOf, sliceWords, withValue } from "./slices.ts";

test("a slice is what the address says of it, and no more", () => {
  expect(sliceOf(new URLSearchParams("view=groups&state=core&trait=country%3ADE"))).toEqual({
    state: "core",
    trait: "country:DE",
  });
  expect(sliceOf(new URLSearchParams(""))).toEqual({});
});

test("a value is chosen, replaces another of its group, and is let go when it is chosen again", () => {
  expect(withValue({}, "state", "core")).toEqual({ isChosen: false, changes: { state: "core" } });
  expect(withValue({ state: "core" }, "state", "core")).toEqual({
    isChosen: true,
    changes: { state: undefined },
  });
  expect(withValue({ trait: "country:DE" }, "trait:country", "FR")).toEqual({
    isChosen: false,
    changes: { trait: "country:FR" },
  });
  expect(withValue({ trait: "country:FR" }, "trait:country", "FR").isChosen).toBe(true);
  expect(groupWords("trait:country")).toBe("country");
});

test("what is chosen in words", () => {
  expect(sliceWords({})).toEqual([]);
  expect(sliceWords({ state: "core", tenure: "7-27", activity: "1-3", trait: "country:DE" })).toEqual([
    "core",
    "here 7-27 days",
    "1-3 active days",
    "country DE",
  ]);
});
