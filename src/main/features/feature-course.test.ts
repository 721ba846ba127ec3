import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ignoreProgress, Random } from "#base";
import { count, defaultActions, defineConfig, events, feature, item } from "#declarations";
import type { Server } from "#serving";
import { asking, type Body, openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";

/** @file A feature of a person at earlier moments, against counting what they did. */
const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-03-01T12:00:00Z");
const config = defineConfig({
  actions: defaultActions,
  features: [
    feature("saves_7d", { from: events("save"), aggregate: count(), window: "7d" }),
    feature("saves", { from: events("save"), aggregate: count() }),
    feature("saves_by_topic", {
      from: events("save"),
      keyedBy: item.topic,
      aggregate: count(),
      window: "7d",
    }),
    feature("item_saves", { entity: item, from: events("save"), aggregate: count(), window: "7d" }),
  ],
});
const random = new Random(3);
/** Times at which each saved the cup, oldest first: one within the longest window, one for much longer, with rows sealed long ago. */
const saved: Readonly<Record<string, readonly number[]>> = {
  short: Array.from({ length: 300 }, (_, n) => NOW - 5 * DAY_MS + n * 1_300_000 + random.integer(1000)),
  few: [NOW - 9 * DAY_MS, NOW - 3 * DAY_MS, NOW - DAY_MS],
  long: Array.from({ length: 400 }, (_, n) => NOW - 60 * DAY_MS + n * 12_900_000 + random.integer(1000)),
};

let folder: string;
let platform: Platform;
let server: Server;
const { get, post } = asking(() => server);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-course-"));
  platform = await openPlatform(folder, { config });
  platform.clock.observe(NOW);
  await platform.ingestion.ingestItems([{ itemId: "cup", tags: ["craft"] }]);
  for (const [userId, times] of Object.entries(saved))
    await platform.ingestion.ingestMessages(
      times.map((ms, n) => ({
        ...{ type: "track", userId, event: "save", messageId: `${userId}-${n}` },
        ...{ timestamp: new Date(ms).toISOString(), properties: { itemId: "cup" } },
      })),
    );
  await platform.fit([{ name: "popularity" }, { name: "popularity" }], { progress: ignoreProgress });
  server = await platform.createServer({});
});
afterAll(async () => {
  await server.close();
  await platform.close();
  await rm(folder, { recursive: true });
});

const course = (userId: string, name: string): Promise<Body> =>
  get(`/v1/users/${userId}/features/${name}/course`);

/** Saves within so long up to a moment. */
function counted(userId: string, at: string, spanMs: number): number {
  return saved[userId]!.filter((ms) => ms <= Date.parse(at) && ms > Date.parse(at) - spanMs).length;
}

test("at every moment for which the rows are kept the value is what was done until then, and the last is that of now", async () => {
  for (const [userId, length] of [
    ["short", 40],
    ["long", undefined],
  ] as const) {
    const { past, version } = await course(userId, "saves_7d");
    expect(version).toMatch(/^[0-9a-f]{12}$/);
    if (length !== undefined) expect(past).toHaveLength(length);
    for (const { at, value } of past)
      expect([userId, at, value]).toEqual([userId, at, counted(userId, at, 7 * DAY_MS)]);
    const body = { features: ["saves_7d"], entities: { user_id: [userId] } };
    expect((await post("/get-online-features", body)).results[1].values).toEqual([past.at(-1).value]);
  }
  const { past } = await course("short", "saves_by_topic");
  expect(past.at(-1).value).toEqual({ craft: 300 });
});

test("of a lifetime every moment is told while all rows are kept, and none once some are summed up", async () => {
  const { past } = await course("few", "saves");
  for (const { at, value } of past)
    expect([at, value]).toEqual([at, counted("few", at, Number.POSITIVE_INFINITY)]);
  expect(past).toHaveLength(40);
  for (const userId of ["short", "long"]) expect((await course(userId, "saves")).past).toEqual([]);
});

test("what there is not is refused, naming what there is", async () => {
  expect(await course("short", "item_saves")).toMatchObject({ code: "invalid-request" });
  expect(await course("nobody", "saves")).toMatchObject({ code: "user-not-found" });
});
