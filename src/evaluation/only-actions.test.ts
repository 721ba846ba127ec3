import { expect, test } from "vitest";
import { dataOf, tableOf } from "./fake-models.cases.ts";
import { looFull } from "./loo-full.ts";
import { onlyActions } from "./only-actions.ts";

test("the questions stay, and models see what is of the named actions", () => {
  const table = tableOf([[1, 2, 3, 4]], 10);
  const actions = { actionNames: ["view", "like"], actions: Uint8Array.of(0, 1, 0, 1) };
  const task = looFull.task(dataOf({ ...table, ...actions }), { seed: 1, part: "test" });
  const views = onlyActions(task, ["view"]);
  expect(views.cases).toEqual(task.cases);
  expect(Array.from(views.train.itemRows)).toEqual([1, 3]);
  expect(views.histories).toBe(views.train);
  expect(views.notes.at(-1)).toContain("view");
  expect(() => onlyActions(task, ["dance"])).toThrow('has no action "dance"; it has view, like');
});
