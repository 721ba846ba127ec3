import { expect, test } from "vitest";
import { actionOfRating, factsOfMovie, MOVIELENS_ACTIONS, traitsOfPerson } from "./movielens.ts";

test("four stars or more are a like, fewer a watch", () => {
  expect([1, 3, 4, 5].map((rating) => MOVIELENS_ACTIONS[actionOfRating(rating)])).toEqual([
    "watch",
    "watch",
    "like",
    "like",
  ]);
});

test("the year at the end of a title is an attribute, other parentheses stay", () => {
  expect(factsOfMovie("Seven (Se7en) (1995)", ["Crime", "unknown"])).toEqual({
    title: "Seven (Se7en)",
    tags: ["Crime"],
    attributes: { year: 1995 },
  });
  expect(factsOfMovie("unknown", ["unknown"])).toEqual({ title: "unknown" });
});

test("exact ages and ML-1M's age codes fall into the same bands", () => {
  const bands = ["1", "17", "18", "24", "25", "49", "50", "56", "73"];
  expect(bands.map((age) => traitsOfPerson(age, "F", "writer").ageBand)).toEqual([
    "under 18",
    "under 18",
    "18-24",
    "18-24",
    "25-34",
    "45-49",
    "50-55",
    "56+",
    "56+",
  ]);
});
