/** @file Training sets: nothing of the future leaks into a feature, labels are of the future alone, and DuckDB reads what is written. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY_MS, type EventId, HistoricalClock, ignoreProgress, Random, type UserId } from "#base";
import {
  count,
  defaultPurposes,
  event,
  events,
  type FeatureDefinition,
  feature,
  item,
  label,
  lastK,
  purposesOf,
  sum,
} from "#declarations";
import {
  Actions,
  Catalogue,
  encodeEvent,
  encodeSharedRecord,
  IdentityGraph,
  SHARED_PARTITION,
  type StoredEvent,
} from "#events";
import { Applier } from "#sequences";
import { LmdbStateStore, SegmentedEventLog, writeParquet } from "#storage";
import { columnTypeOf } from "../definition/value-type.ts";
import { manyFeatures, testActions } from "../many-features.cases.ts";
import { getHistoricalFeatures, type HistoricalQuery } from "./historical-features.ts";

const START_MS = Date.UTC(2026, 0, 1);
const SPAN_MS = 60 * DAY_MS;
const purposes = purposesOf({ actions: testActions, purposes: defaultPurposes });
const within7d = label("saves_within_7d", { from: events("save"), aggregate: count(), within: "7d" });
let root: string;
let made = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "inkling-history-"));
});
afterAll(() => rm(root, { recursive: true }));

function makeEvents(random: Random, count: number): StoredEvent[] {
  return Array.from({ length: count }, (_, n) => {
    const timestampMs = START_MS + Math.floor(random.uniform() * SPAN_MS);
    return {
      kind: "track",
      eventId: `e${n}` as EventId,
      userId: `u${random.integer(5)}` as UserId,
      name: ["view", "save", "impression"][random.integer(3)]!,
      timestampMs,
      receivedAtMs: timestampMs,
      properties: {
        itemId: `i${random.integer(6)}`,
        value: random.normal(),
        price: random.integer(9),
        surface: "home",
      },
      traits: {},
      rest: {},
    };
  });
}

async function trainingSet(
  given: readonly StoredEvent[],
  rows: HistoricalQuery["rows"],
  definitions: readonly FeatureDefinition[],
) {
  const folder = join(root, String(made++));
  const log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount: 2 });
  const state = new LmdbStateStore(join(folder, "state"), new HistoricalClock(0));
  const items = Array.from({ length: 6 }, (_, n) => ({
    kind: "item" as const,
    itemId: `i${n}`,
    input: { tags: [n % 2 ? "odd" : "even"], attributes: { price: 10 * n }, vector: [n, 1] },
  }));
  const names = Object.keys(testActions).map((name) => ({ kind: "action" as const, name }));
  await log.append(SHARED_PARTITION, [...items, ...names].map(encodeSharedRecord));
  await log.append(1, given.map(encodeEvent));
  const onFailure = (error: unknown): never => {
    throw error;
  };
  const actions = new Actions(
    Object.entries(testActions).map(([name, { kind, strength, verb }]) => ({ name, kind, strength, verb })),
  );
  await (await Applier.start({ log, state, actions, onApplied: () => {}, onFailure }, () => {})).close();
  const catalogue = new Catalogue();
  for (const record of [...items, ...names]) catalogue.apply(record);
  const past = { log, state, catalogue, identity: new IdentityGraph(), lake: onFailure as never };
  const query = {
    definitions,
    labels: [within7d],
    names: definitions.map(({ name }) => name),
    actions: Object.keys(testActions),
    purposes,
    rows,
  };
  const found = [...(await getHistoricalFeatures(past, query, ignoreProgress))].sort(
    (left, right) => left.position - right.position,
  );
  await log.close();
  await state.close();
  return found;
}

test("shuffling everything that came after a row's time changes no feature of it, and does change labels", async () => {
  const random = Random.of(11, "leakage");
  const given = makeEvents(random, 400);
  const atMs = START_MS + 30 * DAY_MS;
  const rows = Array.from({ length: 5 }, (_, n) => ({ userId: `u${n}`, timestampMs: atMs }));
  const later = given.filter(({ timestampMs }) => timestampMs > atMs);
  const times = random.shuffle(later.map(({ timestampMs }) => timestampMs));
  const users = random.shuffle(later.map(({ userId }) => userId));
  const names = random.shuffle(later.map(({ name }) => name));
  const shuffled = given.map((one) => {
    const n = later.indexOf(one);
    return n < 0 ? one : { ...one, timestampMs: times[n]!, userId: users[n]!, name: names[n]! };
  });
  const before = await trainingSet(given, rows, manyFeatures);
  const after = await trainingSet(shuffled, rows, manyFeatures);
  expect(after.map(({ values }) => values)).toEqual(before.map(({ values }) => values));
  expect(after.map(({ labels }) => labels)).not.toEqual(before.map(({ labels }) => labels));
  expect(before.flatMap(({ values }) => values).filter((value) => value !== null).length).toBeGreaterThan(
    100,
  );
});

test("features are of (t - window, t], labels of (t, t + within]; a label whose time is not over is absent", async () => {
  const act = (id: string, name: string, hours: number): StoredEvent => ({
    kind: "track",
    eventId: id as EventId,
    userId: "ann" as UserId,
    name,
    timestampMs: START_MS + hours * 3_600_000,
    receivedAtMs: START_MS + hours * 3_600_000,
    properties: { itemId: "i1", value: 1 },
    traits: {},
    rest: {},
  });
  const given = [
    act("a", "save", 0),
    act("b", "save", 24),
    act("c", "save", 24 * 8),
    act("d", "view", 24 * 9),
  ];
  const saves = feature("saves_1d", { from: events("save"), aggregate: count(), window: "1d" });
  const at = (hours: number) => ({ userId: "ann", timestampMs: START_MS + hours * 3_600_000 });
  const found = await trainingSet(
    given,
    [at(24), at(23.999), at(25), at(24 * 8), { userId: "nobody", timestampMs: START_MS }],
    [saves],
  );
  expect(found.map(({ values: [value], labels: [told] }) => [value, told])).toEqual([
    [1, 1], // the one at 0 is a day old, the one at 24 is of this moment, the one at 192 comes within the week
    [1, 1],
    [1, 1],
    [1, null],
    [null, 0],
  ]);
});

test("the Parquet file has a column of its own type for each feature, and DuckDB reads it", async () => {
  const definitions = [
    feature("saves", { from: events("save"), aggregate: count() }),
    feature("by_topic", {
      from: events("save"),
      keyedBy: item.topic,
      aggregate: sum(event.number("price")),
      window: "30d",
    }),
    feature("items", { from: events("save"), aggregate: lastK(event.itemId, 2) }),
  ];
  const given = makeEvents(Random.of(5, "parquet"), 100);
  const rows = [{ userId: "u1", timestampMs: START_MS + SPAN_MS }];
  const [row] = await trainingSet(given, rows, definitions);
  const path = join(root, "it's.parquet");
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const columns = [
    { name: "timestamp", type: "TIMESTAMP" as const },
    ...definitions.map((definition) => ({ name: definition.name, type: columnTypeOf(definition, byName) })),
  ];
  await writeParquet(path, columns, [[new Date(row!.timestampMs).toISOString(), ...row!.values]]);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const read = await connection.runAndReadAll(
    `SELECT epoch_ms("timestamp")::DOUBLE AS at, saves, by_topic['odd'] AS odd, items[1] AS newest, typeof(by_topic) AS type FROM '${path.replaceAll("'", "''")}'`,
  );
  const [saves, byTopic, items] = row!.values as [number, Record<string, number>, string[]];
  expect(read.getRowObjects()).toEqual([
    { at: START_MS + SPAN_MS, saves, odd: byTopic["odd"], newest: items[0], type: "MAP(VARCHAR, DOUBLE)" },
  ]);
  connection.closeSync();
  instance.closeSync();
});
