import { expect, test } from "vitest";
import type { Derived } from "#declarations";
import {
  absolute,
  add,
  at,
  count,
  divide,
  entropy,
  event,
  events,
  feature,
  greater,
  lastK,
  lesser,
  log1p,
  meanVector,
  most,
  multiply,
  orElse,
  prevalence,
  ratios,
  shares,
  size,
  subtract,
  total,
  totalWhere,
} from "#declarations";
import { Catalogue } from "#events";
import type { FeatureValue } from "../aggregation.ts";
import { derive } from "./derive.ts";

const saves = feature("saves", { from: events("save"), aggregate: count() });
const absent = feature("absent", { from: events("save"), aggregate: count() });
const topics = feature("topics", { from: events("save"), keyedBy: event.surface, aggregate: count() });
const shown = feature("shown", { from: events("save"), keyedBy: event.surface, aggregate: count() });
const nothing = feature("nothing", { from: events("save"), keyedBy: event.surface, aggregate: count() });
const items = feature("items", { from: events("save"), aggregate: lastK(event.itemId, 3) });
const days = feature("days", { from: events("save"), keyedBy: event.day, aggregate: count() });
const shownDays = feature("shown_days", { from: events("save"), keyedBy: event.day, aggregate: count() });

const values: Readonly<Record<string, FeatureValue>> = {
  saves: 3,
  absent: null,
  topics: { art: 2, food: 1, none: 0, music: 1 },
  shown: { art: 8, music: 0, travel: 2 },
  nothing: {},
  items: ["a", "b", "gone", "c"],
  days: { 20000: 1, 19999: 2, 19998: 1, 19980: 9 },
  shown_days: { 20000: 2, 19999: 4, 19998: 10, 19997: 5, 19980: 9 },
};
const catalogue = new Catalogue();
for (const [itemId, vector] of [
  ["a", [1, 0]],
  ["b", [0, 3]],
  ["c", [1, 2, 3]],
] as const)
  catalogue.apply({ kind: "item", itemId, input: { vector: [...vector] } });
catalogue.apply({ kind: "item", itemId: "gone" });

const derivedValue = (derived: Derived): FeatureValue =>
  derive(derived.tree, (name) => values[name] ?? null, catalogue);

test.each<readonly [string, Derived, FeatureValue]>([
  ["3 + 2", add(saves, 2), 5],
  ["3 - 2", subtract(saves, 2), 1],
  ["3 * 2", multiply(saves, 2), 6],
  ["3 / 2", divide(saves, 2), 1.5],
  ["3 / 0", divide(saves, 0), null],
  ["the lesser", lesser(saves, 2), 2],
  ["the greater", greater(saves, 2), 3],
  ["absent + 1", add(absent, 1), null],
  ["absent, or else 7", orElse(absent, 7), 7],
  ["ln 4", log1p(saves), Math.log(4)],
  ["|-3|", absolute(subtract(0, saves)), 3],
  ["under a key", at(topics, "art"), 2],
  ["under no key", at(topics, "law"), 0],
  ["2 + 1 + 0 + 1", total(topics), 4],
  ["keys above zero", size(topics), 3],
  ["half, quarter, quarter: 1.5 bits", entropy(topics), 1.5],
  ["of nothing", entropy(nothing), 0],
  ["the greatest", most(topics), "art"],
  ["of nothing", most(nothing), null],
  ["parts of 4", shares(topics), { art: 0.5, food: 0.25, music: 0.25, none: 0 }],
  ["of nothing", shares(nothing), {}],
  ["2 / (8 + 2), 1 / (0 + 2), 0 / (2 + 2)", ratios(topics, shown, 2), { art: 0.2, music: 0.5, travel: 0 }],
  ["1 / 0 is left out", ratios(topics, shown), { art: 0.25, travel: 0 }],
  ["only what was shown", totalWhere(topics, shown), 2],
  // Today 1/2; the 14 days before 2/4, 1/10, 0/5: the median is 0.1. What is older does not count.
  ["today less the habit", prevalence(days, shownDays, 14), 0.4],
  ["without a habit", prevalence(days, nothing, 14), null],
  ["vectors as long as the first", meanVector(items), [0.5, 1.5]],
])("%s", (_, derived, expected) => {
  expect(derivedValue(derived)).toEqual(expected);
});
