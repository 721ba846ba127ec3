import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type EventId, HistoricalClock, HOUR_MS, Random, type UserId } from "#base";
import { Actions, encodeEvent, IdentityGraph, Purposes, type StoredEvent } from "#events";
import { LmdbStateStore, SegmentedEventLog } from "#storage";
import { catalogueOf } from "../hand-made.cases.ts";
import { PopularNow } from "./popular-now.ts";

let folder: string;
let log: SegmentedEventLog;
let state: LmdbStateStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-popular-"));
  log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount: 2 });
  state = new LmdbStateStore(join(folder, "state"), new HistoricalClock(0), { survivesMachine: false });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await state.close();
  await log.close();
  await rm(folder, { recursive: true });
});

const catalogue = catalogueOf(Array.from({ length: 1500 }, () => ({})));
catalogue.apply({ kind: "purpose", name: "personalization" });
for (const name of ["home", "search"]) catalogue.apply({ kind: "surface", name });

function popularNow(halfLifeHours: number, nowHours = 1e6): PopularNow {
  const purpose = new Purposes().personalization;
  const clock = new HistoricalClock(nowHours * HOUR_MS);
  const parts = { log, state, catalogue, identity: new IdentityGraph(), actions: new Actions(), purpose };
  return new PopularNow({ ...parts, clock }, halfLifeHours);
}

interface Made {
  readonly item: number;
  readonly name: string;
  readonly hours: number;
  readonly surface: string;
  readonly denies?: boolean;
}

function eventOf({ item, name, hours, surface, denies = false }: Made, n: number): StoredEvent {
  const consent = { consent: { categoryPreferences: { personalization: false } } };
  return {
    kind: "track",
    eventId: `e-${n}` as EventId,
    userId: "u" as UserId,
    name,
    timestampMs: hours * HOUR_MS,
    receivedAtMs: hours * HOUR_MS,
    properties: { itemId: `item-${item}`, surface },
    traits: {},
    rest: denies ? { context: consent } : {},
  };
}

const append = (events: readonly Made[]): Promise<number> =>
  log.append(
    1,
    events.map((event, n) => encodeEvent(eventOf(event, n))),
  );

const order = async (
  popular: PopularNow,
  surface: string | undefined,
  hours: number,
  cameMs = Number.POSITIVE_INFINITY,
): Promise<number[]> =>
  (await popular.top(surface, { asOfMs: hours * HOUR_MS, cameMs })).map(({ itemRow }) => itemRow);

const STRENGTHS: Readonly<Record<string, number>> = { view: 1, save: 2.5, hide: 0, juggle: 0 };

test("it is the decayed sum of strengths that the naive sum says, over thousands of half-lives too", async () => {
  const random = Random.of(3, "popular");
  const names = Object.keys(STRENGTHS);
  const events = Array.from({ length: 400 }, (_, n) => ({
    item: random.integer(6),
    name: names[random.integer(names.length)]!,
    hours: n * 5 + random.integer(40),
    surface: random.chance(0.5) ? "home" : "search",
    denies: random.chance(0.2),
  }));
  await append(events);
  for (const [halfLife, surface] of [
    [1, undefined],
    [100, undefined],
    [100, "home"],
  ] as const) {
    const now = Math.max(...events.map(({ hours }) => hours));
    const sums = new Map<number, number>();
    for (const { item, name, hours, surface: where, denies } of events) {
      const weight =
        denies || (surface && where !== surface) ? 0 : STRENGTHS[name]! * 2 ** ((hours - now) / halfLife);
      if (weight > 0) sums.set(item, (sums.get(item) ?? 0) + weight);
    }
    const naive = [...sums].sort(([, left], [, right]) => right - left).map(([item]) => item);
    expect(await order(popularNow(halfLife), surface, now)).toEqual(naive);
  }
});

test("a question about an earlier time is not answered by what came later, nor the pages of a list by another count", async () => {
  const now = vi.spyOn(performance, "now").mockReturnValue(100);
  const popular = popularNow(24);
  await append([{ item: 1, name: "save", hours: 10, surface: "home" }]);
  expect(await order(popular, undefined, 20)).toEqual([1]);
  await append([{ item: 2, name: "save", hours: 30, surface: "home" }]);
  expect(await order(popular, undefined, 40)).toEqual([1]); // a second is not over
  now.mockReturnValue(5000);
  expect(await order(popular, undefined, 40)).toEqual([1]); // who asks does not wait
  await popular.refresh();
  expect(await order(popular, undefined, 40)).toEqual([2, 1]);
  expect(await order(popular, undefined, 40, 4999)).toEqual([1]); // a page of a list begun before
  expect(await order(popular, undefined, 40, 50)).toEqual([1]); // begun before the first count: that was waited for
  expect(await order(popular, undefined, 20)).toEqual([1]);
  expect(await order(popular, undefined, 5)).toEqual([]);
});

test("a page that comes minutes later is of the count of its first one", async () => {
  const now = vi.spyOn(performance, "now").mockReturnValue(0);
  const popular = popularNow(24);
  const save = (item: number) => append([{ item, name: "save", hours: 1, surface: "home" }]);
  await save(0);
  await popular.refresh();
  for (let count = 1; count < 300; count++) {
    now.mockReturnValue(count * 1000);
    await save(count % 9);
    await popular.refresh();
  }
  expect(await order(popular, undefined, 2, 5500)).toEqual([0, 1, 2, 3, 4, 5]);
});

test("what a sender dates ahead of the clock counts as of now, once, and hides nothing", async () => {
  const ahead = [20.001, 1e5].map((hours, n) => ({ item: n + 1, name: "view", hours, surface: "home" }));
  await append([{ item: 1, name: "save", hours: 19, surface: "home" }, ...ahead]);
  const popular = popularNow(24, 20);
  await popular.refresh();
  expect(await order(popular, undefined, 20)).toEqual([1, 2]); // 3.4 and 1
  await append([{ item: 3, name: "save", hours: 20, surface: "home" }]);
  await popular.refresh();
  expect(await order(popular, undefined, 20)).toEqual([1, 3, 2]);
});

test("whoever asks before the first count is done waits for it, not only who asked first", async () => {
  await append([{ item: 2, name: "save", hours: 1, surface: "home" }]);
  const popular = popularNow(24);
  expect(await Promise.all([order(popular, undefined, 2), order(popular, "home", 2)])).toEqual([[2], [2]]);
});

test("counts taken one after another, of more items than are kept, are the one count of all", async () => {
  const random = Random.of(4, "popular");
  const popular = popularNow(24);
  const weights = new Map<number, number>();
  for (let count = 0; count < 5; count++) {
    const events = Array.from({ length: 900 }, () => ({
      item: random.integer(1500),
      name: random.chance(0.5) ? "save" : "view",
      hours: count,
      surface: "home",
    }));
    await append(events);
    await popular.refresh();
    for (const { item, name } of events)
      weights.set(item, (weights.get(item) ?? 0) + STRENGTHS[name]! * 2 ** (count / 24));
    const naive = [...weights].sort(([one, left], [other, right]) => right - left || one - other);
    const expected = naive.slice(0, 1000).map(([item]) => item);
    for (const surface of [undefined, "home"]) expect(await order(popular, surface, 5)).toEqual(expected);
  }
});

test("other work has its turn while it counts", async () => {
  await append(
    Array.from({ length: 200 }, (_, n) => ({ item: n % 6, name: "save", hours: 1, surface: "home" })),
  );
  let turns = 0;
  let isCounting = true;
  const turn = (): void => {
    turns++;
    if (isCounting) setImmediate(turn);
  };
  setImmediate(turn);
  await popularNow(24).refresh();
  isCounting = false;
  expect(turns).toBeGreaterThan(4);
});
