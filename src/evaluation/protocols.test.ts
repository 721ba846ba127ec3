import { expect, test } from "vitest";
import { historyOf } from "#sequences";
import { coldStart } from "./cold-start.ts";
import { dataOf, rings, tableOf } from "./fake-models.cases.ts";
import { futureWindow } from "./future-window.ts";
import { looFull } from "./loo-full.ts";
import { protocolNamed, protocols } from "./protocols.ts";
import type { EvaluationPart } from "./task.ts";

const parts: readonly EvaluationPart[] = ["validation", "test"];
const data = dataOf(rings(60, 12, 300));

test("every protocol is found by its name, and an unknown one is answered with the known", () => {
  for (const protocol of protocols) expect(protocolNamed(protocol.name)).toBe(protocol);
  expect(() => protocolNamed("guess")).toThrow(
    expect.objectContaining({ code: "unknown-protocol", message: expect.stringContaining("ncf, loo-full") }),
  );
});

test.each(protocols)(
  "$name never trains on what it asks, and never draws what the person touched",
  (protocol) => {
    for (const part of parts) {
      const task = protocol.task(data, { seed: 1, part });
      expect(task.cases.length).toBeGreaterThan(0);
      for (const { user, positives, negatives } of task.cases) {
        const known = historyOf(task.histories, user).itemRows;
        for (const item of positives) expect(known).not.toContain(item);
        for (const item of negatives ?? []) expect([...known, ...positives]).not.toContain(item);
      }
    }
  },
);

/** Those that learn from the people they ask, and number items as the data does. */
const ofKnownPeople = protocols.filter((protocol) => {
  const { train, histories } = protocol.task(data, { seed: 1, part: "test" });
  return train === histories && train.itemCount === data.interactions.itemCount;
});

test.each(ofKnownPeople)("$name's validation is carved out of what the test trains on", (protocol) => {
  const test = protocol.task(data, { seed: 1, part: "test" });
  const validation = protocol.task(data, { seed: 1, part: "validation" });
  for (let user = 0; user < 60; user++) {
    const trained = new Set(historyOf(test.train, user).itemRows);
    for (const item of historyOf(validation.train, user).itemRows) expect(trained.has(item)).toBe(true);
  }
  for (const { user, positives } of validation.cases)
    for (const item of positives) expect(historyOf(test.train, user).itemRows).toContain(item);
});

test.each(protocols)("$name asks the same for the same seed", (protocol) => {
  const ask = (seed: number) => protocol.task(data, { seed, part: "test" });
  expect(ask(5)).toEqual(ask(5));
  if (protocol !== looFull && protocol !== futureWindow) expect(ask(6).cases).not.toEqual(ask(5).cases);
});

test.each(protocols)("$name says so when nothing can be held out", (protocol) => {
  // A stranger's first engagement is asked for without another.
  const lonely = dataOf(tableOf(protocol === coldStart ? [[], []] : [[1], [2]], 5));
  expect(() => protocol.task(lonely, { seed: 1, part: "test" })).toThrow(
    expect.objectContaining({ code: "no-data" }),
  );
});
