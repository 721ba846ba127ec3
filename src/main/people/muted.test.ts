import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ignoreProgress } from "#base";
import {
  count,
  cross,
  defaultActions,
  defineConfig,
  event,
  events,
  feature,
  item,
  last,
  lastK,
  type SurfaceSource,
  surface,
  topK,
  user,
} from "#declarations";
import type { Server } from "#serving";
import { lookAtHealth } from "../features/feature-health.ts";
import { asking, type Body, openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";
import { describePerson } from "../terminal/describe-person.ts";

/**
 * @file A muted interest is nowhere: every route there is either says nothing of it in its next answer, or is named here with the reason why it
 * need not. Ten people save joinery and sourdough; Ana is the one who mutes, and Twin did all that she did but joinery.
 */
const topics = {
  joinery: ["woodworking", "joinery"],
  turning: ["woodworking", "turning"],
  sourdough: ["baking", "sourdough"],
  pastry: ["baking", "pastry"],
} as const;
type Topic = keyof typeof topics;

const sources: Readonly<Record<string, SurfaceSource>> = {
  personal: { kind: "model", model: "personal", timeoutMs: 10_000 },
  coldStart: { kind: "model", model: "cold-start", timeoutMs: 10_000 },
  now: { kind: "vector", of: "now", timeoutMs: 10_000 },
  long: { kind: "vector", of: "long", timeoutMs: 10_000 },
  neighbours: { kind: "neighbours", timeoutMs: 10_000 },
  interests: { kind: "interests", timeoutMs: 10_000 },
  popular: { kind: "popular-now", timeoutMs: 10_000 },
  fresh: { kind: "fresh", days: 300, timeoutMs: 10_000 },
};

const config = defineConfig({
  actions: defaultActions,
  surfaces: Object.fromEntries(
    Object.entries(sources).map(([name, source]) => [name, surface({ sources: [source] })]),
  ),
  features: [
    feature("by_topic", { from: events("save"), keyedBy: item.topic, aggregate: count(), window: "90d" }),
    feature("by_item", { from: events("save"), keyedBy: event.itemId, aggregate: count(), window: "90d" }),
    feature("last_item", { from: events("save"), aggregate: last(event.itemId) }),
    feature("last_items", { from: events("save"), aggregate: lastK(event.itemId, 20) }),
    feature("last_topics", { from: events("save"), aggregate: lastK(item.topic, 20) }),
    feature("top_topics", { from: events("save"), aggregate: topK(item.topic, 20), window: "90d" }),
    feature("topic_saves", {
      ...{ entity: cross(user, item.topic), from: events("save"), aggregate: count(), window: "90d" },
    }),
  ],
});

const NOW = Date.parse("2026-03-01T12:00:00Z");
const ITEMS = 12;
let folder: string;
let platform: Platform;
let server: Server;

const save = (userId: string, topic: Topic, n: number, daysAgo: number) => ({
  type: "track",
  event: "save",
  userId,
  messageId: `${userId}-${topic}-${n}-${daysAgo}`,
  timestamp: new Date(NOW - daysAgo * 86_400_000).toISOString(),
  properties: { itemId: `${topic}-${n}`, surface: "personal" },
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-muted-"));
  platform = await openPlatform(folder, { config });
  await platform.ingestion.ingestItems(
    Object.entries(topics).flatMap(([topic, tags]) =>
      Array.from({ length: ITEMS }, (_, n) => ({
        ...{ itemId: `${topic}-${n}`, title: `${topic} number ${n}`, tags: [...tags] },
        createdAt: new Date(NOW - (n + 1) * 86_400_000).toISOString(),
      })),
    ),
  );
  const saves = (userId: string, topic: Topic, times: number) =>
    Array.from({ length: times }, (_, n) => save(userId, topic, n, 2 * times - 2 * n));
  await platform.ingestion.ingestMessages([
    ...Array.from({ length: 9 }, (_, n) => [
      ...saves(`crowd-${n}`, "joinery", 6),
      ...saves(`crowd-${n}`, "sourdough", 6),
      ...saves(`crowd-${n}`, "pastry", 4),
    ]).flat(),
    ...["ana", "twin"].flatMap((userId) => saves(userId, "sourdough", 6)),
    ...saves("ana", "joinery", 8),
    // The newest of both is the same, so that the same is known of the time since.
    ...["ana", "twin"].map((userId) => save(userId, "sourdough", 8, 0)),
  ]);
  const tiny = { embeddingSize: 8, blocks: 1, maxLength: 20, epochs: 3, coldStart: "popular" };
  await platform.fit([{ name: "sequence-encoder", config: tiny }, { name: platform.coldStartModel }], {
    progress: ignoreProgress,
  });
  server = await platform.createServer({});
  await platform.population.now();
});
afterAll(async () => {
  await server.close();
  await platform.close();
  await rm(folder, { recursive: true });
});

const { ask } = asking(() => server);

const lists = {
  ...Object.fromEntries(Object.keys(sources).map((name) => [`surface ${name}`, { surface: name }])),
  explained: { explain: true },
  "of an item": { condition: { itemId: "turning-1" } },
  "of the topic itself": { condition: { topic: "joinery" } },
  "of words": { condition: { text: "joinery" } },
  "of the session": { session: [{ action: "click", itemId: "joinery-9" }] },
};

/** What each route answers, where it says or shows anything of a person. */
const asked: Readonly<Record<string, () => Promise<Body>>> = {
  "GET /v1/users": () => ask("GET", "/v1/users?search=ana"),
  "GET /v1/users/{id}": () => ask("GET", "/v1/users/ana?include=interests,state,predictions,features"),
  "GET /v1/users/{id}/interests": () => ask("GET", "/v1/users/ana/interests?explain=true"),
  "GET /v1/users/{id}/map": () => ask("GET", "/v1/users/ana/map"),
  "GET /v1/population": () => ask("GET", "/v1/population"),
  "GET /v1/topics/{topic}": async () => {
    const { people, status } = await ask("GET", "/v1/topics/joinery"); // names it in any case: is she among its people?
    return { status, likes: people.most.some(({ userId }: Body) => userId === "ana") ? "joinery" : "" };
  },
  "GET /v1/users/{id}/features/{name}/course": () => ask("GET", "/v1/users/ana/features/by_topic/course"),
  "POST /get-online-features": () =>
    ask("POST", "/get-online-features", {
      features: ["by_topic", "by_item", "last_item", "last_items", "last_topics", "top_topics"],
      entities: { user_id: ["ana"] },
    }),
  "POST /v1/recommendations": async () => {
    const answers: Record<string, Body> = {};
    for (const [name, body] of Object.entries(lists)) {
      const request = { userId: "ana", n: 50, excludeSeen: false, ...body };
      answers[name] = await ask("POST", "/v1/recommendations", request);
      expect(answers[name].status, name).toBe(200);
    }
    return { status: 200, ...answers };
  },
  "POST /v1/rank": () =>
    ask("POST", "/v1/rank", { userId: "ana", itemIds: ["joinery-11", "sourdough-11", "pastry-1"] }),
  "GET /v1/models/{name}/comparison": async () => {
    const query = `with=${platform.coldStartModel}&people=1&n=5`;
    const answer = await ask("GET", `/v1/models/sequence-encoder/comparison?${query}`);
    expect(answer.examples.map(({ userId }: Body) => userId)).toEqual(["ana"]);
    return answer;
  },
  "POST /v1/what-if": () =>
    ask("POST", "/v1/what-if", { userId: "ana", add: [{ action: "save", itemId: "pastry-2" }] }),
};

/** Routes that need say nothing less, by why. */
const spared: Readonly<Record<string, readonly string[]>> = {
  "what happened, which only erasure takes away": [
    "GET /v1/users/{id}/sequence",
    "GET /v1/events",
    "GET /v1/recommendations/{id}",
    "GET /v1/items/{id}",
    "GET /v1/pulse",
    "GET /v1/pulse/stream",
    "GET /v1/dead-letters",
  ],
  "of a person, but not of what they like": [
    "GET /v1/users/{id}/states",
    "DELETE /v1/users/{id}",
    "POST /v1/erasures",
    "GET /v1/erasures/{id}",
    "DELETE /v1/users/{id}/links/{linkedId}",
  ],
  "the controls themselves": [
    "DELETE /v1/users/{id}/interests/{interestId}",
    "POST /v1/users/{id}/interests/{interestId}/mute",
    "DELETE /v1/users/{id}/interests/{interestId}/mute",
  ],
  "of no person": [
    "GET /",
    "GET /health/live",
    "GET /health/ready",
    "GET /metrics",
    "GET /v1/schema",
    "POST /v1/events/commit",
    "GET /v1/items",
    "GET /v1/items/{id}/related",
    "GET /v1/items/{id}/nearest",
    "GET /v1/map",
    "GET /v1/models",
    "GET /v1/models/{name}",
    "GET /v1/runs",
    "POST /v1/runs",
    "DELETE /v1/runs/{id}",
    "GET /v1/indexes",
    "GET /v1/features",
    "GET /v1/features/health",
    "GET /v1/features/{name}/course",
    "GET /v1/predictions",
    "POST /v1/vectors/score",
  ],
  "takes in": [
    "POST /v1/items",
    "POST /v1/track",
    "POST /v1/identify",
    "POST /v1/page",
    "POST /v1/screen",
    "POST /v1/group",
    "POST /v1/alias",
    "POST /v1/batch",
    "POST /v1/import",
  ],
};

/** Without what may name it: the list of what can be unmuted, and the words of the request. */
function saying({ muted: _, mutedItemIds: _told, ...answer }: Body): string {
  return JSON.stringify(answer)
    .replaceAll('"muted":["joinery"]', "")
    .replaceAll('Found for \\"joinery\\"', "");
}

test("every route is either asked about a mute or spared for a reason", async () => {
  const { paths } = (await ask("GET", "/openapi.json")) as { paths: Record<string, object> };
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect([...Object.keys(asked), ...Object.values(spared).flat()].sort()).toEqual(routes.sort());
});

describe("nothing of a muted interest is in the next answer", () => {
  beforeAll(async () => {
    for (const [route, answer] of Object.entries(asked)) {
      const before = await answer();
      expect(before.status, route).toBe(200);
      expect(saying(before), route).toMatch(/joinery/); // so it could be there
      if (route === "POST /v1/recommendations")
        for (const [name, body] of Object.entries(before as Record<string, Body>))
          if (name !== "status") expect(JSON.stringify(body), name).toMatch(/joinery/);
    }
    await platform.refreshVectors(ignoreProgress);
    expect((await vectorsOf("ana")).long.value).not.toBeNull();
    expect(await ask("POST", "/v1/users/ana/interests/joinery/mute")).toMatchObject({ status: 200 });
  });

  test.each(Object.keys(asked))("%s", async (route) => {
    const after = await asked[route]!();
    expect(after.status).toBe(200);
    expect(saying(after).match(/.{0,60}joinery/g) ?? []).toEqual([]);
  });

  test("a vector is that of somebody who never did it; the one kept from before is gone", async () => {
    const [ana, twin] = [await vectorsOf("ana"), await vectorsOf("twin")];
    expect(ana.now.value).toEqual(twin.now.value);
    expect(ana.long.value).toBeNull();
  });

  test("in the terminal", async () => {
    const portrait = {
      profile: await ask("GET", "/v1/users/ana?include=state,predictions"),
      interests: await ask("GET", "/v1/users/ana/interests?explain=true"),
      next: await ask("POST", "/v1/recommendations", { userId: "ana", n: 10, excludeSeen: false }),
    };
    const screen = describePerson(portrait);
    expect(screen).toContain("sourdough");
    expect(screen.replace(/muted: .*/, "")).not.toMatch(/joinery/);
  });

  test("features that leave it out are no skew: the walk of the log leaves it out as well", async () => {
    const asks = { manifest: platform.manifest, services: {}, people: 20, seed: 1, setsBaseline: false };
    expect(await lookAtHealth(folder, asks, ignoreProgress)).toMatchObject({
      report: { people: 11, skewed: 0 },
    });
  });

  test("who is looked at again is still counted without it, and after an unmute with it", async () => {
    const countOf = async (): Promise<number | undefined> =>
      (await ask("GET", "/v1/population")).interests.find(({ interestId }: Body) => interestId === "joinery")
        ?.people;
    await platform.population.now();
    expect(await countOf()).toBeUndefined(); // nine people are too few to be told of
    await ask("DELETE", "/v1/users/ana/interests/joinery/mute");
    await platform.population.now();
    expect(await countOf()).toBe(10);
  });
});

const vectorsOf = async (userId: string): Promise<Body> =>
  (await ask("GET", `/v1/users/${userId}?include=vectors`)).vectors;
