import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY_MS, MINUTE_MS, Random } from "#base";
import { type EngagementVectors, ItemKnowledge, UserInterests } from "#profiles";
import { readPerson } from "#sequences";
import type { Server } from "#serving";
import { matrixOf } from "#tensor";
import { closeAll, fittedServer, openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";

/**
 * @file Law: whatever happens in whatever order (events of today and of long ago, mutes, things forgotten, items that become others, refits,
 * items that lose their vector, days that begin, an erasure), interests by readers who keep a person's day are to the bit those of readers who have seen nobody.
 */
let platform: Platform;
let server: Server;
const BEGIN = Date.parse("2026-03-01T07:00:00Z");
const TOPICS = 8;
const ITEMS = 15 * TOPICS;
/** Items that no factors know: without tags they have no vector. */
const UNFITTED = 20;

beforeAll(async () => {
  platform = await openPlatform(await mkdtemp(join(tmpdir(), "inkling-kept-days-")));
  await platform.ingestion.ingestItems(Array.from({ length: ITEMS }, (_, n) => item(n, n % TOPICS)));
  const crowd = Array.from({ length: 240 }, (_, n) => ({
    ...{ type: "track", event: "save", userId: `crowd-${n % 20}`, messageId: `crowd-${n}` },
    timestamp: new Date(BEGIN - n * MINUTE_MS).toISOString(),
    properties: { itemId: `i${(7 * n) % ITEMS}` },
  }));
  await platform.ingestion.ingestMessages(crowd);
  server = await fittedServer(platform);
});
afterAll(() => closeAll(platform, server));

function item(n: number, topic: number) {
  return {
    itemId: `i${n}`,
    title: `Thing ${n} of topic ${topic}`,
    tags: [`field ${topic % 3}`, `topic ${topic}`],
  };
}

/** It loses what it was about, and its vector. */
function bare(n: number) {
  return { itemId: `i${n}`, title: `Thing ${n}`, tags: [] };
}

function factors(seed: number): EngagementVectors {
  const random = new Random(seed);
  const vectors = matrixOf(
    ITEMS,
    4,
    Float32Array.from({ length: 4 * ITEMS }, (_, at) => (at < 4 * UNFITTED ? 0 : random.normal())),
  );
  return { version: `factors-${seed}`, vectors };
}

test.each([1, 2])("interests of who keeps days are those of who has seen nobody (%i)", async (seed) => {
  const random = new Random(seed);
  const userId = `user-${seed}`;
  const { catalogue, isSensitive } = platform;
  const knowledge = new ItemKnowledge(catalogue, { engagement: factors(0), isSensitive });
  const keeping = new UserInterests({ ...platform, knowledge });
  let nowMs = Math.max(BEGIN, platform.clock.nowMs());
  let count = 0;
  const track = async (event: string, ago: number, itemId = `i${random.integer(ITEMS)}`): Promise<void> => {
    const timestamp = new Date(nowMs - ago).toISOString();
    const source = random.uniform() < 0.2 ? { source: `query:topic ${random.integer(TOPICS)}` } : {};
    const properties = { itemId, ...source };
    const messageId = `${userId}-${count++}`;
    await platform.ingestion.ingestMessages([
      { type: "track", event, userId, messageId, timestamp, properties },
    ]);
  };
  for (let n = 0; n < 60; n++) await track("save", random.uniform() * 30 * DAY_MS, `i${n % 40}`);
  const acts: (() => Promise<unknown>)[] = [
    ...Array.from({ length: 6 }, () => () => track("save", 0)),
    () => track("click", 0, `i${random.integer(40)}`),
    () => track("hide", 0),
    () => track("save", (1 + 20 * random.uniform()) * DAY_MS), // late
    () => platform.ingestion.ingestItems([item(random.integer(40), random.integer(TOPICS))]),
    ...Array.from(
      { length: 3 },
      () => () => platform.ingestion.ingestItems([bare(random.integer(UNFITTED))]),
    ),
    async () => knowledge.learnFrom(factors(random.integer(3))),
    async () => {
      nowMs = (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS + random.integer(10 * MINUTE_MS);
    },
    () => control("POST", "/mute"),
    () => control("DELETE", ""),
    () => server.inject({ method: "POST", url: `/v1/users/${userId}/interests/topic-1/unmute` }),
  ];
  async function control(method: "POST" | "DELETE", suffix: string): Promise<void> {
    const url = `/v1/users/${userId}/interests`;
    const { interests = [] } = (await server.inject(url)).json();
    if (interests.length > 3)
      await server.inject({ method, url: `${url}/${interests.at(-1).interestId}${suffix}` });
  }
  let found = 0;
  for (let step = 0; step < 45; step++) {
    nowMs += random.integer(20 * MINUTE_MS);
    await acts[random.integer(acts.length)]!();
    if (random.chance(0.5)) await track("view", 0); // else what is kept may be of this very minute
    found += await compare();
  }
  expect(found).toBeGreaterThan(45);
  await server.inject({ method: "DELETE", url: `/v1/users/${userId}` });
  await platform.erasures.settled();
  await track("save", 0);
  expect(await compare()).toBe(0);

  /** Also a moment of the past, between two of now. */
  async function compare(): Promise<number> {
    const fresh = new UserInterests({ ...platform, knowledge });
    const person = (await readPerson(platform.state, platform.identity.idsOf(userId)))!; // something of them is known
    const at = (reader: UserInterests, asOfMs: number) => reader.read(userId, person, asOfMs);
    const now = platform.clock.nowMs();
    const past = now - random.integer(3 * DAY_MS);
    const signal = await at(keeping, now);
    expect(signal).toEqual(await at(fresh, now));
    if (random.uniform() < 0.2) expect(await at(keeping, past)).toEqual(await at(fresh, past));
    return signal.interests.length;
  }
});
