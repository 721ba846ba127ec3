import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY_MS, HOUR_MS, ignoreProgress } from "#base";
import {
  approxUniqueCount,
  count,
  defaultActions,
  defineConfig,
  event,
  events,
  feature,
  item,
  surface,
} from "#declarations";
import { modelNamed } from "#models";
import { historyOf, interactionsFromLog } from "#sequences";
import { readManifest } from "../folder/data-folder.ts";
import { Platform } from "../platform.ts";
import { onlineFeatures } from "../services.ts";
import { pastFeatures, ServedFeatureNumbers } from "./feature-numbers.ts";

/** @file A ranker that reads declared features is asked, in service, with what it would have learned from at that moment. */
const PEOPLE = 30;
const ITEMS = 12;
const START = Date.UTC(2026, 0, 1);
const NAMES = ["saves_7d", "item_savers_30d"];
const config = defineConfig({
  actions: defaultActions,
  features: [
    feature("saves_7d", { from: events("save"), aggregate: count(), window: "7d" }),
    feature("item_savers_30d", {
      ...{ entity: item, from: events("save"), aggregate: approxUniqueCount(event.userId), window: "30d" },
    }),
  ],
  surfaces: {
    ranked: surface({
      sources: [{ kind: "popular-now", budget: ITEMS }],
      scorer: { kind: "ranker", model: "ranker" },
    }),
  },
});
const settings = {
  epochs: 1,
  embeddingSize: 4,
  maxLength: 8,
  negatives: 3,
  heldOut: 0.1,
  features: NAMES.join(","),
};
const itemIds = Array.from({ length: ITEMS }, (_, number) => `item-${number}`);
let folder: string;
let platform: Platform;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-feature-numbers-"));
  platform = await Platform.open({
    ...{ folder, config, progress: ignoreProgress, onNotice: () => {} },
    create: { dataset: null, clock: "historical", areTimesMadeUp: false, seed: 1, preset: null },
  });
  await platform.ingestion.ingestItems(itemIds.map((itemId) => ({ itemId })));
  await platform.ingestion.ingestMessages(
    Array.from({ length: 5 * PEOPLE }, (_, n) => ({
      ...{ type: "track", event: "save", userId: `person-${n % PEOPLE}` },
      properties: { itemId: `item-${(n * 7 + (n % PEOPLE)) % ITEMS}` },
      timestamp: new Date(START + n * 5 * HOUR_MS).toISOString(),
    })),
  );
  await platform.fit([{ name: "popularity" }, { name: platform.coldStartModel }], {
    progress: ignoreProgress,
  });
  const ranker = { name: "ranker", config: { ...modelNamed("ranker").defaults, ...settings } };
  await platform.models.serveBeside(await platform.fitBeside(ranker, { progress: ignoreProgress }));
});
afterAll(async () => {
  await platform.close();
  await rm(folder, { recursive: true });
});

test("what is served is what the past says of the same moment, to the last feature", async () => {
  const { log, actions, purposes, clock } = platform;
  const data = await interactionsFromLog(log, { actions, purpose: purposes.personalization }, ignoreProgress);
  const [user, timeMs] = [data.userIds.indexOf("person-3" as never), clock.nowMs()];
  const rows = data.itemIds.map((_, row) => row);
  const at = pastFeatures(folder, (await readManifest(folder))!, data);
  const features = await at.at(NAMES, {
    users: new Uint32Array(ITEMS).fill(user),
    items: Uint32Array.from(rows),
    timesMs: new Float64Array(ITEMS).fill(timeMs),
  });
  expect(features[0]).toBe(1); // one save in the last week, of one in 6.25 days
  const id = (await platform.models.serving())!.others.find(({ name }) => name === "ranker")!;
  const { ranker } = (await platform.models.load(id)).model;
  expect(ranker!.declared).toEqual({ names: NAMES, version: at.versionOf(NAMES) });
  const history = historyOf(data.interactions, user);
  const offline = await ranker!.rank(history, rows, { timeMs, surface: 0, features });
  const server = await platform.createServer({});
  const payload = { userId: "person-3", surface: "ranked", itemIds: data.itemIds };
  const answer = await server.inject({ method: "POST", url: "/v1/rank", payload });
  await server.close();
  const served = new Map<string, { save: number }>(
    answer
      .json()
      .items.map(({ itemId, heads }: { itemId: string; heads: { save: number } }) => [itemId, heads]),
  );
  expect(served.size).toBe(ITEMS);
  for (const [row, itemId] of data.itemIds.entries())
    expect(served.get(itemId)!.save).toBeCloseTo(offline[row]!, 6);
  expect(await ranker!.rank(history, rows, { timeMs, surface: 0 })).not.toEqual(offline); // it does read them
});

test("numbers of other definitions are refused, and of a moment that is over there are none", async () => {
  const served = new ServedFeatureNumbers(platform.plan, onlineFeatures(platform), platform.clock);
  const asked = { userId: "person-3", itemIds: ["item-1"], asOfMs: platform.clock.nowMs() };
  await expect(served.read({ names: NAMES, version: "another" }, asked)).rejects.toMatchObject({
    code: "data-mismatch",
  });
  const past = pastFeatures(folder, (await readManifest(folder))!, { userIds: [], itemIds: [] });
  const wanted = { names: NAMES, version: past.versionOf(NAMES) };
  expect(await served.read(wanted, { ...asked, asOfMs: asked.asOfMs - DAY_MS })).toEqual(
    Float64Array.of(Number.NaN, Number.NaN),
  );
});
