import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ignoreProgress } from "#base";
import { action, type Config, defaultActions, defaultConfig, defaultPurposes, purpose } from "#declarations";
import { readPerson, readPersonSequence, undeclaredEvents, usableFor } from "#sequences";
import { openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";
import { replay } from "../upkeep/replay.ts";
import { type DataManifest, readManifest, writeManifest } from "./data-folder.ts";

const juggle = action({ kind: "positive", strength: 3, verb: "juggled" });
const wider: Config = { ...defaultConfig, actions: { ...defaultActions, juggle } };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-declared-"));
});
afterEach(() => rm(folder, { recursive: true }));

const open = (config: Config): Promise<Platform> => openPlatform(folder, { config });

async function within<Result>(config: Config, use: (platform: Platform) => Promise<Result>): Promise<Result> {
  const platform = await open(config);
  try {
    return await use(platform);
  } finally {
    await platform.close();
  }
}

const track = (event: string, day: number, context = {}): object => ({
  type: "track",
  event,
  userId: "u",
  messageId: `${event}-${day}`,
  timestamp: new Date(Date.UTC(2026, 0, day)).toISOString(),
  properties: { itemId: `i${day}`, surface: `s${day}` },
  context,
});

/** Rows of the person, newest first: action, item, surface. */
async function rowsOf({ state, catalogue }: Platform): Promise<string[]> {
  const person = await readPerson(state, ["u"]);
  const query = { limit: 100, asOfMs: Number.POSITIVE_INFINITY };
  const window = await readPersonSequence(state, person!, query);
  return window
    .rows()
    .map(({ action: code, itemRow, surface }) =>
      [
        catalogue.actions.nameOf(code),
        catalogue.at(itemRow).itemId,
        catalogue.surfaces.nameOf(surface),
      ].join(),
    );
}

test("events stored as undeclared become rows when their name is declared, and stop being rows when it is not any more", async () => {
  await within(defaultConfig, async ({ ingestion }) => {
    await ingestion.ingestMessages([
      track("save", 1),
      track("juggle", 2),
      track("juggle", 2),
      track("odd", 3),
    ]);
  });
  await expect(open(wider)).rejects.toThrow(/adds juggle.*inkling replay --config/);

  const applied = await replay(folder, { keepsRebuilt: true, config: wider }, ignoreProgress);
  expect(applied).toMatchObject({ change: "adds juggle", isIdentical: false });
  expect((await replay(folder, { keepsRebuilt: false }, ignoreProgress)).isIdentical).toBe(true);
  await within(wider, async (platform) => {
    await platform.ingestion.ingestMessages([track("juggle", 4)]);
    expect(await rowsOf(platform)).toEqual(["juggle,i4,s4", "juggle,i2,s2", "save,i1,s1"]);
    expect(await undeclaredEvents(platform.state)).toEqual({ odd: 1 });
  });

  await expect(open(defaultConfig)).rejects.toThrow(/removes juggle/);
  await replay(folder, { keepsRebuilt: true, config: defaultConfig }, ignoreProgress);
  await within(defaultConfig, async (platform) => {
    expect(await rowsOf(platform)).toEqual(["save,i1,s1"]);
    expect(await undeclaredEvents(platform.state)).toEqual({ odd: 1, juggle: 2 });
  });
});

test("strengths and verbs change at any start; a replay without a configuration, or one that only compares, applies nothing", async () => {
  await within(wider, ({ ingestion }) => ingestion.ingestMessages([track("juggle", 1)]));
  const stronger = {
    ...wider,
    actions: { ...wider.actions, juggle: { ...juggle, strength: 9, verb: "threw" } },
  };
  await within(stronger, async ({ manifest }) => {
    expect(manifest.actions.find(({ name }) => name === "juggle")).toMatchObject({
      strength: 9,
      verb: "threw",
    });
  });
  for (const options of [{ keepsRebuilt: true }, { keepsRebuilt: false, config: defaultConfig }]) {
    const result = await replay(folder, options, ignoreProgress);
    expect(result.change).toBeUndefined();
    expect(result.isIdentical).toBe(true);
  }
  await within(wider, async (platform) => expect(await rowsOf(platform)).toEqual(["juggle,i1,s1"]));
});

test("a cap that changes takes a replay, which trims by it, and brings back what it trimmed before", async () => {
  const capped: Config = { ...wider, actions: { ...wider.actions, juggle: { ...juggle, maxRows: 8 } } };
  const many = Array.from({ length: 96 }, (_, n) => track("juggle", n + 1));
  await within(wider, ({ ingestion }) => ingestion.ingestMessages(many));
  await expect(open(capped)).rejects.toThrow(/caps juggle otherwise.*inkling replay --config/);
  await replay(folder, { keepsRebuilt: true, config: capped }, ignoreProgress);
  await within(capped, async (platform) => expect((await rowsOf(platform)).length).toBeLessThan(32));
  await replay(folder, { keepsRebuilt: true, config: wider }, ignoreProgress);
  await within(wider, async (platform) => expect(await rowsOf(platform)).toHaveLength(96));
});

test("a purpose declared later finds what was said of it before", async () => {
  const said = { consent: { categoryPreferences: { research: false } } };
  await within(defaultConfig, ({ ingestion }) =>
    ingestion.ingestMessages([track("save", 1, said), track("save", 2)]),
  );
  const research = purpose({ default: "granted" });
  const config: Config = { ...defaultConfig, purposes: { ...defaultPurposes, research } };
  await expect(open(config)).rejects.toThrow(/adds research/);
  await replay(folder, { keepsRebuilt: true, config }, ignoreProgress);
  await within(config, async ({ state, catalogue, purposes }) => {
    const person = (await readPerson(state, ["u"]))!;
    const isUsable = usableFor(purposes.named("research")!, person.record.consent, catalogue);
    const query = { limit: 9, asOfMs: Number.POSITIVE_INFINITY, isUsable };
    const window = await readPersonSequence(state, person, query);
    expect(window.rows().map(({ eventId }) => eventId)).toEqual(["save-2"]);
  });
});

test("a folder from before there were purposes takes the built-in ones by a replay without a configuration", async () => {
  await within(defaultConfig, ({ ingestion }) => ingestion.ingestMessages([track("save", 1)]));
  const { purposes, ...before } = (await readManifest(folder))!;
  await writeManifest(folder, before as DataManifest);
  await expect(open(defaultConfig)).rejects.toThrow(/adds personalization, analytics, advertising/);
  expect((await replay(folder, { keepsRebuilt: false }, ignoreProgress)).change).toBeUndefined();
  await replay(folder, { keepsRebuilt: true }, ignoreProgress);
  await within(defaultConfig, async ({ manifest }) => expect(manifest.purposes).toEqual(purposes));
});

test("a folder that has met sixteen purposes takes no other", async () => {
  const named = (prefix: string): Config => ({
    ...defaultConfig,
    purposes: {
      personalization: defaultPurposes.personalization,
      ...Object.fromEntries(
        Array.from({ length: 10 }, (_, n) => [`${prefix}${n}`, defaultPurposes.analytics]),
      ),
    },
  });
  await within(named("a"), async () => {});
  await expect(
    replay(folder, { keepsRebuilt: true, config: named("b") }, ignoreProgress),
  ).rejects.toMatchObject({
    code: "invalid-config",
    message: expect.stringMatching(/more than the 16 .*leave out b9/),
  });
});
