import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EventId, HistoricalClock, ignoreProgress, Random, type UserId } from "#base";
import {
  Actions,
  Catalogue,
  encodeEvent,
  encodeSharedRecord,
  followShared,
  partitionOf,
  SHARED_PARTITION,
  type StoredEvent,
} from "#events";
import { LmdbStateStore, SegmentedEventLog } from "#storage";
import { Applier, readProgress } from "./applier.ts";
import { historyOf } from "./interactions.ts";
import { interactionsFromLog } from "./interactions-from-log.ts";
import { historyOfRows, readEngagements } from "./read-history.ts";
import { readPerson } from "./read-person.ts";
import { readHeads, readSequence } from "./read-sequence.ts";
import { traitsAsOf } from "./user-record.ts";

/**
 * @file Laws of the road from log to sequence, against an array:
 * 1. the sequence is the declared events of the user, each id once, ordered by (time, arrival), however they arrived;
 * 2. it does not matter how the log was cut into batches, nor where a crash fell;
 * 3. reading as of a time equals dropping what is later;
 * 4. training reads the same events from the log.
 */
const actions = new Actions();
let root: string;
let made = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "inkling-sequences-"));
});
afterAll(() => rm(root, { recursive: true }));

async function openStorage(folder = join(root, String(made++))) {
  const log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount: 3 });
  const state = new LmdbStateStore(join(folder, "state"), new HistoricalClock(0));
  const close = async (): Promise<void> => {
    await log.close();
    await state.close();
  };
  return { folder, log, state, close };
}

type Storage = Awaited<ReturnType<typeof openStorage>>;

async function apply({ log, state }: Storage): Promise<Catalogue> {
  const onFailure = (error: unknown): never => {
    throw error;
  };
  const applier = await Applier.start({ log, state, actions, onFailure, onApplied: () => {} }, () => {});
  await applier.close();
  const catalogue = new Catalogue();
  const follower = followShared(log, { catalogue }, onFailure);
  await follower.catchUp(() => {});
  return catalogue;
}

async function declare(log: SegmentedEventLog): Promise<void> {
  const names = ["view", "save", "hide"].map((name) => encodeSharedRecord({ kind: "action", name }));
  const purposes = ["ads", "research"].map((name) => encodeSharedRecord({ kind: "purpose", name }));
  const items = Array.from({ length: 5 }, (_, n) => encodeSharedRecord({ kind: "item", itemId: `i${n}` }));
  await log.append(SHARED_PARTITION, [
    ...names,
    ...items,
    ...purposes,
    encodeSharedRecord({ kind: "surface", name: "home" }),
  ]);
}

function event(userId: string, id: string, timestampMs: number, name = "view", item = 0): StoredEvent {
  const properties = { itemId: `i${item}`, surface: "home" };
  const common = { eventId: id as EventId, userId: userId as UserId, timestampMs, receivedAtMs: timestampMs };
  return { kind: "track", name, properties, traits: {}, rest: {}, ...common };
}

function shownBy(source: string, { properties, ...rest }: StoredEvent): StoredEvent {
  return { ...rest, properties: { ...properties, source } };
}

async function append(log: SegmentedEventLog, events: readonly StoredEvent[]): Promise<void> {
  for (const item of events) await log.append(partitionOf(item.userId, 3), [encodeEvent(item)]);
}

const arrival = fc.record({
  user: fc.constantFrom("ann", "bob"),
  id: fc.nat(150),
  minute: fc.nat(300),
  name: fc.constantFrom("view", "save", "hide", "unheard of"),
  item: fc.nat(4),
});

test("a sequence is the user's declared events, once each, in order, whatever order they arrived in", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(arrival, { maxLength: 250 }),
      fc.nat(4),
      fc.nat(300),
      async (arrivals, cuts, asOfMinute) => {
        const storage = await openStorage();
        await declare(storage.log);
        const events = arrivals.map(({ user, id, minute, name, item }) =>
          event(user, `e${id}`, minute * 60_000, name, item),
        );
        for (let cut = 0; cut <= cuts; cut++) {
          await append(
            storage.log,
            events.slice((cut * events.length) / (cuts + 1), ((cut + 1) * events.length) / (cuts + 1)),
          );
          await apply(storage);
        }
        const asOfMs = asOfMinute * 60_000;
        for (const user of ["ann", "bob"]) {
          const seen = new Set<string>();
          const wanted = events
            .map((stored, order) => ({ ...stored, order }))
            .filter(({ userId, eventId }) => userId === user && !seen.has(eventId) && seen.add(eventId))
            .filter(({ name, timestampMs }) => actions.named(name) && timestampMs <= asOfMs)
            .sort((left, right) => right.timestampMs - left.timestampMs || right.order - left.order)
            .map(({ eventId }) => eventId);
          const rows = (await readSequence(storage.state, user, { limit: 1000, asOfMs })).rows();
          expect(rows.map(({ eventId }) => eventId)).toEqual(wanted);
        }
        await storage.close();
      },
    ),
    { numRuns: 30 },
  );
});

test("the state is the same, byte for byte, however the log was cut into steps", async () => {
  const dump = async ({ state }: Storage): Promise<string[]> => {
    const entries = await state.scan({ prefix: Buffer.from("u"), limit: 100_000 });
    return entries.map(
      ({ key, value }) => `${Buffer.from(key).toString("hex")} ${Buffer.from(value).toString("hex")}`,
    );
  };
  const random = new Random(11);
  const events = Array.from({ length: 1500 }, () => {
    const late = random.chance(0.1) ? random.integer(1000) : 0;
    const user = random.chance(0.7) ? "ann" : "bob";
    const made = event(user, `e${random.integer(1400)}`, (2000 - late) * 60_000 + random.integer(1000));
    const said = { ads: random.chance(0.5), unheard: true };
    return {
      ...made,
      ...(random.chance(0.1) && { kind: "identify" as const, traits: { late } }),
      ...(random.chance(0.3) && { rest: { context: { consent: { categoryPreferences: said } } } }),
    };
  });
  const dumps: string[][] = [];
  for (const stepSize of [1500, 400, 7]) {
    const storage = await openStorage();
    await declare(storage.log);
    for (let from = 0; from < events.length; from += stepSize) {
      await append(storage.log, events.slice(from, from + stepSize));
      await apply(storage);
    }
    dumps.push(await dump(storage));
    await storage.close();
  }
  expect(dumps[0]!.length).toBeGreaterThan(15);
  expect(dumps[1]).toEqual(dumps[0]);
  expect(dumps[2]).toEqual(dumps[0]);
});

test("ten thousand late, early and repeated events of one user end up in order", async () => {
  const storage = await openStorage();
  await declare(storage.log);
  const random = new Random(5);
  const events = Array.from({ length: 10_000 }, (_, n) =>
    event("ann", `e${n % 9_000}`, random.integer(400) * 86_400_000),
  );
  await storage.log.append(partitionOf("ann", 3), events.map(encodeEvent));
  await apply(storage);
  const rows = (
    await readSequence(storage.state, "ann", { limit: 20_000, asOfMs: Number.POSITIVE_INFINITY })
  ).rows();
  expect(rows).toHaveLength(9_000);
  expect(new Set(rows.map(({ eventId }) => eventId)).size).toBe(9_000);
  for (let n = 1; n < rows.length; n++)
    expect(rows[n]!.timestampMs).toBeLessThanOrEqual(rows[n - 1]!.timestampMs);
  expect((await readHeads(storage.state, ["ann"]))[0]?.record).toMatchObject({
    eventCount: 9_000,
    rowCount: 9_000,
    counts: { view: 9_000 },
  });
  await storage.close();
});

test("state left behind by a crash is brought level at the next start, and applied once", async () => {
  const storage = await openStorage();
  await declare(storage.log);
  await append(storage.log, [event("ann", "a", 1000), event("ann", "b", 2000)]);
  await apply(storage);
  await append(storage.log, [event("ann", "c", 1500)]);
  await storage.close(); // as a crash would, between log and state
  const again = await openStorage(storage.folder);
  const partition = partitionOf("ann", 3);
  expect((await readProgress(again.state, partition)).offset).toBe(2);
  await apply(again);
  expect(await readProgress(again.state, partition)).toEqual({ offset: 3, newestMs: 2000 });
  const rows = (await readSequence(again.state, "ann", { limit: 10, asOfMs: 5000 })).rows();
  expect(rows.map(({ eventId }) => eventId)).toEqual(["b", "c", "a"]);
  await again.close();
});

test("a sequence can be read by action, surface, time and length", async () => {
  const storage = await openStorage();
  await declare(storage.log);
  const names = ["view", "save", "view", "hide", "save"];
  await append(
    storage.log,
    names.map((name, n) => event("ann", `e${n}`, n * 1000, name, n)),
  );
  const catalogue = await apply(storage);
  const read = async (query: object): Promise<string[]> =>
    (await readSequence(storage.state, "ann", { limit: 10, asOfMs: 9000, ...query }))
      .rows()
      .map(({ eventId }) => eventId);
  expect(await read({ actions: new Set([catalogue.actions.codeOf("save")]) })).toEqual(["e4", "e1"]);
  expect(await read({ limit: 2 })).toEqual(["e4", "e3"]);
  expect(await read({ asOfMs: 2500, sinceMs: 1000 })).toEqual(["e2", "e1"]);
  expect(await read({ surfaces: new Set([99]) })).toEqual([]);
  expect((await readSequence(storage.state, "nobody", { limit: 10, asOfMs: 9000 })).rows()).toEqual([]);
  expect((await readSequence(storage.state, "an", { limit: 10, asOfMs: 9000 })).rows()).toEqual([]);
  await storage.close();
});

test("traits are known as of a time", async () => {
  const storage = await openStorage();
  const identify = (id: string, timestampMs: number, traits: object): StoredEvent => ({
    ...event("ann", id, timestampMs),
    kind: "identify",
    name: "",
    properties: {},
    traits: { ...traits },
  });
  await append(storage.log, [
    identify("2", 2000, { city: "Lisbon" }),
    identify("1", 1000, { city: "Porto", age: 30 }),
  ]);
  await apply(storage);
  const { record } = (await readHeads(storage.state, ["ann"]))[0]!;
  expect(traitsAsOf(record, 999)).toEqual({});
  expect(traitsAsOf(record, 1000)).toEqual({ city: "Porto", age: 30 });
  expect(traitsAsOf(record, 2000)).toEqual({ city: "Lisbon", age: 30 });
  await storage.close();
});

test("training reads positive engagements from the log, once each, in time order, weighted by strength", async () => {
  const storage = await openStorage();
  await declare(storage.log);
  await append(storage.log, [
    event("bob", "x", 100, "hide", 1),
    event("ann", "b", 2000, "save", 2),
    event("ann", "a", 1000, "view", 1),
    event("ann", "b", 2000, "save", 2),
    event("ann", "c", 3000, "unheard of", 3),
  ]);
  const { interactions, userIds, dataUntilMs } = await interactionsFromLog(
    storage.log,
    { actions, purpose: { name: "personalization", default: "granted" } },
    ignoreProgress,
  );
  expect(userIds).toEqual(["ann"]);
  expect(dataUntilMs).toBe(2000);
  expect(interactions.itemCount).toBe(5);
  const { itemRows, weights } = historyOf(interactions, 0);
  expect([...itemRows]).toEqual([1, 2]);
  expect([...weights!]).toEqual([1, 2.5]);
  await storage.close();
});

test("what a model learns from and what it is asked with are the same columns", async () => {
  const storage = await openStorage();
  await declare(storage.log);
  await append(storage.log, [
    event("ann", "a", 1000, "view", 1),
    event("ann", "b", 2000, "save", 2),
    event("ann", "c", 3000, "hide", 3),
    shownBy("query:box joints", event("ann", "d", 1500, "impression", 4)),
    shownBy("popular", event("ann", "f", 1600, "impression", 3)),
    shownBy("item:i2", event("ann", "g", 1700, "impression", 2)),
    event("ben", "e", 1500, "impression", 4), // of whom nothing else is known
  ]);
  const catalogue = await apply(storage);
  const purpose = { name: "personalization", default: "granted" } as const;
  const { interactions } = await interactionsFromLog(storage.log, { actions, purpose }, ignoreProgress);
  const context = { state: storage.state, catalogue, actions };
  const person = (await readPerson(storage.state, ["ann"]))!;
  const query = { kind: "positive", purpose, asOfMs: 9000, limit: 10 } as const;
  const rows = await readEngagements(context, person, query);
  const asked = historyOfRows(rows.toReversed(), context);
  const { context: came, ...learned } = historyOf(interactions, 0);
  expect(asked).toEqual(learned);
  expect(came).toEqual({ facts: [] });
  const names = Array.from(asked.actions!, (code) => interactions.actionNames![code]);
  expect(names).toEqual(["view", "save"]);
  const shown = historyOf(interactions.impressions!, 0);
  expect([interactions.userCount, ...shown.itemRows]).toEqual([1, 4, 3, 2]);
  expect([...shown.timestampsMs!]).toEqual([1500, 1600, 1700]);
  const { abouts, conditions } = interactions.impressions!;
  expect(Array.from(abouts!, (about) => conditions![about])).toEqual([
    { kind: "text", text: "box joints" },
    undefined,
    { kind: "item", itemRow: 2 },
  ]);
  await storage.close();
});
