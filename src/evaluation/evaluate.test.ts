import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "#base";
import { historyOf } from "#sequences";
import { coldStart } from "./cold-start.ts";
import { evaluate } from "./evaluate.ts";
import { constantOf, dataOf, fakeModel, oracleOf, rings } from "./fake-models.cases.ts";
import { stalenessProtocols } from "./future-window.ts";
import { newItems } from "./new-items.ts";
import { protocols } from "./protocols.ts";
import { splitFull } from "./split-full.ts";
import type { EvaluationPart, EvaluationTask, MetricName } from "./task.ts";

const data = dataOf(rings(60, 12, 300));
const parts: readonly EvaluationPart[] = ["validation", "test"];

function accuracyOf(metrics: Partial<Record<MetricName, number>>): [string, number][] {
  return Object.entries(metrics).flatMap(([name, value = Number.NaN]): [string, number][] =>
    name.startsWith("coverage") ? [] : [[name, value]],
  );
}

/** Whose cases of one history have one answer; stale histories are the same for many, as are those without what came later, and strangers have none. */
const answerable = protocols.filter(
  (protocol) => ![coldStart, newItems, ...stalenessProtocols].includes(protocol),
);

test.each(answerable)("who knows the answers is perfect in $name", async (protocol) => {
  for (const part of parts) {
    const task = protocol.task(data, { seed: 1, part });
    const { metrics, intervals } = await evaluate(task, oracleOf(task));
    for (const [name, value] of accuracyOf(metrics)) {
      expect(value, name).toBeCloseTo(1, 9);
      expect(intervals[name as MetricName]!.high, name).toBeCloseTo(1, 9);
    }
  }
});

test.each(protocols)("who puts the answers last hits nothing in $name", async (protocol) => {
  const task = protocol.task(data, { seed: 1, part: "test" });
  const { metrics } = await evaluate(task, oracleOf(task, -1));
  for (const [name, value] of accuracyOf(metrics))
    if (name.endsWith("At10") || name.endsWith("At5") || name.endsWith("At20")) expect(value, name).toBe(0);
});

test("who cannot tell items apart hits 10 in 100 sampled and k in N unseen at random", async () => {
  const wide = dataOf(rings(2000, 5, 2000));
  for (const protocol of protocols) {
    const task = protocol.task(wide, { seed: 3, part: "test" });
    const { metrics } = await evaluate(task, constantOf(task), { resamples: 0 });
    if (protocol.name === "ncf") expect(metrics.hrAt10!).toBeCloseTo(10 / 100, 1);
    if (protocol.name === "deskdrop") expect(metrics.recallAt10!).toBeCloseTo(10 / 101, 1);
    if (protocol.name === "loo-full") {
      expect(metrics.hrAt200!).toBeGreaterThan(0.08);
      expect(metrics.hrAt200!).toBeLessThan(0.12); // 200 of 1,996 unseen
      expect(metrics.coverageAt10!).toBeGreaterThan(0.99); // ties turn with each person
    }
  }
});

/** Sort what is visible, walk down the list, count. */
function naiveRecall(task: EvaluationTask, score: (user: number, item: number) => number, k: number): number {
  const recalls = task.cases.map(({ user, positives }) => {
    const seen = new Set(historyOf(task.histories, user).itemRows);
    const shown = Array.from({ length: task.train.itemCount }, (_, item) => item)
      .filter((item) => !seen.has(item))
      .sort((left, right) => score(user, right) - score(user, left))
      .slice(0, k);
    return shown.filter((item) => positives.includes(item)).length / positives.length;
  });
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}

test("recall in full ranking agrees with the naive count for random scores and any batch size", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 9 }), async (seed, batchSize) => {
      const task = splitFull.task(dataOf(rings(15, 10, 60)), { seed, part: "test" });
      const firstOf = (user: number) => historyOf(task.histories, user).itemRows[0]!;
      const score = (first: number, item: number) =>
        Math.fround(Random.of(seed, `${first}/${item}`).uniform());
      const model = fakeModel("random", 60, (history, item) => score(history.itemRows[0]!, item));
      const { metrics } = await evaluate(task, model, { batchSize, resamples: 0 });
      const naive = naiveRecall(task, (user, item) => score(firstOf(user), item), 10);
      expect(metrics.recallAt10).toBeCloseTo(naive, 9);
    }),
    { numRuns: 30 },
  );
});

test("a positive that was seen in training is never hit and stays in the denominator", async () => {
  const { interactions } = data;
  const [first] = historyOf(interactions, 0).itemRows;
  const cases = [{ user: 0, positives: Uint32Array.of(first!, 299) }];
  const task = splitFull.task(dataOf(interactions, { "split-full": { train: interactions, cases } }), {
    seed: 1,
    part: "test",
  });
  const { metrics } = await evaluate(task, oracleOf(task));
  expect(metrics.recallAt20).toBe(0.5);
});

test("the same seed gives the same figures, sizes are counted, and progress ends at the total", async () => {
  const task = splitFull.task(data, { seed: 1, part: "test" });
  const told: number[] = [];
  const run = () =>
    evaluate(task, constantOf(task), { progress: ({ done }) => told.push(done), batchSize: 25 });
  const { seconds: _first, ...first } = await run();
  const { seconds: _second, ...second } = await run();
  expect(second).toEqual(first);
  expect(told.slice(0, 4)).toEqual([0, 25, 50, 60]);
  expect(first.sizes).toEqual({ users: 60, items: 300, interactions: 60 * 12 - 144, cases: 60 });
});

test("a model fitted on other items is our mistake", async () => {
  const task = splitFull.task(data, { seed: 1, part: "test" });
  await expect(
    evaluate(
      task,
      fakeModel("other", 7, () => 0),
    ),
  ).rejects.toThrow("fitted on the task's train");
});
