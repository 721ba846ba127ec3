/**
 * @file As `parity.test.ts`, of items, and of a person with an item, a topic or a surface: what is served, what a training set has, and what a few lines
 * over an array say are equal, for any stream of events in two partitions, repeated, late, refused or erased; and what is kept of an item is a
 * function of the set of its events.
 */
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { DAY_MS, HistoricalClock, HOUR_MS, ignoreProgress, Random } from "#base";
import { type AggregateDefinition, defaultPurposes, defineConfig } from "#declarations";
import { encodeEvent, partitionOf, type StoredEvent } from "#events";
import { forgetUser, hashState } from "#sequences";
import { planFeatures } from "../definition/plan.ts";
import { getHistoricalFeatures, type HistoricalAsk } from "../history/historical-features.ts";
import { manyItemFeatures, testActions } from "../many-features.cases.ts";
import { crossKey, type EntityRow } from "../online/entity-rows.ts";
import { OnlineFeatures } from "../online/online-features.ts";
import { type OracleEvent, oracleValue } from "../oracle.cases.ts";
import { eventArbitrary, oracleEvents, START_MS, storedEvent } from "../random-events.cases.ts";
import {
  declaredActions as actions,
  applyAll,
  EDITIONS,
  ITEMS,
  openState,
  pastOf,
  TestFolders,
  type TestStorage,
  testPurposes,
} from "../storage.cases.ts";
import { forgetInItems } from "./forget-items.ts";

const config = defineConfig({ actions: testActions, features: manyItemFeatures, purposes: defaultPurposes });
const context = { actions: Object.keys(config.actions), purposes: testPurposes };
const plan = planFeatures(config.features, context);
const names = config.features.map(({ name }) => name);
const folders = new TestFolders();
afterAll(() => folders.remove());

/** Random streams; more with INKLING_FEATURE_RUNS. */
const RUNS = Number(process.env["INKLING_FEATURE_RUNS"] ?? 12);
const PARTITIONS = 3;
const partitionOfEvent = ({ userId }: StoredEvent): number => partitionOf(userId, PARTITIONS);

async function append({ log }: TestStorage, events: readonly StoredEvent[]): Promise<void> {
  for (let partition = 1; partition < PARTITIONS; partition++) {
    const own = events.filter((event) => partitionOfEvent(event) === partition);
    if (own.length > 0) await log.append(partition, own.map(encodeEvent));
  }
}

/** Offsets as the log gives them; of two at the same time and offset the one of the first partition counts as the later. */
function inLog(events: readonly StoredEvent[], erased?: string): OracleEvent[] {
  return oracleEvents(events, erased, (place) => {
    const partition = partitionOfEvent(events[place]!);
    const before = events.slice(0, place).filter((other) => partitionOfEvent(other) === partition);
    return before.length - partition / 10;
  });
}

/** What there is of no events. */
const NOTHING = /^(null|0|\{\}|\[\]|\[0(,0)*\])$/;

/** What a definition says of a row by the oracle; `null` where nothing of its person or item was met. */
function expectedOf(
  definition: AggregateDefinition,
  oracle: readonly OracleEvent[],
  row: HistoricalAsk,
): unknown {
  const isItem = definition.entity === "item";
  const ids = new Set(
    isItem ? ["ann", "bob", "anonymous:a"] : row.userId === "ann" ? ["ann", "anonymous:a"] : ["bob"],
  );
  const about = isItem
    ? oracle.map((one) =>
        one.event.properties["itemId"] === row.itemId || one.event.kind === "identify"
          ? one
          : { ...one, event: { ...one.event, kind: "page" as const } },
      )
    : oracle;
  const value = oracleValue(definition, about, ids, row.timestampMs);
  if (!definition.isCross) return value;
  const found = value as Readonly<Record<string, unknown>>;
  const key = crossKey(plan.features.get(definition.name) ?? plan.items.features.get(definition.name)!, row)!;
  if (Object.hasOwn(found, key)) return found[key];
  return definition.aggregate.kind === "count" ? 0 : null;
}

async function checkParity(storage: TestStorage, oracle: readonly OracleEvent[], laterMs: number) {
  const past = await pastOf(storage);
  const newestMs = oracle.reduce((latest, { event }) => Math.max(latest, event.timestampMs), START_MS);
  const nowMs = newestMs + laterMs;
  const rows: EntityRow[] = Array.from({ length: ITEMS }, (_, n) => ({
    userId: n % 2 ? "ann" : "bob",
    itemId: `i${n}`,
    keys: { topic: "art", surface: n % 3 ? "home" : "search" },
  }));
  const online = new OnlineFeatures({
    ...{ ...past, clock: new HistoricalClock(nowMs), plan, services: {} },
    partitions: [1, 2],
  });
  const served = await online.readRows(names, rows);
  const times = [nowMs, newestMs - 3 * HOUR_MS, newestMs - 5 * DAY_MS - 1];
  const asked = times.flatMap((timestampMs) => rows.map((row) => ({ ...row, timestampMs })));
  const query = { ...context, definitions: config.features, names, rows: asked };
  for (const { position, values } of await getHistoricalFeatures(past, query, ignoreProgress)) {
    const row = asked[position]!;
    for (const [n, definition] of config.features.entries()) {
      const told = `${definition.name} of ${row.userId} and ${row.itemId} at ${row.timestampMs}`;
      const now = served[position];
      if (now) expect(values[n], told).toEqual(now[n]!.value);
      if (definition.kind === "derived") continue;
      const expected = expectedOf(definition, oracle, row);
      if (values[n] !== null) expect(values[n], told).toEqual(expected);
      else if (definition.entity === "item") expect(JSON.stringify(expected), told).toMatch(NOTHING); // not met yet
    }
  }
  return served;
}

test("features of items and pairs are the same served, learned from and by the oracle, for any stream and time", {
  timeout: Math.max(60_000, 5000 * RUNS),
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(eventArbitrary, { minLength: 1, maxLength: 120 }),
      fc.integer({ min: 0, max: 10 * DAY_MS }),
      async (input, laterMs) => {
        const storage = await folders.open({ partitions: 2 });
        const events = input.map(storedEvent);
        const half = events.length >> 1;
        for (const part of [events.slice(0, half), events.slice(half)]) {
          await append(storage, part);
          await applyAll(storage, plan, storage.state);
        }
        await checkParity(storage, inLog(events), laterMs);
        const replayed = openState(storage.folder, "replayed");
        await applyAll(storage, plan, replayed);
        expect(await hashState(replayed)).toEqual(await hashState(storage.state));
        // Bob is forgotten, and every item is as if he had never come.
        await forgetInItems({ ...(await pastOf(storage)), state: storage.state }, plan.items, ["bob"]);
        await forgetUser("bob", { ...storage, actions });
        for (const partition of [1, 2])
          await storage.log.erase(partition, ({ bytes }) => Buffer.from(bytes).includes("bob"));
        await checkParity(storage, inLog(events, "bob"), laterMs);
        const without = openState(storage.folder, "without");
        await applyAll(storage, plan, without);
        expect(await hashState(storage.state)).toEqual(await hashState(without));
        for (const store of [replayed, without, storage.state]) await store.close();
        await storage.log.close();
      },
    ),
    { numRuns: RUNS },
  );
});

test("an item seen by thousands keeps tiles, not rows, and the distinct people are told within their error", {
  timeout: 60_000,
}, async () => {
  const storage = await folders.open({ partitions: 2 });
  const random = Random.of(3, "busy item");
  const PEOPLE = 3000;
  const events = Array.from({ length: 20_000 }, (_, n) =>
    storedEvent({
      id: n,
      userId: `p${random.integer(PEOPLE)}` as "ann",
      name: random.chance(0.3) ? "save" : "view",
      atMs: Math.floor((39 * DAY_MS * n) / 20_000),
      item: random.integer(2) === 0 ? 0 : random.integer(ITEMS),
      edition: random.integer(EDITIONS),
      value: random.normal(),
      surface: "home",
      refuses: null,
    }),
  );
  await append(storage, events);
  await applyAll(storage, plan, storage.state);
  const past = await pastOf(storage);
  const sizeOf = async (item: number): Promise<number> => {
    const key = Buffer.alloc(5);
    key.write("i");
    key.writeUInt32BE(item, 1);
    return (await storage.state.scan({ prefix: key, limit: 100_000 })).length;
  };
  expect(await sizeOf(0)).toBeLessThan(2 * (1 + 1 + 146 + 290 + 32));
  const nowMs = START_MS + 39 * DAY_MS;
  const online = new OnlineFeatures({
    ...{ ...past, clock: new HistoricalClock(nowMs), plan, services: {} },
    partitions: [1, 2],
  });
  const [[views, people] = []] = await online.readRows(
    ["item_views_7d", "item_people_ever"],
    [{ itemId: "i0" }],
  );
  const own = events.filter(({ properties }) => properties["itemId"] === "i0");
  const fromMs = nowMs - 7 * DAY_MS;
  expect(views?.value).toBe(
    own.filter(({ name, timestampMs }) => name === "view" && timestampMs >= fromMs).length,
  );
  const distinct = new Set(own.map(({ userId }) => userId)).size;
  expect(Math.abs(Number(people?.value) / distinct - 1)).toBeLessThan(0.05);
  const rows = [{ itemId: "i0", timestampMs: nowMs }];
  const query = {
    ...context,
    definitions: config.features,
    names: ["item_views_7d", "item_people_ever"],
    rows,
  };
  const [learned] = [...(await getHistoricalFeatures(past, query, ignoreProgress))];
  expect(learned?.values).toEqual([views?.value, people?.value]);
  await storage.log.close();
  await storage.state.close();
});
