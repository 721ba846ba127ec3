import { expect, test } from "vitest";
import { EngagementList, ORDER_EPOCH_MS } from "./engagement-list.ts";

test("real times sort the rows, and rows of the same time keep the order of the file", () => {
  const list = new EngagementList("utc", ["view", "like"]);
  list.push({ user: 0, item: 0, action: 0, timestampMs: 20, details: { name: "third" } });
  list.push({ user: 1, item: 1, action: 1, timestampMs: 10, value: 4 });
  list.push({ user: 0, item: 2, action: 1, timestampMs: 10, details: { name: "second" } });
  const engagements = list.finish();
  expect([...engagements.items]).toEqual([1, 2, 0]);
  expect([...engagements.users]).toEqual([1, 0, 0]);
  expect([...engagements.actions]).toEqual([1, 1, 0]);
  expect([...engagements.timestampsMs]).toEqual([10, 10, 20]);
  expect([...engagements.values!]).toEqual([4, Number.NaN, Number.NaN]);
  expect([0, 1, 2].map(engagements.details!)).toEqual([{}, { name: "second" }, { name: "third" }]);
});

test("without times each person's rows are one second apart from 2000-01-01", () => {
  const list = new EngagementList("order", ["save"]);
  for (const user of [7, 3, 7, 7]) list.push({ user, item: 0, action: 0, timestampMs: 99 });
  const engagements = list.finish();
  expect(new Date(ORDER_EPOCH_MS).toISOString()).toBe("2000-01-01T00:00:00.000Z");
  expect(Array.from(engagements.timestampsMs, (timeMs) => timeMs - ORDER_EPOCH_MS)).toEqual([
    0, 0, 1000, 2000,
  ]);
  expect(engagements.values).toBeUndefined();
  expect(engagements.details).toBeUndefined();
});
