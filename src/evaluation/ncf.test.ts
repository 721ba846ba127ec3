import { expect, test } from "vitest";
import { historyOf } from "#sequences";
import { dataOf, rings, tableOf } from "./fake-models.cases.ts";
import { ncf } from "./ncf.ts";

test("without a given split the last item is held out against 99 drawn negatives", () => {
  const table = rings(20, 10, 500);
  const task = ncf.task(dataOf(table), { seed: 1, part: "test" });
  expect(task.split).toBe("seeded");
  expect(task.cases.length).toBe(20);
  for (const { user, positives, negatives } of task.cases) {
    expect([...positives]).toEqual([...historyOf(table, user).itemRows.slice(-1)]);
    expect(negatives!.length).toBe(99);
  }
});

test("given positives and negatives are asked as they are", () => {
  const train = tableOf([[0, 1], [2]], 400);
  const cases = [{ user: 0, positives: Uint32Array.of(5), negatives: Uint32Array.of(7, 8) }];
  const given = { ncf: { train, cases, leftOut: 3 } };
  const task = ncf.task(dataOf(tableOf([[0, 1, 5], [2]], 300), given), { seed: 1, part: "test" });
  expect(task.split).toBe("given");
  expect(task.train).toBe(train);
  expect(task.cases).toEqual(cases);
  expect(task.notes.join()).toContain("3 published cases");
});

test("given positives without negatives get drawn ones", () => {
  const given = {
    ncf: { train: tableOf([[0, 1]], 400), cases: [{ user: 0, positives: Uint32Array.of(5) }] },
  };
  const [question] = ncf.task(dataOf(tableOf([[0, 1, 5]], 400), given), { seed: 1, part: "test" }).cases;
  expect(question!.negatives!.length).toBe(99);
});
