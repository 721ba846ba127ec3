/** @file What a model learns from is what it is asked with: names, order, version, and every bit of the numbers. */
import { afterAll, expect, test } from "vitest";
import { DAY_MS, type EventId, HistoricalClock, ignoreProgress, type UserId } from "#base";
import { count, derived, divide, event, events, feature, last, sum } from "#declarations";
import { encodeEvent, type StoredEvent } from "#events";
import { planFeatures } from "./definition/plan.ts";
import { FeatureVectors } from "./feature-vectors.ts";
import { getHistoricalVectors } from "./history/historical-features.ts";
import { testActions } from "./many-features.cases.ts";
import { OnlineFeatures } from "./online/online-features.ts";
import { applyAll, pastOf, TestFolders, testPurposes } from "./storage.cases.ts";

const NOW = Date.UTC(2026, 0, 30);
const folders = new TestFolders();
afterAll(() => folders.remove());

const saves = feature("saves_7d", { from: events("save"), aggregate: count(), window: "7d" });
const values = feature("values", { from: events("view"), aggregate: sum(event.value), window: "30d" });
const definitions = [
  saves,
  values,
  derived("value_a_save", divide(values, saves)),
  feature("last_surface", { from: events("view"), aggregate: last(event.surface) }),
];
const context = { actions: Object.keys(testActions), purposes: testPurposes };
const plan = planFeatures(definitions, context);

let made = 0;
function act(userId: string, name: string, daysAgo: number, value: number): StoredEvent {
  const timestampMs = NOW - daysAgo * DAY_MS;
  const [eventId, user] = [`e${made++}` as EventId, userId as UserId];
  const common = { kind: "track" as const, eventId, userId: user, timestampMs, receivedAtMs: timestampMs };
  return { ...common, name, properties: { value, surface: "home" }, traits: {}, rest: {} };
}

test("the numbers that are learned from are those that are served, and nothing is known before the first event", async () => {
  const storage = await folders.open();
  const given = [
    act("ann", "view", 3, 0.1),
    act("ann", "view", 2, 0.2),
    act("ann", "save", 1, 0),
    act("bob", "view", 4, 7),
  ];
  await storage.log.append(1, given.map(encodeEvent));
  await applyAll(storage, plan, storage.state);
  const past = await pastOf(storage);
  const wanted = new FeatureVectors(plan);
  expect(wanted.names).toEqual(["saves_7d", "value_a_save", "values"]);
  const online = new OnlineFeatures({
    ...past,
    clock: new HistoricalClock(NOW),
    plan,
    partitions: [1],
    services: {},
  });
  const people = ["bob", "ann", "nobody"];
  const served = await online.vectors(
    wanted,
    people.map((userId) => ({ userId })),
  );
  const now = people.map((userId) => ({ userId, timestampMs: NOW }));
  const rows = [...now, { userId: "ann", timestampMs: NOW - 4 * DAY_MS }];
  const { vectors } = await getHistoricalVectors(
    past,
    wanted,
    { ...context, definitions, rows },
    ignoreProgress,
  );
  expect(Buffer.from(vectors.buffer, 0, served.byteLength)).toEqual(Buffer.from(served.buffer));
  const unknown = [Number.NaN, Number.NaN, Number.NaN];
  expect([...vectors]).toEqual([0, Number.NaN, 7, 1, 0.1 + 0.2, 0.1 + 0.2, ...unknown, ...unknown]);
  await storage.log.close();
  await storage.state.close();
});

test("the version is that of everything the numbers are made of; what is no number is refused", () => {
  const wider = feature("saves_7d", { from: events("save"), aggregate: count(), window: "8d" });
  const versionWith = (one: typeof saves): string =>
    new FeatureVectors({ definitions: [one, ...definitions.slice(1)] }, ["value_a_save"]).version;
  expect(versionWith(wider)).not.toBe(versionWith(saves));
  expect(versionWith({ ...saves, owner: "growth" })).toBe(versionWith(saves));
  expect(() => new FeatureVectors(plan, ["last_surface"])).toThrow("last_surface is no number");
  expect(() => new FeatureVectors(plan, ["nope"])).toThrow('no feature is called "nope"');
});
