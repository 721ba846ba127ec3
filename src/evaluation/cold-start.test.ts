import { expect, test } from "vitest";
import { historyOf, packInteractions } from "#sequences";
import { coldStart } from "./cold-start.ts";
import type { EvaluationData } from "./task.ts";

/** Everybody meets six items, the first of them twice. */
const rows = Array.from({ length: 50 }, (_, user) =>
  [0, 0, 1, 2, 3, 4, 5].map((step, at) => ({
    user,
    item: (user + step) % 20,
    timestampMs: 1000 * user + at,
  })),
).flat();
const data: EvaluationData = {
  dataset: "written",
  interactions: {
    ...packInteractions(rows, 50, 20),
    surfaces: Uint8Array.from(rows, ({ user }) => user % 3),
    contexts: Array.from({ length: 50 }, (_, user) => ({ facts: [`own=${user}`] })),
  },
  actionNames: ["view"],
  actions: new Uint8Array(rows.length),
  given: {},
};

test("strangers are asked for their first items, shown as they came and without a history, and not learned from", () => {
  const [test, validation] = (["test", "validation"] as const).map((part) =>
    coldStart.task(data, { seed: 1, part }),
  );
  for (const { cases, histories, train } of [test!, validation!]) {
    expect(cases.length).toBeGreaterThan(3);
    for (const { user, positives } of cases) {
      expect([...positives]).toEqual([0, 1, 2, 3].map((step) => (user + step) % 20));
      expect(historyOf(histories, user)).toEqual({
        itemRows: new Uint32Array(0),
        context: { facts: [`own=${user}`], surface: user % 3, timestampMs: 1000 * user },
      });
      expect(historyOf(train, user).itemRows).toHaveLength(0);
    }
  }
  const asked = new Set(test!.cases.map(({ user }) => user));
  expect(validation!.cases.some(({ user }) => asked.has(user))).toBe(false);
  for (const user of asked) expect(historyOf(validation!.train, user).itemRows).toHaveLength(0);
});
