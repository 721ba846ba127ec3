/** @file Features by the whole platform: declared, streamed, served in Feast's JSON, changed, forgotten and replayed. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ignoreProgress } from "#base";
import {
  approxUniqueCount,
  average,
  count,
  cross,
  defaultActions,
  defineConfig,
  derived,
  divide,
  engagement,
  event,
  events,
  feature,
  item,
  last,
  lastK,
  sum,
  user,
} from "#declarations";
import { FEATURE_FORMAT } from "#features";
import type { Server } from "#serving";
import { openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";
import { replay } from "../upkeep/replay.ts";
import { lookAtHealth } from "./feature-health.ts";
import { applyChange, planChange } from "./features.ts";
import { exportTrainingSet } from "./training-set.ts";

const saves = feature("saves_7d", { from: events("save"), aggregate: count(), window: "7d" });
const clicks = feature("clicks", {
  from: events("click"),
  aggregate: count(),
  view: "clicking",
  owner: "growth",
});
const config = defineConfig({
  actions: defaultActions,
  features: [
    saves,
    clicks,
    feature("saves_by_topic_7d", {
      from: events("save"),
      keyedBy: item.topic,
      aggregate: count(),
      window: "7d",
    }),
    feature("dwell", { from: events("click"), aggregate: average(event.dwellMs), window: "30d" }),
    feature("last_surface", { from: events("click"), aggregate: last(event.surface), ttl: "1d" }),
    feature("ads", { from: events("save"), aggregate: count(), purpose: "advertising" }),
    derived("saves_per_click", divide(saves, clicks)),
    feature("item_saves_7d", { entity: item, from: events("save"), aggregate: count(), window: "7d" }),
    feature("saved_prices", { from: events("save"), aggregate: sum(item.number("price")) }),
    feature("saved_topics", { from: events("save"), aggregate: lastK(item.topic, 3, { distinct: true }) }),
    feature("item_people", { entity: item, from: engagement, aggregate: approxUniqueCount(event.userId) }),
    feature("saves_of_topic_30d", {
      entity: cross(user, item.topic),
      from: events("save"),
      aggregate: count(),
      window: "30d",
    }),
  ],
  featureServices: { ranking: ["saves_7d", "clicks"] },
});
const NOW = Date.parse("2026-03-01T12:00:00Z");

let folder: string;
let platform: Platform;
let server: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-features-"));
  await open(config);
  await post("/v1/items", {
    items: [
      { itemId: "cup", tags: ["food", "craft"] },
      { itemId: "map", tags: ["travel"] },
    ],
  });
  await post("/v1/batch", {
    batch: [
      act("ann", "save", "cup", 1, {}),
      act("ann", "save", "map", 26, {}),
      act("ann", "save", "cup", 24 * 8, {}),
      act("ann", "click", "cup", 2, { dwellMs: 100, surface: "home" }),
      act("ann", "click", "cup", 30, { dwellMs: 300, surface: "search" }),
      act("bob", "click", "map", 50, { surface: "home" }),
    ],
  });
});
afterAll(async () => {
  await server.close();
  await platform.close();
  await rm(folder, { recursive: true });
});

async function open(wanted: Parameters<typeof defineConfig>[0]): Promise<void> {
  platform = await openPlatform(folder, { config: wanted, onNotice: (text) => notices.push(text) });
  if (!(await platform.models.serving())) {
    platform.clock.observe(NOW);
    await platform.ingestion.ingestMessages([act("zoe", "view", "cup", 0, {})]);
    await platform.fit([{ name: "popularity" }, { name: "popularity" }], {
      progress: ignoreProgress,
    });
  }
  server = await platform.createServer({});
}

const notices: string[] = [];

function act(userId: string, event: string, itemId: string, hoursAgo: number, properties: object) {
  return {
    type: "track",
    userId,
    event,
    messageId: `${userId}-${event}-${hoursAgo}`,
    timestamp: new Date(NOW - hoursAgo * 3_600_000).toISOString(),
    properties: { itemId, ...properties },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads answers as a stranger does
async function post(url: string, payload: object): Promise<any> {
  return (await server.inject({ method: "POST", url, payload })).json();
}

test("the answer is Feast's: names, then one result for each name with one value for each person", async () => {
  const answer = await post("/get-online-features", {
    features: [
      "user:saves_7d",
      "clicking:clicks",
      "saves_by_topic_7d",
      "dwell",
      "last_surface",
      "saves_per_click",
      "nope",
      "user:clicks",
    ],
    entities: { user_id: ["ann", "bob", "nobody"] },
  });
  const none = "1970-01-01T00:00:00Z";
  const ago = (hours: number): string => new Date(NOW - hours * 3_600_000).toISOString();
  expect(answer.metadata.feature_names).toEqual([
    ...[
      "user_id",
      "saves_7d",
      "clicks",
      "saves_by_topic_7d",
      "dwell",
      "last_surface",
      "saves_per_click",
      "nope",
      "clicks",
    ],
  ]);
  const absent = { value: null, status: "NOT_FOUND", time: none };
  const rows = answer.results.map(
    (result: { values: unknown[]; statuses: string[]; event_timestamps: string[] }) =>
      result.values.map((value, n) => ({
        value,
        status: result.statuses[n],
        time: result.event_timestamps[n],
      })),
  );
  const present = (value: unknown, hours: number, status = "PRESENT") => ({
    value,
    status,
    time: ago(hours),
  });
  expect(rows).toEqual([
    ["ann", "bob", "nobody"].map((value) => ({ value, status: "PRESENT", time: none })),
    [present(2, 1), { value: 0, status: "PRESENT", time: none }, absent],
    [present(2, 2), present(1, 50), absent],
    [present({ craft: 1, food: 1, travel: 1 }, 1), { value: {}, status: "PRESENT", time: none }, absent],
    [present(200, 2), { value: null, status: "NULL_VALUE", time: none }, absent],
    [present("home", 2), present("home", 50, "OUTSIDE_MAX_AGE"), absent],
    [present(1, 1), present(0, 50), absent],
    [absent, absent, absent],
    [absent, absent, absent],
  ]);
});

test("a service stands for its features; what is not there is told, with what is", async () => {
  const named = await post("/get-online-features", {
    feature_service: "ranking",
    entities: { user: ["ann"] },
    full_feature_names: true,
  });
  expect(named.metadata.feature_names).toEqual(["user", "user__saves_7d", "clicking__clicks"]);
  expect(named.results.map(({ values }: { values: unknown[] }) => values)).toEqual([["ann"], [2], [2]]);
  const stranger = await post("/get-online-features", {
    ...{ features: ["clicks"], entities: { driver_id: [1001] } },
  });
  expect(stranger.results).toEqual([
    { values: [1001], statuses: ["PRESENT"], event_timestamps: ["1970-01-01T00:00:00Z"] },
    { values: [null], statuses: ["NOT_FOUND"], event_timestamps: ["1970-01-01T00:00:00Z"] },
  ]);
  const faults = [
    await post("/get-online-features", { feature_service: "constructor", entities: { user: [] } }),
    await post("/get-online-features", { features: ["clicks"], entities: {} }),
  ];
  expect(faults[0].detail).toBe('feature_service is "constructor"; declared: ranking');
  expect(faults.map(({ code, status }) => [code, status])).toEqual(Array(2).fill(["invalid-request", 400]));
});

test("items, and people with a topic, are asked for in rows across lists of ids", async () => {
  const answer = await post("/get-online-features", {
    features: ["item:item_saves_7d", "item_people", "saves_of_topic_30d", "clicks"],
    entities: {
      user_id: ["ann", "bob", "ann"],
      item_id: ["cup", "map", "nothing"],
      topic: ["food", "food", "travel"],
    },
  });
  const found = { PRESENT: "PRESENT", NOT_FOUND: "NOT_FOUND" };
  expect(answer.metadata.feature_names).toEqual([
    ...["user_id", "item_id", "topic", "item_saves_7d", "item_people", "saves_of_topic_30d", "clicks"],
  ]);
  expect(answer.results.slice(3)).toMatchObject([
    { values: [1, 1, null], statuses: [found.PRESENT, found.PRESENT, found.NOT_FOUND] },
    { values: [2, 2, null] }, // zoe viewed the cup
    { values: [2, 0, 1], statuses: [found.PRESENT, found.PRESENT, found.PRESENT] },
    { values: [2, 1, 2] },
  ]);
  const alone = await post("/get-online-features", {
    features: ["item_saves_7d", "saves_of_topic_30d"],
    entities: { item_id: ["cup"] },
  });
  expect(alone.results.slice(1)).toMatchObject([{ values: [1] }, { statuses: ["NOT_FOUND"] }]);
  const uneven = await post("/get-online-features", {
    features: ["clicks"],
    entities: { user_id: ["ann"], topic: ["food", "travel"] },
  });
  expect(uneven.message ?? uneven.detail).toContain("topic has 2 ids and user_id has 1");
});

test("the next read has the event, and the profile the features", async () => {
  await post("/v1/batch", { batch: [act("ann", "save", "map", 0.5, {})] });
  const { features } = (
    await server.inject("/v1/users/ann?include=features&features=ranking,saves_by_topic_7d")
  ).json();
  expect(features).toMatchObject({
    saves_7d: {
      value: 3,
      status: "PRESENT",
      asOf: new Date(NOW - 1_800_000).toISOString(),
      version: expect.stringMatching(/^[0-9a-f]{12}$/),
    },
    clicks: { value: 2 },
    saves_by_topic_7d: { value: { craft: 1, food: 1, travel: 2 } },
  });
  const { features: forAds } = (
    await server.inject("/v1/users/ann?include=features&purpose=advertising")
  ).json();
  expect(forAds).toMatchObject({ ads: { value: 0, status: "PRESENT" } }); // nobody agreed
  expect(Object.keys(forAds)).toEqual(["ads"]);
  expect((await server.inject("/v1/users/ann?include=features&asOf=2026-03-01T11:45:00Z")).statusCode).toBe(
    400,
  );
  expect((await server.inject("/v1/users/ann")).json()).not.toHaveProperty("features");
});

test("a refusal takes the features away, and agreeing again brings back what was collected with consent", async () => {
  const choose = (isGranted: boolean, hoursAgo: number) => ({
    type: "identify",
    userId: "ann",
    messageId: `choice-${hoursAgo}`,
    timestamp: new Date(NOW - hoursAgo * 3_600_000).toISOString(),
    context: { consent: { categoryPreferences: { personalization: isGranted } } },
  });
  const read = async () =>
    (await post("/get-online-features", { features: ["saves_7d"], entities: { user: ["ann"] } })).results[1];
  await post("/v1/batch", { batch: [choose(false, 0.4)] });
  expect(await read()).toMatchObject({ values: [null], statuses: ["NOT_FOUND"] });
  await post("/v1/batch", {
    batch: [act("ann", "save", "map", 0.3, {}), choose(true, 0.2), act("ann", "save", "map", 0.1, {})],
  });
  expect(await read()).toMatchObject({ values: [4], statuses: ["PRESENT"] });
});

test("what was served and asked to be kept is joined back as it was, whatever came late, and forgotten with the person", async () => {
  const body = {
    features: ["saves_7d", "last_surface"],
    entities: { user_id: ["ann", "bob", "nobody"] },
    log: true,
  };
  const { results } = await post("/get-online-features", body);
  const rows = ["ann", "bob", "ann"].map((userId, n) => ({
    userId,
    timestampMs: n === 2 ? NOW - 1 : platform.clock.nowMs(),
  }));
  const out = join(folder, "..", "served.parquet");
  const options = { out, rows, everyDays: 7, isServed: true, names: ["saves_7d", "last_surface"] };
  const kept = async () => (await exportTrainingSet(folder, config, options, ignoreProgress)).rows;
  await expect.poll(kept).toBe(2); // nothing was served to ann before
  await post("/v1/batch", { batch: [act("ann", "save", "cup", 100, {})] });
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await kept();
  const read = await connection.runAndReadAll(
    `SELECT user_id, saves_7d, last_surface FROM '${out}' ORDER BY 1`,
  );
  expect(read.getRows()).toEqual([
    ["ann", results[1].values[0], results[2].values[0]],
    ["bob", results[1].values[1], results[2].values[1]],
  ]);
  connection.closeSync();
  instance.closeSync();
  await rm(out);
});

test("the doctor finds no skew, and the one that is planted", async () => {
  const look = (people: number) =>
    lookAtHealth(
      folder,
      { manifest: platform.manifest, services: config.featureServices, people, seed: 1, setsBaseline: false },
      ignoreProgress,
    );
  const { report } = await look(100);
  expect(report).toMatchObject({ people: 3, skewed: 0, coverage: { ranking: expect.closeTo(2 / 3) } }); // zoe has no events that a feature reads
  const { people: taken, items } = report.stateBytes;
  expect(taken.p50).toBeGreaterThan(0);
  expect(taken.most).toBeLessThan(2000);
  expect(items?.most).toBeGreaterThan(0);
  const health = new Map(report.features.map((one) => [one.name, one]));
  expect(health.get("dwell")).toMatchObject({ nullRate: expect.closeTo(2 / 3), stabilityIndex: null });
  const again = await look(100);
  expect(again.report.features.map(({ stabilityIndex }) => stabilityIndex ?? 0)).toEqual(
    report.features.map(() => 0),
  );
  expect(again.looks["clicks"]).toMatchObject([{ skew: 0, stabilityIndex: 0, at: again.report.at }]); // the clock stands
  expect(again.report.features.find(({ name }) => name === "clicks")?.spread).toMatchObject({
    now: again.report.features.find(({ name }) => name === "clicks")?.spread?.before,
  });
  expect(report).toMatchObject({ items: 2 });
  platform.health.report = report;
  const text = (await server.inject({ method: "GET", url: "/metrics" })).body;
  for (const line of [
    'skew{feature="item_people"} 0',
    'null_rate{feature="dwell"} 0.6',
    'coverage{service="ranking"} 0.6',
    `state_bytes{of="most"} ${taken.most}`,
  ])
    expect(text).toContain(`inkling_feature_${line}`);
  expect((await server.inject({ method: "GET", url: "/v1/features/health" })).json()).toMatchObject({
    items: 2,
    skewed: 0,
  });
  // A byte of somebody's state changes: where bob clicked.
  const key = Buffer.from("ubob\0fh");
  const [head] = await platform.state.get([key]);
  const wrong = Buffer.from(head!);
  wrong[wrong.length - 1]! ^= 1;
  await platform.state.write([{ kind: "put", key, value: wrong }]);
  expect((await look(100)).report.skewed).toBeGreaterThan(0);
  await platform.state.write([{ kind: "put", key, value: head! }]);
  expect((await look(100)).report.skewed).toBe(0);
});

test("an item's attribute is aggregated as it was when the event came, whatever was said of the item later", async () => {
  const read = async (): Promise<unknown[]> => {
    const asked = { features: ["saved_prices", "saved_topics"], entities: { user_id: ["cy"] } };
    const { results } = await post("/get-online-features", asked);
    return results.slice(1).map(({ values }: { values: unknown[] }) => values[0]);
  };
  const put = (said: object) => post("/v1/items", { items: [{ itemId: "pen", ...said }] });
  const save = (hoursAgo: number) => post("/v1/batch", { batch: [act("cy", "save", "pen", hoursAgo, {})] });
  await save(9); // met, and nothing said of it yet
  await put({ tags: ["craft"], attributes: { price: 5 } });
  expect(await read()).toEqual([0, []]);
  await save(8);
  await put({ title: "Pen" }); // says nothing of tags or attributes
  await save(7);
  await put({ tags: ["office", "craft"], attributes: { price: 8 } });
  expect(await read()).toEqual([10, ["craft"]]);
  await save(6);
  await post("/v1/batch", { batch: [act("cy", "save", "pen", 8, {})] }); // sent again, now that the price is another
  expect(await read()).toEqual([18, ["office", "craft"]]);
});

test("a replay gives the same bytes, and an erased person is gone", async () => {
  const erasureId = await platform.erasures.begin(["bob"]);
  await platform.erasures.settled();
  const receipt = await platform.erasures.receipt(erasureId);
  expect(receipt).toMatchObject({ status: "done", verification: { traces: { "served-features": 0 } } });
  expect(receipt?.stores.find(({ name }) => name === "served-features")?.removed).toEqual({ records: 1 });
  const { results } = await post("/get-online-features", {
    features: ["clicks"],
    entities: { user: ["bob", "ann"] },
  });
  expect(results[1]).toMatchObject({ values: [null, 2], statuses: ["NOT_FOUND", "PRESENT"] });
  await server.close();
  await platform.close();
  expect(await replay(folder, { keepsRebuilt: false }, ignoreProgress)).toMatchObject({ isIdentical: true });
  await open(config);
});

test("features in the format of an earlier version are made anew when the folder is opened", async () => {
  const ask = () =>
    post("/get-online-features", {
      features: ["clicks", "dwell", "saved_prices"],
      entities: { user: ["ann", "cy"] },
    });
  const before = await ask();
  const key = Buffer.from("uann\0fh");
  await platform.state.write([{ kind: "put", key, value: Buffer.of(1, 0, 0, 0, 0) }]);
  await server.close();
  await platform.close();
  const path = join(folder, "inkling.json");
  const manifest = JSON.parse(await readFile(path, "utf8"));
  delete manifest.features.format; // as they were written then
  await writeFile(path, JSON.stringify(manifest));
  expect(await planChange(folder, config)).toMatchObject({
    isInterrupted: false,
    isOfEarlierFormat: true,
    needsBackfill: true,
  });
  await open(config);
  expect(await ask()).toEqual(before);
  expect(platform.manifest).toEqual({
    ...manifest,
    features: { ...manifest.features, format: FEATURE_FORMAT },
  });
});

test("other definitions are told, planned, applied with a backfill, and then the state is what a replay makes", async () => {
  const changed = defineConfig({
    ...config,
    features: [
      feature("saves_7d", { from: events("save"), aggregate: count(), window: "30d" }),
      { ...clicks, owner: "search" },
      feature("clicks_ever_by_surface", {
        from: events("click"),
        keyedBy: event.surface,
        aggregate: count(),
        window: "60d",
      }),
    ],
    featureServices: {},
  });
  await server.close();
  await platform.close();
  expect(await planChange(folder, config)).toMatchObject({
    added: [],
    removed: [],
    changed: [],
    needsBackfill: false,
    isOfEarlierFormat: false,
  });
  expect(await planChange(folder, changed)).toMatchObject({
    added: ["clicks_ever_by_surface"],
    removed: [
      "saves_by_topic_7d",
      "dwell",
      "last_surface",
      "ads",
      "saves_per_click",
      "item_saves_7d",
      "saved_prices",
      "saved_topics",
      "item_people",
      "saves_of_topic_30d",
    ],
    changed: [{ name: "saves_7d" }],
    noted: ["clicks"],
    needsBackfill: true,
  });
  await open(changed);
  expect(notices.at(-1)).toMatch(/1 added, 10 removed, 1 changed.*inkling features apply/);
  const { features, notApplied } = (await server.inject("/v1/features")).json();
  expect([features.length, notApplied.changed]).toEqual([12, ["saves_7d"]]); // as they are
  await server.close();
  await platform.close();
  expect(await applyChange(folder, changed, { isForced: false }, ignoreProgress)).toMatchObject({
    events: 16,
  });
  expect(await replay(folder, { keepsRebuilt: false }, ignoreProgress)).toMatchObject({ isIdentical: true });
  await open(changed);
  const { results } = await post("/get-online-features", {
    features: ["saves_7d", "clicks_ever_by_surface", "dwell"],
    entities: { user: ["ann"] },
  });
  expect(
    results
      .slice(1)
      .map(({ values, statuses }: { values: unknown[]; statuses: string[] }) => [values[0], statuses[0]]),
  ).toEqual([
    [6, "PRESENT"],
    [{ home: 1, search: 1 }, "PRESENT"],
    [null, "NOT_FOUND"],
  ]);
});
