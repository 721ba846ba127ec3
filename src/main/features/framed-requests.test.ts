/** @file Features that are asked for again and again: requests known by what is around their ids are answered as those read whole. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ignoreProgress } from "#base";
import { count, defaultActions, defineConfig, event, events, feature, last } from "#declarations";
import type { Server } from "#serving";
import { openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";

const config = defineConfig({
  actions: defaultActions,
  features: [
    feature("saves_7d", { from: events("save"), aggregate: count(), window: "7d" }),
    feature("saves", { from: events("save"), aggregate: count() }),
    feature("last_surface", { from: events("save"), aggregate: last(event.surface), view: "places" }),
  ],
});
const NOW = Date.parse("2026-03-01T12:00:00Z");
const names = ["saves_7d", "saves", "places:last_surface", "nobody_knows"];
let folder: string;
let platform: Platform;
let server: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-framed-"));
  platform = await openPlatform(folder, { config });
  await platform.ingestion.ingestMessages(
    Array.from({ length: 60 }, (_, n) => ({
      ...{ type: "track", event: "save", userId: n % 3 === 0 ? "ann" : "bänd", messageId: `${n}` },
      timestamp: new Date(NOW - n * 6 * 3_600_000).toISOString(),
      properties: { itemId: "cup", surface: n === 0 ? "küche" : "home" },
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

const ask = (ids: readonly unknown[], rest: object = {}) =>
  server.inject({
    ...{ method: "POST", url: "/get-online-features" },
    payload: { features: names, entities: { user_id: ids }, ...rest },
  });

test("the answers are those of the first time, about others and wrongly too", async () => {
  const people = [["ann"], ["bänd"], ["stranger"], ["ann", "bänd", 7], []];
  const whole: string[] = [];
  for (const [n, ids] of people.entries()) whole.push((await ask(ids, { [`unread${n}`]: true })).payload); // no two alike
  const read = async (): Promise<string[]> => {
    const answers: string[] = [];
    for (const ids of people) answers.push((await ask(ids)).payload);
    return answers;
  };
  for (let time = 0; time < 4; time++) expect(await read()).toEqual(whole);
  const [ann] = JSON.parse(whole[0]!).results.slice(2);
  expect(ann).toEqual({
    values: [20],
    statuses: ["PRESENT"],
    event_timestamps: ["2026-03-01T12:00:00.000Z"],
  });
  const wrong = await ask([["ann"]]);
  expect(wrong.statusCode).toBe(400);
  expect(wrong.json().detail).toContain("/entities/user_id/0 is ");
  expect((await ask(Array(1001).fill("ann"))).statusCode).toBe(400);
});

test("an answer says how long it is, whatever its letters", async () => {
  for (let time = 0; time < 3; time++) {
    const { payload, headers, statusCode } = await ask(["ann", "änn"]);
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "content-length": String(Buffer.byteLength(payload)),
    });
    const { results } = JSON.parse(payload);
    expect(results[0].values).toEqual(["ann", "änn"]);
    expect(results[3].values).toEqual(["küche", null]);
  }
});

test("the next read has the event", async () => {
  const before = (await ask(["cy"])).json().results[2].values;
  const save = { type: "track", event: "save", userId: "cy", messageId: "cy", timestamp: new Date(NOW) };
  await platform.ingestion.ingestMessages([{ ...save, timestamp: save.timestamp.toISOString() }]);
  expect([before, (await ask(["cy"])).json().results[2].values]).toEqual([[null], [1]]);
});

test("who did something at the first moment there is, as a clock that was reset says, is known", async () => {
  const timestamp = "1970-01-01T00:00:00Z";
  const payload = { userId: "reset", event: "save", timestamp, properties: { itemId: "cup" } };
  await server.inject({ method: "POST", url: "/v1/track", payload });
  const { results } = (await ask(["reset"])).json();
  expect(results.slice(1, 3)).toMatchObject([
    { values: [0], statuses: ["PRESENT"] },
    { values: [1], statuses: ["PRESENT"] },
  ]);
});
