/**
 * @file The law the folder stands on: for any stream of events (late, repeated, out of order, ids linked and unlinked, each with choices of its own, erasures), any
 * definitions and any time, what is served is what the log says, by two roads and by a third that shares no code with them:
 *
 *     streamed into state, tiles and all, and read   =   collected from the log as of a time   =   a few lines over an array
 *
 * Equal means equal: sums are exact and rounded once in all three, sketches are compared with sketches of the same values.
 */
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { DAY_MS, HOUR_MS, ignoreProgress, Random } from "#base";
import { count, defaultPurposes, defineConfig, events, type FeatureDefinition, feature } from "#declarations";
import { encodeEvent, encodeSharedRecord, SHARED_PARTITION } from "#events";
import { forgetUser, hashState } from "#sequences";
import { planFeatures } from "./definition/plan.ts";
import { collectRows } from "./history/collect-rows.ts";
import { featuresAt } from "./history/features-at.ts";
import { PersonWalk } from "./history/person-walk.ts";
import { manyFeatures, testActions } from "./many-features.cases.ts";
import type { Answer } from "./online/accumulation.ts";
import { requestFeatures } from "./online/feature-request.ts";
import { readFeatures } from "./online/read-features.ts";
import { type OracleEvent, oracleValue } from "./oracle.cases.ts";
import { eventArbitrary, type Made, oracleEvents, START_MS, storedEvent } from "./random-events.cases.ts";
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
} from "./storage.cases.ts";

const RUNS = Number(process.env["INKLING_FEATURE_RUNS"] ?? 6);

/** Definitions that the law is held against. */
function declare(features: readonly FeatureDefinition[]) {
  const config = defineConfig({ actions: testActions, features, purposes: defaultPurposes });
  const plan = planFeatures(config.features, {
    actions: Object.keys(config.actions),
    purposes: testPurposes,
  });
  return { config, plan, names: config.features.map(({ name }) => name) };
}

const all = declare(manyFeatures);
/** Where no window asks for rows, they are sealed by the bytes they take. */
const lifetimes = declare(
  manyFeatures.filter((one) => one.kind === "aggregate" && one.window.kind === "lifetime"),
);
const folders = new TestFolders();
afterAll(() => folders.remove());

async function checkParity(
  { config, plan, names }: typeof all,
  storage: TestStorage,
  oracle: readonly OracleEvent[],
  laterMs: number,
): Promise<void> {
  const past = await pastOf(storage);
  const { catalogue, identity } = past;
  const request = requestFeatures(plan, names, catalogue);
  const collected = await collectRows(past, plan, undefined, ignoreProgress);
  for (const person of ["ann", "bob", "anonymous:a"]) {
    const ids = identity.idsOf(person);
    const rows = collected.rowsOf(ids);
    const newestMs = rows?.at(-1)?.timestampMs ?? START_MS;
    const nowMs = newestMs + laterMs;
    const [online = []] = await readFeatures(past, request, [person], nowMs);
    if (!rows) {
      expect(new Set(online.map(({ status }) => status))).toEqual(new Set(["NOT_FOUND"]));
      continue;
    }
    const [setBack] = await readFeatures(past, request, [person], START_MS - DAY_MS);
    const [atNewest] = await readFeatures(past, request, [person], newestMs);
    expect(setBack, "a clock set back").toEqual(atNewest);
    const offline = featuresAt(rows, request, nowMs, catalogue) as Answer[]; // every name is known
    for (const [n, name] of names.entries()) {
      if (online[n]!.status === "NOT_FOUND") continue; // refused now
      expect(online[n]!.value, `${person} ${name}`).toEqual(offline[n]!.value);
      expect(online[n]!.newestMs, `${person} ${name}`).toEqual(offline[n]!.newestMs);
    }
    const walk = new PersonWalk(rows, request, catalogue);
    for (const atMs of [newestMs - 5 * DAY_MS, newestMs - 3 * HOUR_MS, nowMs]) {
      const past = featuresAt(rows, request, atMs, catalogue) as Answer[]; // as above
      expect(walk.at(atMs), `${person} on the way at ${atMs}`).toEqual(past);
      for (const [n, definition] of config.features.entries()) {
        if (definition.kind !== "aggregate") continue;
        const expected = oracleValue(definition, oracle, new Set(ids), atMs);
        expect(past[n]!.value, `${person} ${definition.name} at ${atMs}`).toEqual(expected);
      }
    }
  }
}

/** At the end ann agrees, whatever her ids had refused: so what was collected in between is asked for. */
const AGREEMENT: Made = {
  ...{ id: 401, userId: "ann", name: "identify", atMs: 40 * DAY_MS, refuses: false },
  ...{ item: 0, edition: 0, value: null, surface: null },
};

async function holdLaw(declared: typeof all, numRuns: number): Promise<void> {
  const { plan } = declared;
  await fc.assert(
    fc.asyncProperty(
      fc.array(eventArbitrary, { minLength: 1, maxLength: 120, size: "medium" }),
      fc.boolean(),
      fc.oneof(
        fc.integer({ min: 0, max: 10 * DAY_MS }),
        fc.integer({ min: 0, max: 10 }).map((days) => days * DAY_MS),
      ),
      async (input, agrees, laterMs) => {
        const storage = await folders.open();
        try {
          const events = [...input, ...(agrees ? [AGREEMENT] : [])].map(storedEvent);
          const half = events.length >> 1;
          for (const part of [events.slice(0, half), events.slice(half)]) {
            if (part.length > 0) await storage.log.append(1, part.map(encodeEvent));
            await applyAll(storage, plan, storage.state);
          }
          await checkParity(declared, storage, oracleEvents(events), laterMs);
          // Whoever is known again as two chose for themselves.
          const unlink = encodeSharedRecord({ kind: "unlink", id: "anonymous:a" });
          await storage.log.append(SHARED_PARTITION, [unlink]);
          await checkParity(declared, storage, oracleEvents(events), laterMs);
          const link = encodeSharedRecord({ kind: "link", from: "anonymous:a", to: "ann" });
          await storage.log.append(SHARED_PARTITION, [link]);
          const replayed = openState(storage.folder, "replayed");
          await applyAll(storage, plan, replayed);
          expect(await hashState(replayed)).toEqual(await hashState(storage.state));
          // Bob is forgotten, and it is as if he had never come.
          await forgetUser("bob", { ...storage, actions });
          await storage.log.erase(1, ({ offset }) => events[offset]?.userId === "bob");
          await checkParity(declared, storage, oracleEvents(events, "bob"), laterMs);
          await replayed.close();
        } finally {
          await storage.log.close();
          await storage.state.close();
        }
      },
    ),
    { numRuns },
  );
}

test("streaming, batch and a naive walk give the same values, for any stream, definition and time", () =>
  holdLaw(all, RUNS));

test("so they do where only lifetimes are asked for", () => holdLaw(lifetimes, Math.ceil(RUNS / 3)));

test("a busy person's windows come from tiles, and are still the same to the millisecond", async () => {
  const { plan, names } = all;
  const random = Random.of(7, "busy");
  const storage = await folders.open();
  const events = Array.from({ length: 4600 }, (_, n) =>
    storedEvent({
      id: n,
      userId: "ann",
      name: Object.keys(testActions)[random.integer(3)]!,
      atMs: random.chance(0.05)
        ? Math.floor(random.uniform() * 29 * DAY_MS)
        : Math.floor((29 * DAY_MS * n) / 4600),
      item: random.integer(ITEMS),
      edition: random.integer(EDITIONS),
      value: random.normal() * 10 ** random.integer(6),
      surface: random.chance(0.5) ? "home" : null,
      refuses: null,
    }),
  );
  for (let from = 0; from < events.length; from += 700)
    await storage.log.append(1, events.slice(from, from + 700).map(encodeEvent));
  await applyAll(storage, plan, storage.state);
  const past = await pastOf(storage);
  const { catalogue } = past;
  const collected = await collectRows(past, plan, undefined, ignoreProgress);
  const rows = collected.rowsOf(["ann"])!;
  const request = requestFeatures(plan, names, catalogue);
  const newestMs = rows.at(-1)!.timestampMs;
  for (const laterMs of [0, 1, 17 * 60_000, HOUR_MS, 5 * DAY_MS + 3, 100 * DAY_MS]) {
    const [online = []] = await readFeatures(past, request, ["ann"], newestMs + laterMs);
    const offline = featuresAt(rows, request, newestMs + laterMs, catalogue);
    for (const [n, name] of names.entries())
      expect({ name, ...online[n]! }, `${name} ${laterMs} ms later`).toMatchObject({ name, ...offline[n]! });
  }
  await storage.log.close();
  await storage.state.close();
});

test("a refusal of another id counts from when it was said until the person agrees again, and only while they are one", async () => {
  const { plan } = declare([feature("saves", { from: events("save"), aggregate: count() })]);
  const storage = await folders.open();
  let id = 0;
  const act = (userId: Made["userId"], day: number, refuses: boolean | null = null, name = "save") =>
    storedEvent({
      ...{ id: id++, userId, name, atMs: day * DAY_MS, item: 0, edition: 0, value: 1, surface: null },
      refuses,
    });
  // 40 saves of ann before, 3 while the browser's refusal stood, and 2 after she agreed, one of which says no itself.
  const said = [
    ...Array.from({ length: 40 }, () => act("ann", 1)),
    act("anonymous:a", 2, true, "identify"),
    ...[3, 4, 5].map((day) => act("ann", day)),
    act("anonymous:a", 5),
    act("ann", 6, false, "identify"),
    act("ann", 7),
    act("ann", 8, true),
    act("anonymous:a", 8),
  ];
  await storage.log.append(1, said.map(encodeEvent));
  await applyAll(storage, plan, storage.state);
  const savesOf = async (person: string): Promise<unknown> => {
    const past = await pastOf(storage);
    const request = requestFeatures(plan, ["saves"], past.catalogue);
    const [[saves] = []] = await readFeatures(past, request, [person], START_MS + 20 * DAY_MS);
    return saves!.status === "PRESENT" ? saves!.value : saves!.status;
  };
  expect(await savesOf("ann")).toBe(42); // 40, the one of day 7, and the browser's of day 8
  await storage.log.append(SHARED_PARTITION, [encodeSharedRecord({ kind: "unlink", id: "anonymous:a" })]);
  expect([await savesOf("ann"), await savesOf("anonymous:a")]).toEqual([44, "NOT_FOUND"]);
  await storage.log.close();
  await storage.state.close();
});
