import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ignoreProgress } from "#base";
import { count, cross, defaultActions, defineConfig, events, feature, item, user } from "#declarations";
import type { Server } from "#serving";
import { readEntityRows } from "#storage";
import { asking, closeAll, fittedServer, openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";
import { exportTrainingSet } from "./training-set.ts";

/** @file Training sets of features of pairs, and of what was served to several who ask. */
const NOW = Date.parse("2026-03-01T12:00:00Z");
const LATER = "2026-03-01T18:00:00Z";
const config = defineConfig({
  actions: defaultActions,
  features: [
    feature("saves", { from: events("save"), aggregate: count() }),
    feature("clicks", { from: events("click"), aggregate: count() }),
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

async function exported(rows: string, names: readonly string[], isServed: boolean): Promise<unknown[][]> {
  const [path, out] = [join(outer, "rows.csv"), join(outer, "out.parquet")];
  await writeFile(path, rows);
  const options = { out, rows: await readEntityRows(path), everyDays: 7, isServed, names };
  const { columns } = await exportTrainingSet(platform.folder, config, options, ignoreProgress);
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
