import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ignoreProgress } from "#base";
import { type Config, defaultConfig } from "#declarations";
import { Actions, Purposes } from "#events";
import { historyOf, interactionsFromLog, LakeWriter } from "#sequences";
import type { Server } from "#serving";
import { DuckDbLake } from "#storage";
import { paths } from "../folder/data-folder.ts";
import { type Body, openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";
import { replay } from "./replay.ts";

/** @file Consent from the door to everything that is made of events. An event's item says when it happened: `i3` on day 3. */
let folder: string;
let platform: Platform;
let server: Server;

const open = (config: Config = defaultConfig): Promise<Platform> => openPlatform(folder, { config });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-consent-"));
  platform = await open();
});
afterEach(async () => {
  await server?.close();
  await platform.close();
  await rm(folder, { recursive: true });
});

type Choices = Readonly<Record<string, boolean>>;

function message(userId: string, day: number, choices?: Choices): object {
  return {
    userId,
    messageId: `${userId}-${day}`,
    timestamp: new Date(Date.UTC(2026, 0, day)).toISOString(),
    ...(choices && { context: { consent: { categoryPreferences: choices } } }),
  };
}

const save = (userId: string, day: number, choices?: Choices): object => ({
  ...message(userId, day, choices),
  type: "track",
  event: "save",
  properties: { itemId: `i${day}` },
});

const identify = (userId: string, day: number, choices?: Choices, traits = {}): object => ({
  ...message(userId, day, choices),
  type: "identify",
  traits,
});

async function serve(messages: readonly object[]): Promise<void> {
  const { rejected } = await platform.ingestion.ingestMessages(messages);
  expect(rejected).toEqual([]);
  await platform.ensureModels(ignoreProgress);
  server = await platform.createServer({});
}

const get = async (url: string): Promise<Body> => (await server.inject(url)).json();
const itemsOf = async (userId: string, query: string): Promise<string[]> =>
  (await get(`/v1/users/${userId}/sequence?${query}`)).events.map(({ itemId }: Body) => itemId);
const recommend = async (userId: string): Promise<Body> =>
  (await server.inject({ method: "POST", url: "/v1/recommendations", payload: { userId } })).json();

/** Enough that there is something to recommend, of people who say nothing. */
const crowd = Array.from({ length: 30 }, (_, n) => save(`crowd-${n % 6}`, 1 + (n % 9)));

test("an event is used for a purpose when its own word, else the choice of its time, else the default grants it", async () => {
  await serve([
    ...crowd,
    save("u", 1), // nothing is said: the defaults
    save("u", 2, { personalization: false, advertising: true }),
    identify("u", 3, { advertising: true, unheard: false }),
    save("u", 4),
    save("u", 5, { advertising: false }),
    save("u", 6, { unheard: false }),
  ]);
  expect(await itemsOf("u", "")).toEqual(["i6", "i5", "i4", "i2", "i1"]);
  expect(await itemsOf("u", "purpose=personalization")).toEqual(["i6", "i5", "i4", "i1"]);
  expect(await itemsOf("u", "purpose=analytics")).toEqual(["i6", "i5", "i4", "i2", "i1"]);
  expect(await itemsOf("u", "purpose=advertising")).toEqual(["i6", "i4", "i2"]);
  expect(await itemsOf("u", "purpose=advertising&limit=2")).toEqual(["i6", "i4"]);
  expect(await get("/v1/users/u/sequence?purpose=unheard")).toMatchObject({
    code: "invalid-request",
    detail: 'purpose is "unheard", which is not declared; declared: personalization, analytics, advertising',
  });
});

test("a refusal stops later uses of older events, in answers about the past too, until it is taken back", async () => {
  const refused = [
    ...crowd,
    identify("u", 1, { personalization: true }, { name: "Una" }),
    save("u", 2),
    save("u", 3),
    identify("u", 4, { personalization: false }, { plan: "free" }),
    save("u", 5),
    save("u", 6, { personalization: true }),
  ];
  await serve(refused);
  expect(await itemsOf("u", "purpose=personalization")).toEqual([]);
  expect(await itemsOf("u", "purpose=personalization&asOf=2026-01-03T12:00:00Z")).toEqual([]);
  expect(await get("/v1/users/u?purpose=personalization")).toMatchObject({
    traits: {},
    engagementCount: 0,
    counts: {},
    latest: [],
  });
  expect((await recommend("u")).isColdStart).toBe(true);

  await platform.ingestion.ingestMessages([identify("u", 7, { personalization: true }), save("u", 8)]);
  // Day 5 was collected without consent, and stays unused; day 6 had its own.
  expect(await itemsOf("u", "purpose=personalization")).toEqual(["i8", "i6", "i3", "i2"]);
  expect(await get("/v1/users/u?purpose=personalization")).toMatchObject({
    traits: { name: "Una" },
    engagementCount: 4,
    counts: { save: 4 },
  });
  const { isColdStart, items } = await recommend("u");
  expect(isColdStart).toBe(false);
  const known = items.map(({ itemId }: Body) => itemId);
  for (const seen of ["i8", "i6", "i3", "i2"]) expect(known).not.toContain(seen);
  expect(known).toContain("i5"); // what may not be used is not known to have been seen
});

test("what a batch says once holds for each of its events, also for those that have a context of their own", async () => {
  await serve(crowd);
  const own = { ...save("u", 2), context: { ip: "::1" } };
  const batch = [save("u", 1), own, save("u", 3, { personalization: true })];
  const context = { consent: { categoryPreferences: { personalization: false } } };
  await server.inject({ method: "POST", url: "/v1/batch", payload: { batch, context } });
  expect(await itemsOf("u", "")).toEqual(["i3", "i2", "i1"]);
  expect(await itemsOf("u", "purpose=personalization")).toEqual(["i3"]);
});

test("a change of mind counts in strict mode too, where nobody has declared its event", async () => {
  await platform.close();
  await rm(folder, { recursive: true });
  platform = await open({ ...defaultConfig, mode: "strict", surfaces: [] });
  const updated = message("u", 2, { personalization: false });
  await serve([
    ...crowd,
    save("u", 1),
    { ...updated, type: "track", event: "Segment Consent Preference Updated" },
  ]);
  expect(await itemsOf("u", "purpose=analytics")).toEqual(["i1"]);
  expect(await itemsOf("u", "purpose=personalization")).toEqual([]);
});

test("a person's choice holds under all their ids", async () => {
  const { userId: _, ...browsed } = save("u", 1) as { userId: string };
  await serve([
    ...crowd,
    { ...browsed, anonymousId: "browser" },
    { ...identify("u", 2, { personalization: false }), anonymousId: "browser" },
    save("u", 3),
  ]);
  for (const id of ["u", "anonymous:browser"]) {
    expect(await itemsOf(id, "")).toEqual(["i3", "i1"]);
    expect(await itemsOf(id, "purpose=personalization")).toEqual([]);
  }
});

test("models, replay and lake keep to it", async () => {
  const asked = [
    save("ann", 1),
    save("ann", 2, { personalization: false }),
    save("bob", 1, { personalization: true }),
    identify("bob", 9, { personalization: false }),
    save("cid", 3, { analytics: true }),
    { ...save("cid", 4), context: { consentManagement: { deniedConsentIds: ["personalization"] } } },
  ];
  await serve(asked);
  const { log, state, applier } = platform;
  const purpose = new Purposes().personalization;
  const { userIds, interactions, dataUntilMs } = await interactionsFromLog(
    log,
    { actions: new Actions(), purpose },
    ignoreProgress,
  );
  expect(userIds).toEqual(["ann", "cid"]);
  const items = userIds.map((_, row) =>
    Array.from(historyOf(interactions, row).itemRows, (item) => platform.catalogue.at(item).itemId),
  );
  expect(items).toEqual([["i1"], ["i3"]]);
  expect(dataUntilMs).toBe(Date.UTC(2026, 0, 3));

  const lake = await DuckDbLake.open(paths.lake(folder));
  const onFailure = (error: unknown): never => {
    throw error;
  };
  expect(applier.lag()).toBe(0);
  await new LakeWriter({ log, state, lake, onFailure }).catchUp(() => {});
  const ask = async (sql: string): Promise<unknown> => (await lake.query(sql)).rows;
  expect(await ask("select event_id, consent from events where consent is not null order by 1")).toEqual([
    ["ann-2", '{"personalization":false}'],
    ["bob-1", '{"personalization":true}'],
    ["bob-9", '{"personalization":false}'],
    ["cid-3", '{"analytics":true}'],
    ["cid-4", '{"personalization":false}'],
  ]);
  expect(await ask(USABLE)).toEqual([["ann-1"], ["cid-3"]]);
  await lake.close();

  await server.close();
  await platform.close();
  expect((await replay(folder, { keepsRebuilt: false }, ignoreProgress)).isIdentical).toBe(true);
  platform = await open();
});

/** As in docs/decisions/0015-consent.md, for a purpose that is granted unless something is said. */
const USABLE = `
  with said as (
    select *, (consent->>'personalization')::boolean as own,
      case when kind = 'identify' or name = 'Segment Consent Preference Updated' then own end as choice
    from events),
  choices as (
    select *, last_value(choice ignore nulls) over (partition by user_id order by "timestamp") as then_in_force,
      last_value(choice ignore nulls) over (partition by user_id order by "timestamp"
        rows between unbounded preceding and unbounded following) as newest
    from said)
  select event_id from choices
  where kind = 'track' and coalesce(own, then_in_force, true) and coalesce(newest, true) order by event_id`;
