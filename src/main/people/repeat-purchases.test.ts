import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "#base";
import { defaultActions, defineConfig, goal } from "#declarations";
import type { Server } from "#serving";
import { asking, type Body, closeAll, fittedServer, openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";

/** @file What people will spend, over HTTP: of a goal whose events say what they are worth. */
const config = defineConfig({
  actions: defaultActions,
  goals: {
    order: goal({ action: "purchase", withinDays: 28 }),
    keep: goal({ action: "save", withinDays: 28 }),
  },
});
const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-03-01T12:00:00Z");

let platform: Platform;
let server: Server;

/** Somebody who buys every so many days for half a year, for about so much. */
function buys(userId: string, everyDays: number, worth: number, untilDaysAgo: number): object[] {
  const random = Random.of(3, userId);
  const events: object[] = [];
  for (let daysAgo = 180; daysAgo > untilDaysAgo; daysAgo -= 0.2 + random.exponential() * everyDays)
    events.push({
      ...{ type: "track", event: "purchase", userId, messageId: `${userId}-${events.length}` },
      timestamp: new Date(NOW - Math.round(daysAgo * DAY_MS)).toISOString(),
      properties: { itemId: "cup", value: worth * (0.7 + 0.6 * random.uniform()) },
    });
  return events;
}

beforeAll(async () => {
  platform = await openPlatform(await mkdtemp(join(tmpdir(), "inkling-purchases-")), { config });
  await platform.ingestion.ingestItems([{ itemId: "cup", title: "A cup", tags: ["kitchen"] }]);
  const people = Array.from({ length: 160 }, (_, n) =>
    buys(`u-${n}`, 8 + (n % 7) * 6, 15 * 1.6 ** (n % 6), n % 5 < 2 ? 90 : 0),
  );
  const known = [...buys("often", 5, 60, 0), ...buys("gone", 5, 60, 120)];
  const looking = { type: "track", event: "view", userId: "looks", properties: { itemId: "cup" } };
  await platform.ingestion.ingestMessages([
    ...people.flat(),
    ...known,
    { ...looking, timestamp: new Date(NOW).toISOString() },
  ]);
  server = await fittedServer(platform);
});
afterAll(() => closeAll(platform, server));

const { get, post } = asking(() => server);
const foretold = async (userId: string): Promise<Body> =>
  (await get(`/v1/users/${userId}?include=predictions`)).predictions;

test("purchases and their value are foretold of customers, with version, time and drivers; of goals without a value nothing", async () => {
  const often = await foretold("often");
  expect(often).toMatchObject({ version: expect.any(String), asOf: expect.stringMatching(/^2026/) });
  const [order, ...others] = often.repeatPurchases;
  expect(others).toEqual([]);
  expect(order).toMatchObject({ goal: "order", withinDays: 28 });
  expect(order.purchases).toBeGreaterThan(2.5);
  expect(order.purchases).toBeLessThan(8);
  expect(order.valuePerPurchase).toBeGreaterThan(50);
  expect(order.value).toBeCloseTo(order.purchases * order.valuePerPurchase, 9);
  expect(order.drivers).toHaveLength(3);
  const [left] = (await foretold("gone")).repeatPurchases;
  expect(left.probabilityAlive).toBeLessThan(0.2 * order.probabilityAlive);
  expect((await foretold("looks")).repeatPurchases).toBeUndefined();
});

test("a purchase shows in the next answer", async () => {
  const [before] = (await foretold("gone")).repeatPurchases;
  const timestamp = new Date(NOW + 1000).toISOString();
  const properties = { itemId: "cup", value: 500 };
  await post("/v1/track", { userId: "gone", event: "purchase", timestamp, properties });
  const [after] = (await foretold("gone")).repeatPurchases;
  expect(after.probabilityAlive).toBeGreaterThan(before.probabilityAlive);
  expect(after.valuePerPurchase).toBeGreaterThan(before.valuePerPurchase);
});
