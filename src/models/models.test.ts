import { expect, test } from "vitest";
import { PlatformError } from "#base";
import { modelNamed, models } from "./models.ts";

test("every model is found by its name", () => {
  expect(models.map(({ name }) => name)).toEqual([
    "popularity",
    "recent-popularity",
    "item-knn",
    "ease",
    "ials",
    "sequence-encoder",
    "ranker",
  ]);
  for (const model of models) expect(modelNamed(model.name)).toBe(model);
});

test("an unknown name is refused with the list of those there are", () => {
  expect(() => modelNamed("als")).toThrow(PlatformError);
  expect(() => modelNamed("als")).toThrow(
    'No model is named "als"; there are popularity, recent-popularity, item-knn, ease, ials, sequence-encoder, ranker.',
  );
});
