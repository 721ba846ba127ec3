import { expect, test } from "vitest";
import { describeServedList } from "./describe-served-list.ts";

test("a served list is shown stage by stage, then item by item, and commands no terminal", () => {
  const source = { budget: 5, proposed: 9, kept: 5, unique: 3, shared: { fresh: 2 }, ms: 1.234 };
  const shown = describeServedList({
    recommendationId: "r-1",
    userId: "anna\x1b[2J",
    surface: "home",
    servedAtMs: Date.UTC(2026, 2, 1),
    asOfMs: 0,
    condition: { topic: "art" },
    isColdStart: false,
    offset: 10,
    seed: "r-0",
    versions: { personal: { name: "ease", version: "0001" } },
    items: [
      {
        itemId: "i-1",
        score: 0.5,
        source: "personal",
        reasons: [{ kind: "topic", text: "About art", evidence: [] }],
      },
      {
        itemId: "i-20",
        score: 0.25,
        source: "fresh",
        placement: "explored",
        probability: 0.025,
        reasons: [],
      },
    ],
    trace: {
      sources: [
        { name: "personal", outcome: "ok", ...source },
        { name: "fresh", outcome: "late", ...source },
      ],
      filters: [{ name: "seen", in: 12, kept: 9 }],
      scorer: { name: "fusion", in: 9, kept: 9, ms: 0.5 },
      selector: { name: "blend", in: 9, kept: 2, ms: 0.25 },
      hydrators: [],
      ms: 2.5,
    },
  });
  expect(shown.split("\n")).toEqual([
    "r-1  home for anna\ufffd[2J, about topic art, from place 10",
    "served 2026-03-01T00:00:00.000Z by personal ease 0001",
    "",
    "stage            in  kept  ms",
    "source/personal   9     5  1.23  5 wanted, 3 its own, 2 also in fresh",
    "source/fresh      0     0  1.23  late, left out",
    "filter/seen      12     9",
    "scorer/fusion     9     9  0.50",
    "selector/blend    9     2  0.25",
    "all                     2  2.50",
    "",
    "10  i-1   0.5000  personal                             About art",
    "11  i-20  0.2500  fresh, explored, probability 0.0250",
  ]);
});
