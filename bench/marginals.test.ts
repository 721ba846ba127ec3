import { expect, test } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "#base";
import { type ItemAct, marginalsOf } from "./marginals.ts";

const act = (user: number, item: number, timestampMs: number, action = "view"): ItemAct => ({
  ...{ user, item, timestampMs, action },
});

test("two people by hand: sessions, gaps, repeats, mix", () => {
  const acts = [
    ...[act(1, 7, 0), act(1, 8, 10 * MINUTE_MS, "save"), act(1, 7, 2 * HOUR_MS), act(1, 9, 14 * DAY_MS)],
    act(2, 7, 7 * DAY_MS),
  ];
  const figures = marginalsOf(acts.toReversed(), { hasTimes: true });
  expect(figures).toMatchObject({
    ...{ people: 2, "items acted on": 3, acts: 5, "acts a person, median": 1 },
    ...{ "sessions a person and week": 4 / 3, "acts a session": 5 / 4, "active days a person, median": 1 },
    "hours between sessions, median": 110 / 60,
    "share of acts with an item of an earlier session": 1 / 5,
    "share of acts with the top 1 % of items": 3 / 5,
    ...{ "share of acts stronger than a look": 1 / 5, "share of save": 1 / 5, "share of view": 4 / 5 },
  });
  expect(figures["Gini of people's acts"]).toBeCloseTo(0.3, 12); // 1 and 4
});

test("an item of ten acts a day apart is half through after four days; without times nothing is said of them", () => {
  const acts = Array.from({ length: 10 }, (_, day) => act(day, 1, day * DAY_MS));
  expect(marginalsOf(acts, { hasTimes: true })).toMatchObject({
    "days from an item's first act to half of them, median": 4,
    "days from an item's first act to nine in ten, median": 8,
  });
  const timeless = Object.keys(marginalsOf(acts, { hasTimes: false }));
  expect(timeless.filter((name) => /session|days|hours/.test(name))).toEqual([]);
});
