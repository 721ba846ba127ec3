import { expect, test } from "vitest";
import { historyOf } from "#sequences";
import { deskdrop } from "./deskdrop.ts";
import { dataOf, rings, tableOf } from "./fake-models.cases.ts";

const ACTIONS = ["view", "like", "bookmark", "follow", "comment"];

test("weights are summed per person and item and dampened by log2(1 + sum)", () => {
  // One person, item 0 with every kind of engagement and items 1..4 viewed: one of the five is held out.
  const interactions = tableOf([[0, 0, 0, 0, 0, 1, 2, 3, 4]], 200);
  const actions = Uint8Array.of(0, 1, 2, 3, 4, 0, 0, 0, 0);
  const data = { ...dataOf(interactions), actionNames: ACTIONS, actions };
  const task = deskdrop.task(data, { seed: 1, part: "test" });
  const { itemRows, weights } = historyOf(task.train, 0);
  const strengths = Array.from(itemRows, (item, place) => [item, weights![place]]);
  const expected = [0, 1, 2, 3, 4]
    .filter((item) => item !== task.cases[0]!.positives[0])
    .map((item) => [item, item === 0 ? Math.fround(Math.log2(1 + 12.5)) : 1]);
  expect(strengths).toEqual(expected);
});

test("people with fewer than five different items are neither trained on nor asked", () => {
  const interactions = tableOf(
    [
      [0, 1, 2, 3, 3, 3],
      [0, 1, 2, 3, 4],
    ],
    200,
  );
  const task = deskdrop.task(dataOf(interactions), { seed: 1, part: "test" });
  expect(historyOf(task.train, 0).itemRows.length).toBe(0);
  expect(task.cases.map(({ user }) => user)).toEqual([1]);
});

test("every held-out item is a case with 100 negatives of its own", () => {
  const task = deskdrop.task(dataOf(rings(10, 20, 400)), { seed: 1, part: "test" });
  expect(task.cases.length).toBe(40);
  expect(new Set(task.cases.map(({ negatives }) => negatives!.join())).size).toBe(40);
  for (const { positives, negatives } of task.cases)
    expect([positives.length, negatives!.length]).toEqual([1, 100]);
});

test("actions it does not weigh are refused by name", () => {
  const data = { ...dataOf(rings(3, 6, 50)), actionNames: ["purchase"] };
  expect(() => deskdrop.task(data, { seed: 1, part: "test" })).toThrow(
    expect.objectContaining({ code: "unknown-protocol", message: expect.stringContaining("purchase") }),
  );
});
