import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DuckDbLake, type NewLakeEvent } from "#storage";
import { readDailyEngagement, readItemEngagement } from "./item-engagement.ts";

let folder: string;
let lake: DuckDbLake;
const DAY_MS = 86_400_000;
const start = Date.parse("2026-01-01T12:00:00Z");

function event(logOffset: number, userId: string, name: string, itemId: string, day: number): NewLakeEvent {
  return {
    ...{ userId, name, itemId, logOffset, eventId: `e-${logOffset}`, kind: "track", surface: null },
    ...{ timestampMs: start + day * DAY_MS, receivedAtMs: start, properties: null, traits: null, rest: null },
    ...{ consent: null, dwellMs: null, value: null, slateId: null, position: null },
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-engagement-"));
  lake = await DuckDbLake.open(folder, { bucketCount: 2 });
  const rows = [
    event(0, "ann", "impression", "it's", 0),
    event(1, "ann", "save", "it's", 0),
    event(2, "ben", "click", "it's", 2),
    event(3, "ben", "save", "it's", 2),
    event(4, "cas", "impression", "it's", 2),
    event(5, "cas", "save", "other", 2),
  ];
  await lake.write(rows, { partition: 1, from: 0, to: 6 });
});
afterAll(async () => {
  await lake.close();
  await rm(folder, { recursive: true });
});

test("counts by day and action, and who did most; seeing it is not engaging with it", async () => {
  expect(await readItemEngagement(lake, "it's")).toEqual({
    days: [
      { day: "2026-01-01", counts: { impression: 1, save: 1 } },
      { day: "2026-01-03", counts: { click: 1, impression: 1, save: 1 } },
    ],
    people: 2,
    engagers: [
      { userId: "ben", events: 2, lastAt: "2026-01-03T12:00:00.000Z" },
      { userId: "ann", events: 1, lastAt: "2026-01-01T12:00:00.000Z" },
    ],
  });
});

test("an item nobody met has nothing, whatever its id would be in SQL", async () => {
  for (const id of ["none", "' or 1=1 --"])
    expect(await readItemEngagement(lake, id)).toEqual({ days: [], people: 0, engagers: [] });
});

test("days of several items are counted together", async () => {
  expect(await readDailyEngagement(lake, ["it's", "other", "none"])).toEqual([
    { day: "2026-01-01", counts: { impression: 1, save: 1 } },
    { day: "2026-01-03", counts: { click: 1, impression: 1, save: 2 } },
  ]);
  expect(await readDailyEngagement(lake, [])).toEqual([]);
});
