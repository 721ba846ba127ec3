import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { type EventId, SystemClock, type UserId } from "#base";
import { Actions, decodeEvent, encodeEvent, partitionOf, type StoredEvent } from "#events";
import { DuckDbLake, type Lake, LmdbStateStore, SegmentedEventLog } from "#storage";
import { Applier } from "./applier.ts";
import { droppedRecords } from "./dropped-events.ts";
import { LakeWriter, lakeRow } from "./lake-writer.ts";

const PARTITIONS = 3;
const onFailure = (error: unknown): never => {
  throw error;
};

function event(userId: string, id: string, day: number): StoredEvent {
  const timestampMs = Date.UTC(2026, 0, day, 12);
  const common = { eventId: id as EventId, userId: userId as UserId, timestampMs, receivedAtMs: timestampMs };
  return {
    kind: "track",
    name: "save",
    properties: { itemId: `i-${id}`, position: 1 },
    traits: {},
    rest: {},
    ...common,
  };
}

test("the lake has every event once, in its day, however often it was sent and the writer was stopped", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-lake-writer-"));
  const log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount: PARTITIONS });
  const state = new LmdbStateStore(join(folder, "state"), new SystemClock());
  const sent = new Set<string>();
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 60; n++) {
      const { userId, ...rest } = event(`u${n % 6}`, `e${(round * 30 + n) % 90}`, 1 + (n % 4));
      sent.add(`${userId} ${rest.eventId}`);
      await log.append(partitionOf(userId, PARTITIONS), [encodeEvent({ userId, ...rest })]);
    }
    const applier = await Applier.start(
      { log, state, actions: new Actions(), onApplied: () => {}, onFailure },
      () => {},
    );
    await applier.close();
    const lake = await DuckDbLake.open(join(folder, "lake"), { bucketCount: 2 });
    const writer = new LakeWriter({ log, state, lake, onFailure });
    await writer.catchUp(() => {});
    await lake.close();
  }
  const lake = await DuckDbLake.open(join(folder, "lake"), { isReadOnly: true });
  const ask = async (sql: string): Promise<unknown> => (await lake.query(sql)).rows;
  const [[rows, pairs]] = (await ask("select count(*), count(distinct (user_id, event_id)) from events")) as [
    [number, number],
  ];
  expect(sent.size).toBe(90); // of 180 sent
  expect([Number(rows), Number(pairs)]).toEqual([sent.size, sent.size]);
  expect(await ask("select count(*) from events where day <> cast(timestamp as date)")).toEqual([[0]]);
  await lake.close();
  await log.close();
  await state.close();
  await rm(folder, { recursive: true });
});

test("arrivals are moved to their days when there are enough of them, whichever run laid them down", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-lake-writer-"));
  const log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount: 2 });
  const state = new LmdbStateStore(join(folder, "state"), new SystemClock());
  const events = Array.from({ length: 64 }, (_, n) => event("u", `e${n}`, 1));
  await log.append(1, events.map(encodeEvent));
  const before = await DuckDbLake.open(join(folder, "lake"), { bucketCount: 1 });
  for (const [n, one] of events.slice(1).entries())
    await before.write([lakeRow(one, n)], { partition: 1, from: n, to: n + 1 });
  expect(before.arrivalCount).toBe(63);
  await before.close();
  const lake = await DuckDbLake.open(join(folder, "lake"));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const writer = new LakeWriter({ log, state, lake, onFailure });
  writer.start();
  await vi.advanceTimersByTimeAsync(10_000);
  vi.useRealTimers();
  await vi.waitUntil(() => lake.arrivalCount === 0, { timeout: 10_000 });
  expect(await lake.size()).toMatchObject({ files: 1, rows: 64 });
  for (const one of [writer, lake, log, state]) await one.close();
  await rm(folder, { recursive: true });
});

test("a row has columns for what it can, JSON for the rest, and null for what an event lacks", () => {
  const row = lakeRow({ ...event("u", "e", 1), rest: { context: { ip: "x" } } }, 7);
  expect(row).toMatchObject({
    userId: "u",
    itemId: "i-e",
    position: 1,
    dwellMs: null,
    traits: null,
    logOffset: 7,
  });
  expect(JSON.parse(row.properties!)).toEqual({ itemId: "i-e", position: 1 });
  expect(JSON.parse(row.rest!)).toEqual({ context: { ip: "x" } });
});

test("an event comes back from its row whole, with what it knew of its item", async () => {
  const plain = event("u", "plain", 1);
  const events = [plain, { ...event("u", "told", 2), itemEdition: 3, rest: { context: { ip: "x" } } }];
  const rows = events.map((one, offset) => ({ ...lakeRow(one, offset), partition: 1 }));
  async function* scan() {
    yield { rows };
  }
  const lake = { committed: () => 2, scan } as unknown as Lake; // all that is asked of it
  const found: StoredEvent[] = [];
  for await (const { records } of droppedRecords(lake, [0, 2]))
    found.push(...records.map(({ bytes }) => decodeEvent(bytes)));
  expect(found).toEqual(events);
});

test("a page may say any number for a place, and the lake goes on", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-lake-writer-"));
  const lake = await DuckDbLake.open(folder, { bucketCount: 1 });
  const places = [3e9, -3e9, 1e21, 7];
  const rows = places.map((position, n) =>
    lakeRow({ ...event("u", `e${n}`, 1), kind: "page", properties: { position } }, n),
  );
  await lake.write(rows, { partition: 1, from: 0, to: rows.length });
  const table = await lake.query("select position, properties from events order by log_offset");
  expect(table.rows.map(([position]) => position)).toEqual([null, null, null, 7]);
  expect(table.rows.map(([, properties]) => JSON.parse(String(properties)))).toEqual(
    places.map((position) => ({ position })),
  );
  await lake.close();
  await rm(folder, { recursive: true });
});
