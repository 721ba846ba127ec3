import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ignoreProgress } from "#base";
import {
  add,
  type Config,
  count,
  cross,
  defaultActions,
  defineConfig,
  derived,
  events,
  feature,
  item,
  lastK,
  user,
} from "#declarations";
import { INTEREST_CONTROLLED } from "#events";
import type { Server } from "#serving";
import { readEntityRows } from "#storage";
import { asking, closeAll, fittedServer, openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";
import { exportTrainingSet } from "./training-set.ts";

/** @file Training sets of features of pairs, and of what was served to several who ask. */
const NOW = Date.parse("2026-03-01T12:00:00Z");
const LATER = "2026-03-01T18:00:00Z";
const saves = feature("saves", { from: events("save"), aggregate: count() });
const clicks = feature("clicks", { from: events("click"), aggregate: count() });
const config = defineConfig({
  actions: defaultActions,
  features: [
    saves,
    clicks,
    derived("acts", add(saves, clicks)),
    feature("last_topics", { from: events("save"), aggregate: lastK(item.topic, 3) }),
    feature("saves_of_topic", {
      entity: cross(user, item.topic),
      from: events("save"),
      aggregate: count(),
      window: "30d",
    }),
  ],
});

let platform: Platform;
let server: Server;
let outer: string;

beforeAll(async () => {
  outer = await mkdtemp(join(tmpdir(), "inkling-training-set-"));
  platform = await openPlatform(join(outer, "data"), { config });
  platform.clock.observe(NOW);
  const items = [
    { itemId: "cup", tags: ["food"] },
    { itemId: "map", tags: ["travel"] },
  ];
  await platform.ingestion.ingestItems(items);
  const acts = ["save cup", "save cup", "save map", "click cup"].map((act, n) => {
    const [event, itemId] = act.split(" ");
    const timestamp = new Date(NOW - (n + 1) * 3_600_000).toISOString();
    return { type: "track", userId: "ann", event, timestamp, messageId: `e${n}`, properties: { itemId } };
  });
  await platform.ingestion.ingestMessages(acts);
  server = await fittedServer(platform);
});
afterAll(async () => {
  await closeAll(platform, server);
  await rm(outer, { recursive: true });
});

const { post } = asking(() => server);

async function exported(
  rows: string,
  names: readonly string[],
  isServed: boolean,
  by: Config = config,
): Promise<unknown[][]> {
  const [path, out] = [join(outer, "rows.csv"), join(outer, "out.parquet")];
  await writeFile(path, rows);
  const options = { out, rows: await readEntityRows(path), everyDays: 7, isServed, names };
  const { columns } = await exportTrainingSet(platform.folder, by, options, ignoreProgress);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const selected = columns.filter((name) => name !== "timestamp").join(", ");
  const read = await connection.runAndReadAll(`SELECT ${selected} FROM '${out}' ORDER BY ALL`);
  connection.closeSync();
  instance.closeSync();
  return [columns.filter((name) => name !== "timestamp"), ...read.getRows()];
}

const pairs = `user_id,topic,timestamp\nann,food,${LATER}\nann,travel,${LATER}\nann,art,${LATER}\n`;

test("a feature of a pair is joined to rows that name the pair", async () => {
  expect(await exported(pairs, ["saves", "saves_of_topic"], false)).toEqual([
    ["user_id", "topic", "saves", "saves_of_topic"],
    ["ann", "art", 3, 0],
    ["ann", "food", 3, 2],
    ["ann", "travel", 3, 1],
  ]);
});

test("what was served under one definition is no value of another of the same name, nor of what is made of it", async () => {
  const names = ["saves", "clicks", "acts"];
  await post("/get-online-features", { features: names, entities: { user_id: ["cyd"] }, log: true }); // nothing to keep
  await post("/v1/track", { userId: "cyd", event: "save", properties: { itemId: "cup" } });
  await post("/get-online-features", { features: names, entities: { user_id: ["cyd"] }, log: true });
  const row = `user_id,timestamp\ncyd,${LATER}\n`;
  const columns = ["user_id", ...names];
  await expect.poll(() => exported(row, names, true)).toEqual([columns, ["cyd", 1, 0, 1]]);
  const changed = feature("saves", { from: events("save"), aggregate: count(), window: "7d" });
  const features = [changed, clicks, derived("acts", add(changed, clicks))];
  const other = defineConfig({ actions: defaultActions, features });
  expect(await exported(row, names, true, other)).toEqual([columns, ["cyd", null, 0, null]]);
  const told = { out: join(outer, "out.parquet"), everyDays: 7, isServed: true, names };
  const { ofOtherDefinitions } = await exportTrainingSet(platform.folder, other, told, ignoreProgress);
  expect(ofOtherDefinitions).toEqual({ saves: 1, acts: 1 });
});

test("what was served before a person muted what it may be of is not joined, what was served since is", async () => {
  const names = ["saves", "last_topics"];
  const ask = () =>
    post("/get-online-features", { features: names, entities: { user_id: ["dee"] }, log: true });
  const act = (event: string, properties: object) =>
    post("/v1/track", { userId: "dee", event, properties, timestamp: new Date(platform.clock.nowMs() + 1) });
  const control = (word: string) =>
    act(INTEREST_CONTROLLED, { control: word, interestId: "food", topic: "food" });
  const row = `user_id,timestamp\ndee,${LATER}\n`;
  const columns = ["user_id", ...names];
  const topics = async () => (await exported(row, names, true))[1];
  for (const itemId of ["cup", "map"]) await act("save", { itemId });
  await ask();
  await expect.poll(topics).toMatchObject(["dee", 2, { items: ["travel", "food"] }]);
  await control("mute");
  expect(await exported(row, names, true)).toEqual([columns, ["dee", 2, null]]); // the count names no item
  platform.clock.observe(platform.clock.nowMs() + 1); // within one moment nobody knows which came first
  await ask();
  await expect.poll(topics).toMatchObject(["dee", 2, { items: ["travel"] }]);
  await control("unmute");
  expect(await topics()).toMatchObject(["dee", 2, { items: ["travel"] }]); // as it was served
});

test("what was served is joined feature by feature, of a pair to its pair, and not of what is refused since", async () => {
  const ask = (features: string[], entities: object) =>
    post("/get-online-features", { features, entities, log: true });
  await ask(["saves", "saves_of_topic"], { user_id: ["ann", "ann"], topic: ["food", "travel"] });
  await ask(["clicks"], { user_id: ["ann"] }); // another asks for others, later
  const names = ["saves", "clicks", "saves_of_topic"];
  const columns = ["user_id", "topic", ...names];
  await expect
    .poll(() => exported(pairs, names, true))
    .toEqual([columns, ["ann", "art", 3, 1, null], ["ann", "food", 3, 1, 2], ["ann", "travel", 3, 1, 1]]);
  const context = { consent: { categoryPreferences: { personalization: false } } };
  await post("/v1/identify", { userId: "ann", timestamp: new Date(NOW).toISOString(), context });
  expect(await exported(pairs, names, true)).toEqual([
    columns,
    ...["art", "food", "travel"].map((topic) => ["ann", topic, null, null, null]),
  ]);
});

test("a number that stands for several ids is refused, not taken for one of them; as text it is an id", async () => {
  const asked = (ids: string) =>
    server.inject({
      method: "POST",
      url: "/get-online-features",
      headers: { "content-type": "application/json" },
      payload: `{"features":["saves"],"entities":{"user_id":[${ids}]}}`,
    });
  for (const ids of ["7", "8", "9007199254740991"]) expect((await asked(ids)).statusCode).toBe(200);
  for (const ids of ["9007199254740993", "1e400", "7, -9007199254740993"])
    expect((await asked(ids)).json()).toMatchObject({ code: "invalid-request" });
  expect((await asked('"9007199254740993"')).statusCode).toBe(200);
});
