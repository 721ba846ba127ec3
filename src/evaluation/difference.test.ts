import { expect, test } from "vitest";
import { differencesOf } from "./difference.ts";
import { evaluate } from "./evaluate.ts";
import { dataOf, fakeModel, oracleOf, rings } from "./fake-models.cases.ts";
import { looFull } from "./loo-full.ts";

const task = looFull.task(dataOf(rings(60, 12, 300)), { seed: 1, part: "test" });

test("a model is ahead of itself by nothing, and the oracle of who is always wrong by everything", async () => {
  const [knowing, wrong] = [await evaluate(task, oracleOf(task)), await evaluate(task, oracleOf(task, -1))];
  expect(differencesOf(knowing, knowing).hrAt10).toEqual({ difference: 0, low: 0, high: 0 });
  expect(differencesOf(knowing, wrong).hrAt10).toEqual({ difference: 1, low: 1, high: 1 });
  expect(differencesOf(wrong, knowing).ndcgAt10).toEqual({ difference: -1, low: -1, high: -1 });
  expect(differencesOf(knowing, wrong).coverageAt10).toBeUndefined();
});

test("who is right more often by a fixed share of people is ahead by it, and the interval is of that share", async () => {
  const knowing = oracleOf(task);
  const half = {
    ...knowing,
    score: async (histories: Parameters<typeof knowing.score>[0]) => {
      const scores = await knowing.score(histories);
      const width = task.train.itemCount;
      for (const [row, { itemRows }] of histories.entries())
        if (itemRows[0]! % 2 === 0)
          scores.subarray(row * width, (row + 1) * width).fill(Number.NEGATIVE_INFINITY);
      return scores;
    },
  };
  const [all, some] = [await evaluate(task, knowing), await evaluate(task, half)];
  const { difference, low, high } = differencesOf(all, some).hrAt10!;
  expect(difference).toBeCloseTo(1 - some.metrics.hrAt10!, 9);
  expect(low).toBeGreaterThan(0);
  expect(low).toBeLessThan(difference);
  expect(high).toBeGreaterThan(difference);
  expect(high).toBeLessThan(1);
});

test("answers to other questions are not compared", async () => {
  const other = looFull.task(dataOf(rings(50, 12, 300)), { seed: 1, part: "test" });
  const constant = (items: number) => fakeModel("constant", items, () => 0);
  const [one, another] = await Promise.all(
    [task, other].map((asked) => evaluate(asked, constant(asked.train.itemCount))),
  );
  expect(() => differencesOf(one!, another!)).toThrow("both were asked the same");
});
