import { expect, test } from "vitest";
import type { ItemRow } from "#base";
import { Catalogue } from "#events";
import type { ServedModel } from "#models";
import type { Recommended } from "#recommendation";
import { type CompareModelsParts, compareModels } from "./compare-models.ts";

const catalogue = new Catalogue();
for (let row = 0; row < 8; row++)
  catalogue.apply({ kind: "item", itemId: `i${row}`, input: row === 0 ? { title: "Zero" } : {} });

const served = (name: string, dataUntilMs: number, ranker?: object): ServedModel =>
  // The comparison reads nothing else of a model.
  ({ model: { name, ...(ranker && { ranker }) }, version: "0001", dataUntilMs }) as unknown as ServedModel;
const list = (...rows: readonly number[]): Recommended[] =>
  rows.map((row) => ({ itemRow: row as ItemRow, score: 0, source: "made", places: new Map(), reasons: [] }));

/** The first model gives everybody items 0 and 1; the second the same to ana, other ones to ben, one of them to cem. Since then ben saved 1 and cem 7. */
const parts: CompareModelsParts = {
  catalogue,
  n: 2,
  nowMs: 500,
  people: [
    { userId: "ana", state: "core" },
    { userId: "ben", state: "core" },
    { userId: "cem", state: undefined },
  ],
  recommender: {
    listBy: async ({ model }, { userId, asOfMs }) => {
      expect(asOfMs).toBe(200); // when the later of both had learned
      if (model.name === "one" || userId === "ana") return list(0, 1);
      return userId === "ben" ? list(2, 3) : list(1, 7);
    },
    engagedAfter: async (userId, { afterMs, nowMs }) => {
      expect([afterMs, nowMs]).toEqual([200, 500]);
      return new Set(userId === "ben" ? [1] : userId === "cem" ? [7] : []);
    },
  },
};

test("two models are told apart by what people get of each, by state, and by what they did since", async () => {
  const answer = await compareModels([served("one", 100), served("other", 200)], parts);
  expect(answer).toMatchObject({ models: ["one@0001", "other@0001"], asOf: new Date(200).toISOString() });
  expect(answer.all).toEqual({ people: 3, overlap: 0.5, activeSince: 2, hits: [1, 1] });
  expect(answer.states).toEqual([
    { state: "core", people: 2, overlap: 0.5, activeSince: 1, hits: [1, 0] },
    { state: null, people: 1, overlap: 0.5, activeSince: 1, hits: [0, 1] },
  ]);
  expect(answer.examples.map(({ userId, overlap }) => [userId, overlap])).toEqual([
    ["ben", 0],
    ["cem", 0.5],
    ["ana", 1],
  ]);
  expect(answer.examples[1]!.lists).toEqual([
    [{ itemId: "i0", title: "Zero" }],
    [{ itemId: "i7", title: "i7" }],
  ]);
});

test("a model that orders what others find has no lists to compare", async () => {
  const ranker = served("ranker", 100, {});
  await expect(compareModels([served("one", 100), ranker], parts)).rejects.toThrow(
    /ranker@0001 orders what others find/,
  );
});
