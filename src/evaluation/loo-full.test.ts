import { expect, test } from "vitest";
import { historyOf } from "#sequences";
import { dataOf, tableOf } from "./fake-models.cases.ts";
import { looFull } from "./loo-full.ts";

const data = dataOf(tableOf([[1, 2, 3, 1], [4, 5], [6]], 8));

test("the test asks the last new item of everyone who has two", () => {
  const { cases, train } = looFull.task(data, { seed: 1, part: "test" });
  expect(cases).toEqual([
    { user: 0, positives: Uint32Array.of(3) },
    { user: 1, positives: Uint32Array.of(5) },
  ]);
  expect([...historyOf(train, 0).itemRows]).toEqual([1, 2]);
  expect([...historyOf(train, 2).itemRows]).toEqual([6]);
});

test("the validation asks the second-last", () => {
  const { cases, train } = looFull.task(data, { seed: 1, part: "validation" });
  expect(cases).toEqual([{ user: 0, positives: Uint32Array.of(2) }]);
  expect([...train.itemRows]).toEqual([1, 4, 6]);
});
