import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HistoricalClock, HOUR_MS, PlatformError } from "#base";
import { FileBlobStore } from "#storage";
import type { ModelManifest } from "../models/model-manifest.ts";
import { ModelStore } from "../models/model-store.ts";
import { ModelRefits, type ModelRefitsParts } from "./model-refits.ts";

/** @file When models are fitted anew, and when what comes of it stays out of service. How it looks to a server: `model-swap.test.ts`. */

const MADE_MS = Date.parse("2026-03-01T00:00:00Z");
const manifest: Omit<ModelManifest, "version" | "name" | "kind"> = {
  ...{ config: { factors: 8 }, seed: 1, refitOf: null, userCount: 2, itemCount: 3, interactionCount: 4 },
  ...{ dataFromMs: 5, dataUntilMs: 6, logOffsets: [[0, 7]], vocabularyHash: "ab", curve: [], fitSeconds: 0 },
  ...{ metrics: { validationNdcgAt10: 0.1 }, madeAt: new Date(MADE_MS).toISOString(), code: null },
  ...{ dimension: null, inputs: [], outputs: [] },
};
let folder: string;
let models: ModelStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-refits-"));
  models = new ModelStore(new FileBlobStore(folder));
  for (const [name, kind] of [
    ["ials", "ials"],
    ["popularity", "popularity"],
    ["torch", "onnx-encoder"],
  ] as const)
    await models.put({ name, kind, ...manifest }, Uint8Array.of(1));
  await models.serve({ personal: first("ials"), coldStart: first("popularity"), beside: [first("torch")] });
});
afterEach(() => rm(folder, { recursive: true }));

function first(name: string) {
  return { name, version: "0001" };
}

/** Refits a day old, with a log that ends at `end` and fits that end as `outcomeOf` says. */
function open(outcomeOf: (model: string) => Partial<ModelManifest>, end = 8) {
  const clock = new HistoricalClock(MADE_MS);
  const fitted: unknown[] = [];
  const notices: string[] = [];
  const runs = {
    async start({ model, config }: { model: string; config: object }, refitOf: string) {
      fitted.push({ model, config, refitOf });
      const learned = { ...manifest, name: model, kind: model, refitOf, madeAt: null, ...outcomeOf(model) };
      const { version } = await models.put(learned, Uint8Array.of(2));
      return { status: "done", version };
    },
    async settled() {},
  } as unknown as ModelRefitsParts["runs"]; // what is asked of them
  const refits = new ModelRefits({
    ...{ everyHours: 24, runs, models, clock, log: { end: () => end } },
    serveInPlace: async (id) => {
      const { personal, coldStart } = (await models.serving())!;
      const renewed = (one: typeof id) => (one.name === id.name ? id : one);
      await models.serve({ personal: renewed(personal), coldStart: renewed(coldStart) });
    },
    onNotice: (notice) => notices.push(notice),
  });
  const after = async (hours: number): Promise<void> => {
    clock.observe(MADE_MS + hours * HOUR_MS);
    await refits.look();
  };
  return { after, fitted, notices };
}

const fine = () => ({ madeAt: new Date(MADE_MS + 24 * HOUR_MS).toISOString() });

test("one that a clock dated ahead of now is fitted anew, and not waited for", async () => {
  const { after, fitted } = open(fine);
  await models.put(
    { name: "ials", kind: "ials", ...manifest, madeAt: "2099-01-01T00:00:00Z" },
    Uint8Array.of(1),
  );
  await models.serve({ personal: { name: "ials", version: "0002" }, coldStart: first("torch") });
  await after(1);
  expect(fitted).toMatchObject([{ model: "ials", refitOf: "0002" }]);
});

test("each is fitted once it is old enough, with the settings it has; what was made elsewhere is left", async () => {
  const { after, fitted } = open(fine);
  await after(23.9);
  expect(fitted).toEqual([]);
  await after(24);
  await after(25);
  expect(fitted).toEqual(
    ["ials", "popularity"].map((model) => ({ model, config: { factors: 8 }, refitOf: "0001" })),
  );
  expect(await models.serving()).toMatchObject({
    personal: { name: "ials", version: "0002" },
    coldStart: { name: "popularity", version: "0002" },
    others: [{ name: "torch", version: "0001" }],
  });
});

test("of refits the one before is kept, and everything that somebody asked for", async () => {
  const { after } = open(() => ({ madeAt: null }));
  for (const hours of [24, 25, 26]) await after(hours);
  const kept = (await models.list()).filter(({ name }) => name === "ials");
  expect(kept.map(({ version, refitOf }) => [version, refitOf])).toEqual([
    ["0001", null],
    ["0003", "0002"],
    ["0004", "0003"],
  ]);
});

test("without an event since the fit there is nothing to learn", async () => {
  const { after, fitted } = open(fine, 7);
  await after(100);
  expect(fitted).toEqual([]);
});

test("a version that says much less of its validation is kept, told of, and does not serve; a day later it is tried again", async () => {
  const { after, fitted, notices } = open((model) => ({
    ...fine(),
    metrics: { validationNdcgAt10: model === "ials" ? 0.049 : 0.051 },
  }));
  await after(24);
  await after(47);
  expect(notices).toEqual([
    "ials@0002 was fitted and stays out of service: its validation NDCG@10 is 0.049, that of version 0001 was 0.1",
  ]);
  expect(await models.serving()).toMatchObject({ personal: first("ials"), coldStart: { version: "0002" } });
  expect(fitted).toHaveLength(2);
  await after(48);
  expect(fitted.slice(2)).toMatchObject([{ model: "ials" }, { model: "popularity" }]);
});

test("a fit that fails is told of and tried again an hour later; while another runs, later looks try", async () => {
  let error: Error = new PlatformError("already-training", "something is being fitted");
  const { after, fitted, notices } = open(() => {
    throw error;
  });
  await after(24);
  expect([fitted.length, notices]).toEqual([1, []]);
  error = new PlatformError("model-too-large", "no room");
  await after(25);
  await after(25.9);
  expect([fitted.length, notices.length]).toEqual([3, 2]);
  expect(notices[0]).toMatch(/^ials@0001 stays in service, its refit failed: .*no room/);
  await after(26);
  expect(fitted).toHaveLength(5);
});
