import { expect, test } from "vitest";
import { formatFeature } from "../../words/values.ts";
import { definitionSentence, driftWords, isDrifted, paritySentence, sourcesOf } from "./feature-words.ts";

const DAY_MS = 86_400_000;
const saves = {
  kind: "aggregate",
  definition: {
    from: { kind: "engagement", actions: ["save"] },
    aggregate: { kind: "count" },
    window: { kind: "sliding", ms: 7 * DAY_MS },
    keyedBy: { op: "item", field: "topic" },
  },
};
const perClick = {
  kind: "derived",
  definition: {
    expression: {
      op: "divide",
      left: { op: "feature", name: "saves" },
      right: { op: "feature", name: "clicks" },
    },
  },
};

test("a definition in one line, and what it is made of", () => {
  expect(definitionSentence(saves)).toBe("count of save, 7 days, by key");
  expect(definitionSentence(perClick)).toBe("made of saves and clicks");
  expect(sourcesOf(saves)).toEqual(["save"]);
  expect(sourcesOf(perClick)).toEqual(["saves", "clicks"]);
});

test("parity and drift in words", () => {
  expect(paritySentence({ compared: 9, skewed: 0 })).toBe("each as the log says");
  expect(paritySentence({ compared: 9, skewed: 2 })).toBe("2 values are not what the log says");
  const drift = (stabilityIndex: number | null, indexByChance: number | null) => ({
    stabilityIndex,
    indexByChance,
  });
  const found = [drift(null, null), drift(0.05, 0.1), drift(0.2, 0.1), drift(0.4, 0.1), drift(0.4, 0.7)];
  expect(found.map(driftWords)).toEqual([
    "–",
    "0.05 stable",
    "0.20 moving",
    "0.40 drifted",
    "0.40 by chance",
  ]);
  expect(found.map(isDrifted)).toEqual([false, false, false, true, false]);
});

test("values of any type", () => {
  const values = [null, 1200, 0.98765, "home", ["a", 2], [], { home: 3, search: 1 }];
  expect(values.map(formatFeature)).toEqual([
    "–",
    "1,200",
    "0.988",
    "home",
    "a, 2",
    "none",
    "home 3, search 1",
  ]);
});
