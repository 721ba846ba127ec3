import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY_MS, HOUR_MS } from "#base";
import { INTEREST_CONTROLLED } from "#events";
import { actsIn, ItemKnowledge, learnTaste, TasteReader } from "#profiles";
import { actsFromLog, readControls, readPerson, readPersonSequence, usableFor } from "#sequences";
import { openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";

/** @file What predictions are served of is what they learned from: of a log with late and repeated events, linked ids, mutes and sensitive things. */
let platform: Platform;
const BEGIN = Date.parse("2026-03-01T07:00:00Z");
const topics = ["boats", "bread", "chess", "gambling addiction"];

beforeAll(async () => {
  platform = await openPlatform(await mkdtemp(join(tmpdir(), "inkling-taste-")));
  const items = topics.flatMap((topic) =>
    Array.from({ length: 6 }, (_, n) => ({ itemId: `${topic}-${n}`, tags: [topic, `${topic} ${n % 2}`] })),
  );
  await platform.ingestion.ingestItems([...items, { itemId: "nameless" }]);
  await platform.ingestion.ingestMessages([
    ...Array.from({ length: 60 }, (_, n) => save(`u${n % 5}`, n, topics[(n * n) % 4]!, n % 6)),
    ...Array.from({ length: 8 }, (_, n) => save("u1", n, "bread", n)), // once more, or late
    { type: "track", event: "view", userId: "u2", properties: { itemId: "nameless" } },
    { type: "track", event: "save", userId: "only-nameless", properties: { itemId: "nameless" } },
    { ...save("", 70, "chess", 1), userId: undefined, anonymousId: "before" },
    { type: "identify", userId: "u3", anonymousId: "before", messageId: "link" },
  ]);
  await platform.ingestion.ingestMessages([control("u2", "mute"), control("u4", "forget")]);
  await platform.ingestion.ingestMessages([{ ...save("u4", 80, "boats", 0), messageId: "again" }]);
});
afterAll(async () => {
  await platform.close();
  await rm(platform.folder, { recursive: true });
});

function control(userId: string, kind: "mute" | "forget") {
  const properties = { control: kind, interestId: "boats", topic: "boats" };
  const timestamp = new Date(BEGIN + 75 * 7 * HOUR_MS).toISOString();
  return { type: "track", event: INTEREST_CONTROLLED, userId, timestamp, properties };
}

function save(userId: string, n: number, topic: string, item: number) {
  const timestamp = new Date(BEGIN + n * 7 * HOUR_MS).toISOString();
  return {
    type: "track",
    event: "save",
    userId,
    messageId: `m${n}`,
    timestamp,
    properties: { itemId: `${topic}-${item}` },
  };
}

test("the vector that is served is the vector that was learned from", async () => {
  const { log, actions, purposes, state, identity, catalogue, isSensitive } = platform;
  const purpose = purposes.personalization;
  const learned = await actsFromLog(log, { actions, purpose, share: 1, priced: new Set() });
  const itemsOf = (known: typeof catalogue) =>
    new ItemKnowledge(known, { engagement: undefined, isSensitive });
  const basis = learnTaste(learned.people, BEGIN + 40 * DAY_MS, itemsOf(learned.catalogue))!;
  const readers = [learned.catalogue, catalogue].map((known) => new TasteReader(basis, itemsOf(known)));
  const tastes: string[] = [];
  for (const id of ["u0", "u1", "u2", "u3", "u4", "only-nameless"]) {
    const person = (await readPerson(state, identity.idsOf(id)))!;
    const isUsable = usableFor(purpose, person.record.consent, catalogue);
    const window = await readPersonSequence(state, person, {
      limit: 1000,
      asOfMs: BEGIN + 40 * DAY_MS,
      isUsable,
    });
    const served = actsIn(window, platform, await readControls(state, person));
    for (const days of [3, 10, 40]) {
      const atMs = BEGIN + days * DAY_MS;
      const until = served.filter(({ timestampMs }) => timestampMs < atMs).length;
      tastes.push(JSON.stringify(readers[1]!.read(served, until, atMs)));
    }
  }
  const fromLog = learned.people.flatMap((acts) =>
    [3, 10, 40].map((days) => {
      const atMs = BEGIN + days * DAY_MS;
      const until = acts.filter(({ timestampMs }) => timestampMs < atMs).length;
      return JSON.stringify(readers[0]!.read(acts, until, atMs));
    }),
  );
  expect(fromLog.sort()).toEqual(tastes.sort());
  expect(new Set(tastes).size).toBeGreaterThan(12); // who has no vector has the same as others without
});
