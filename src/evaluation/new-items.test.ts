import { expect, test } from "vitest";
import type { FittedModel } from "#models";
import { historyOf, packInteractions } from "#sequences";
import { evaluate } from "./evaluate.ts";
import { fakeModel } from "./fake-models.cases.ts";
import { newItems } from "./new-items.ts";
import type { EvaluationData } from "./task.ts";

const ITEMS = 60;
const rows = Array.from({ length: 30 }, (_, user) =>
  Array.from({ length: 20 }, (_, step) => ({ user, item: (7 * user + 3 * step) % ITEMS })),
).flat();
const data: EvaluationData = {
  dataset: "written",
  interactions: {
    ...packInteractions(rows, 30, ITEMS),
    items: Array.from({ length: ITEMS }, (_, item) => ({ title: `item ${item}` })),
  },
  actionNames: ["view"],
  actions: new Uint8Array(rows.length),
  given: {},
};

test("a fifth of the items is told of after the fit only, and ranked among each other; validation never sees the test's", () => {
  const nameOf = ({ title }: { title?: string }) => title;
  const [test, validation] = (["test", "validation"] as const).map((part) => {
    const { train, later, cases } = newItems.task(data, { seed: 1, part });
    const names = [...train.items!, ...later!].map(nameOf);
    expect(train.items).toHaveLength(train.itemCount);
    expect(Math.max(...train.itemRows)).toBeLessThan(train.itemCount);
    expect(later!.length / ITEMS).toBeCloseTo(0.2, 0);
    for (const { user, positives, negatives } of cases) {
      const met = new Set(historyOf(data.interactions, user).itemRows);
      expect([...positives].every((item) => met.has(Number(names[item]!.slice(5))))).toBe(true);
      expect([...negatives!].some((item) => met.has(Number(names[item]!.slice(5))))).toBe(false);
      expect(positives.length + negatives!.length).toBe(later!.length);
    }
    return { all: names, later: later!.map(nameOf) };
  });
  expect(test!.all).toHaveLength(ITEMS);
  for (const name of test!.later) expect(validation!.all).not.toContain(name);
  const { items, ...undescribed } = data.interactions;
  for (const interactions of [undescribed, { ...undescribed, items: items!.map(() => ({})) }])
    expect(() => newItems.task({ ...data, interactions }, { seed: 1, part: "test" })).toThrow(
      /describes no items/,
    );
});

test("who cannot be told of items finds them by chance", async () => {
  const task = newItems.task(data, { seed: 1, part: "test" });
  const deaf = { ...fakeModel("deaf", task.train.itemCount, (_, item) => item), over: undefined };
  const { metrics } = await evaluate(task, deaf as unknown as FittedModel); // a model without `over`
  expect(metrics.recallAt10).toBeGreaterThan(0.6);
  expect(metrics.recallAt10).toBeLessThan(1); // of 12 items 10 are looked at
});
