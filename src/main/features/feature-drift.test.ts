import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ignoreProgress } from "#base";
import {
  count,
  defaultActions,
  defineConfig,
  event,
  events,
  feature,
  item,
  last,
  lastK,
} from "#declarations";
import type { FeatureBaseline, HealthReport } from "#features";
import type { Server } from "#serving";
import { FileBlobStore } from "#storage";
import { paths } from "../folder/data-folder.ts";
import { asking, closeAll, fittedServer, openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";
import { lookAtHealth } from "./feature-health.ts";

/** @file Drift of features that are no numbers, from the events of people to what is told of it. */
const NOW = Date.parse("2026-03-01T12:00:00Z");
const PEOPLE = 40;
const clicks = events("click");
const config = defineConfig({
  actions: defaultActions,
  features: [
    feature("clicks", { from: clicks, aggregate: count() }),
    feature("last_surface", { from: clicks, aggregate: last(event.surface) }),
    feature("clicks_by_topic_7d", { from: clicks, keyedBy: item.topic, aggregate: count(), window: "7d" }),
    feature("last_items", { from: clicks, aggregate: lastK(event.itemId, 2) }),
  ],
});

let platform: Platform;
let server: Server;
let outer: string;
beforeAll(async () => {
  outer = await mkdtemp(join(tmpdir(), "inkling-drift-"));
  platform = await openPlatform(join(outer, "data"), { config });
  platform.clock.observe(NOW);
  await platform.ingestion.ingestItems([
    { itemId: "cup", tags: ["food"] },
    { itemId: "map", tags: ["travel"] },
  ]);
  await everybody("home", "cup");
  server = await fittedServer(platform);
});
afterAll(async () => {
  await closeAll(platform, server);
  await rm(outer, { recursive: true });
});
const { get } = asking(() => server);

async function everybody(surface: string, itemId: string): Promise<void> {
  const nowMs = platform.clock.nowMs();
  const acts = Array.from({ length: PEOPLE }, (_, n) => ({
    ...{ type: "track", userId: `u${n}`, event: "click", messageId: `${surface} ${n}` },
    timestamp: new Date(nowMs + n).toISOString(),
    properties: { itemId, surface },
  }));
  await platform.ingestion.ingestMessages(acts);
}

async function look(): Promise<HealthReport> {
  const { manifest, folder } = platform;
  const options = { manifest, services: {}, people: 100, seed: 1, setsBaseline: false };
  const { report } = await lookAtHealth(folder, options, ignoreProgress);
  platform.health.report = report;
  return report;
}

const indexes = ({ features }: HealthReport) =>
  Object.fromEntries(features.map(({ name, stabilityIndex }) => [name, stabilityIndex]));

test("who is elsewhere, about something else, shows in the figures of drift, and nowhere do values", async () => {
  await look();
  expect(indexes(await look())).toEqual({ clicks: 0, last_surface: 0, clicks_by_topic_7d: 0, last_items: 0 });
  await everybody("search", "map");
  const report = await look();
  expect(report.features.map(({ name, measure }) => [name, measure])).toEqual([
    ["clicks", "numbers"],
    ["clicks_by_topic_7d", "keys"],
    ["last_items", "elements"],
    ["last_surface", "values"],
  ]);
  for (const { stabilityIndex, indexByChance } of report.features) {
    expect(stabilityIndex).toBeGreaterThan(0.25);
    expect(stabilityIndex).toBeGreaterThan(indexByChance!);
  }
  const told = await get("/v1/features/health");
  expect(told.features.map(({ stabilityIndex }: { stabilityIndex: number }) => stabilityIndex)).toEqual(
    report.features.map(({ stabilityIndex }) => stabilityIndex),
  );
  const metrics = (await server.inject("/metrics")).body;
  expect(metrics).toMatch(/inkling_feature_stability_index\{feature="last_surface"\} [1-9]/);
  for (const text of [JSON.stringify(told), JSON.stringify(report), metrics])
    expect(text).not.toMatch(/"home"|"search"|"food"|"travel"|"cup"|"map"/);
});

test("what drift was measured against before this format goes on for numbers, and begins again for the rest", async () => {
  const blobs = new FileBlobStore(paths.blobs(platform.folder));
  const key = "features/baseline.json";
  const read = async () => JSON.parse(Buffer.from((await blobs.get(key))!).toString()) as FeatureBaseline;
  const { format: _, ...before } = await read();
  await blobs.put(key, Buffer.from(JSON.stringify(before)));
  const { clicks: index, ...others } = indexes(await look());
  expect(index).toBeGreaterThan(0.25);
  expect(others).toEqual({ last_surface: null, clicks_by_topic_7d: null, last_items: null });
  expect(await read()).toMatchObject({ format: 2, at: before.at });
  expect(indexes(await look())).toEqual({
    clicks: index,
    last_surface: 0,
    clicks_by_topic_7d: 0,
    last_items: 0,
  });
});
