import { expect, test } from "vitest";
import { dataOf, rings, tableOf } from "./fake-models.cases.ts";
import { splitFull } from "./split-full.ts";

test("without a given split a fifth is asked, and a tenth of the rest for validation", () => {
  const data = dataOf(rings(20, 10, 50));
  const task = splitFull.task(data, { seed: 1, part: "test" });
  expect(task.split).toBe("seeded");
  expect(task.cases.map(({ positives }) => positives.length)).toEqual(Array(20).fill(2));
  expect(splitFull.task(data, { seed: 1, part: "validation" }).train.itemRows.length).toBe(160 - 16);
});

test("a given split and a given validation part are asked as they are", () => {
  const train = tableOf([[0, 1]], 9);
  const cases = [{ user: 0, positives: Uint32Array.of(2, 3) }];
  const validation = [{ user: 0, positives: Uint32Array.of(4) }];
  const data = dataOf(tableOf([[0]], 1), { "split-full": { train, cases, validation } });
  const test = splitFull.task(data, { seed: 1, part: "test" });
  expect([test.split, test.train, test.cases]).toEqual(["given", train, cases]);
  const chosen = splitFull.task(data, { seed: 1, part: "validation" });
  expect([chosen.train, chosen.cases]).toEqual([train, validation]);
});
