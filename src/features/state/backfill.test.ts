/** @file A backfill makes what streaming made, also when it is interrupted, and takes away what was there by other definitions. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EventId, HistoricalClock, ignoreProgress, Random, type UserId } from "#base";
import {
  approxUniqueCount,
  count,
  defaultActions,
  event,
  events,
  feature,
  item,
  purposesOf,
  sum,
} from "#declarations";
import { Actions, Catalogue, encodeEvent, encodeSharedRecord, followShared, SHARED_PARTITION } from "#events";
import { Applier, hashState } from "#sequences";
import { LmdbStateStore, SegmentedEventLog } from "#storage";
import { type FeaturePlan, planFeatures } from "../definition/plan.ts";
import { applyFeatures } from "./also-apply.ts";
import { backfillFeatures } from "./backfill.ts";

/** Two runs and a part of a third. */
const EVENTS = 45_000;
let folder: string;
let log: SegmentedEventLog;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-backfill-"));
  log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount: 2 });
  const shared = [
    { kind: "item" as const, itemId: "cup", input: { tags: ["craft"] } },
    { kind: "action" as const, name: "save" },
  ];
  await log.append(SHARED_PARTITION, shared.map(encodeSharedRecord));
  const random = Random.of(1, "backfill");
  const made = Array.from({ length: EVENTS }, (_, n) =>
    encodeEvent({
      ...{ kind: "track", name: "save", traits: {}, rest: {} },
      eventId: `e${n % 10 === 9 ? n - 1 : n}` as EventId, // every tenth comes twice
      userId: `u${n % 10 === 9 ? (n - 1) % 50 : n % 50}` as UserId,
      timestampMs: 1.7e12 + n * 1000,
      receivedAtMs: 1.7e12 + n * 1000,
      properties: { itemId: "cup", value: random.normal() },
    }),
  );
  await log.append(1, made);
});
afterAll(async () => {
  await log.close();
  await rm(folder, { recursive: true });
});

const context = { actions: Object.keys(defaultActions), purposes: purposesOf({ actions: {} }) };
const before = planFeatures([feature("saves", { from: events("save"), aggregate: count() })], context);
const after = planFeatures(
  [
    feature("value", { from: events("save"), aggregate: sum(event.value) }),
    feature("by_topic_7d", { from: events("save"), keyedBy: item.topic, aggregate: count(), window: "7d" }),
    feature("people", { entity: item, from: events("save"), aggregate: approxUniqueCount(event.userId) }),
    feature("item_saves_1h", { entity: item, from: events("save"), aggregate: count(), window: "1h" }),
  ],
  context,
);

async function streamed(name: string, plan: FeaturePlan): Promise<LmdbStateStore> {
  const state = new LmdbStateStore(join(folder, name), new HistoricalClock(0));
  const onFailure = (error: unknown): never => {
    throw error;
  };
  const parts = {
    log,
    state,
    actions: new Actions(),
    alsoApply: applyFeatures(plan),
    onApplied: () => {},
    onFailure,
  };
  await (await Applier.start(parts, () => {})).close();
  return state;
}

test("interrupted, it goes on where it was, and ends with the bytes that streaming writes", async () => {
  const state = await streamed("changed", before);
  const wanted = await streamed("wanted", after);
  expect(await hashState(state)).not.toEqual(await hashState(wanted));
  const catalogue = new Catalogue();
  await followShared(log, { catalogue }, () => {}).catchUp(() => {});
  const lake = (): never => {
    throw new Error("nothing was dropped");
  };
  const parts = { log, lake, state, catalogue, plan: after };
  const interrupt = ({ stage, done }: { stage: string; done: number }): void => {
    if (stage === "backfilling features" && done > 20_000) throw new Error("interrupted");
  };
  await expect(backfillFeatures(parts, interrupt)).rejects.toThrow("interrupted");
  expect(await hashState(state)).not.toEqual(await hashState(wanted));
  expect(await backfillFeatures(parts, ignoreProgress)).toBeLessThan(EVENTS / 3); // what was left
  expect(await hashState(state)).toEqual(await hashState(wanted));
  await state.close();
  await wanted.close();
});
