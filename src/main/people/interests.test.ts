import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Value } from "typebox/value";
import { afterAll, beforeAll, expect, test } from "vitest";
import { InterestsResponse, UserResponse } from "#api";
import { ignoreProgress } from "#base";
import {
  count,
  defaultActions,
  defineConfig,
  equals,
  event,
  events,
  feature,
  item,
  lastK,
  text,
  topK,
} from "#declarations";
import type { Server } from "#serving";
import { lookAtHealth } from "../features/feature-health.ts";
import { asking, type Body, closeAll, fittedServer, openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";

/**
 * @file Interests over HTTP: somebody who does two things, and what they want said of it. Ana saves joinery and sourdough, and something
 * that nothing is to be said of; a crowd around her makes the models have something to propose.
 */
const topics = {
  joinery: ["woodworking", "joinery"],
  turning: ["woodworking", "turning"],
  sourdough: ["baking", "sourdough"],
  pastry: ["baking", "pastry"],
  faith: ["society", "religion"],
} as const;
type Topic = keyof typeof topics;

let platform: Platform;
let server: Server;
const NOW = Date.parse("2026-03-01T12:00:00Z");

const save = (userId: string, topic: Topic, n: number, daysAgo: number) => ({
  type: "track",
  event: "save",
  userId,
  messageId: `${userId}-${topic}-${n}-${daysAgo}`,
  timestamp: new Date(NOW - daysAgo * 86_400_000).toISOString(),
  properties: { itemId: `${topic}-${n}` },
});

beforeAll(async () => {
  platform = await openPlatform(await mkdtemp(join(tmpdir(), "inkling-interests-")), {
    config: defineConfig({
      actions: defaultActions,
      itemAttributes: { brand: text() },
      mode: "strict",
      topics: { parents: { marquetry: "woodworking", lutherie: "instruments" } },
      features: [
        feature("by_topic", { from: events("save"), keyedBy: item.topic, aggregate: count(), window: "90d" }),
        feature("last_topics", { from: events("save"), aggregate: lastK(item.topic, 50) }),
        feature("top_topics", { from: events("save"), aggregate: topK(item.topic, 50), window: "90d" }),
        feature("last_items", { from: events("save"), aggregate: lastK(event.itemId, 50) }),
        feature("about_faith", {
          from: events("save").where(equals(item.topic, "religion")),
          aggregate: count(),
          window: "90d",
        }),
      ],
    }),
  });
  const items = Object.entries(topics).flatMap(([topic, tags]) =>
    Array.from({ length: 20 }, (_, n) => ({
      itemId: `${topic}-${n}`,
      title: `${topic} number ${n}`,
      tags: [...tags],
    })),
  );
  const branded = Array.from({ length: 16 }, (_, n) => ({
    itemId: `branded-${n}`,
    title: `${n % 2 === 0 ? "oak" : "clay"} ${n}`,
    attributes: { brand: n % 2 === 0 ? "Oak & Co" : "Claywork" },
  }));
  await platform.ingestion.ingestItems([...items, ...branded]);
  const crowd = Array.from({ length: 30 }, (_, person) =>
    Array.from({ length: 12 }, (_, n) =>
      save(
        `crowd-${person}`,
        Object.keys(topics)[(person + Number(n > 8)) % 5] as Topic,
        (7 * n + person) % 20,
        20 - n,
      ),
    ),
  ).flat();
  const ana = [
    ...Array.from({ length: 12 }, (_, n) => save("ana", "joinery", n, 30 - 2 * n)),
    ...Array.from({ length: 6 }, (_, n) => save("ana", "sourdough", n, 5 - n / 2)),
    ...Array.from({ length: 8 }, (_, n) => save("ana", "faith", n, 20 - n)),
    save("crowd-0", "pastry", 1, 0),
    ...[0, 2, 4, 6].map((n) => ({
      ...save("bo", "joinery", n, 8 - n),
      properties: { itemId: `branded-${n}`, source: "query:oak for the kitchen" },
    })),
    // What leads to an item may say more than the item does.
    ...["query:debt and how to bear it", "query:turning a bowl", "list:Kitchen pastry"].flatMap((source, n) =>
      [1, 3, 5].map((item) => ({
        ...save("cy", "pastry", 10 * n + item, 8 - item),
        properties: { itemId: `pastry-${item + n}`, source },
      })),
    ),
    ...[1, 2, 3, 4].map((n) => save("cy", "turning", n, n)),
  ];
  await platform.ingestion.ingestMessages([...crowd, ...ana]);
  server = await fittedServer(platform);
});
afterAll(() => closeAll(platform, server));

const { ask } = asking(() => server);

const interestsOf = (id: string, query = ""): Promise<Body> =>
  ask("GET", `/v1/users/${id}/interests${query}`);
const labels = (body: Body): string[] => body.interests.map(({ label }: Body) => label);

async function recommended(userId: string): Promise<string[]> {
  const { items } = await ask("POST", "/v1/recommendations", { userId, n: 60, excludeSeen: false });
  return items.map(({ itemId }: Body) => itemId);
}

test("interests are named after topics, with stage, shares, items that speak for them, and events that say why", async () => {
  const body = await interestsOf("ana", "?explain=true");
  expect(labels(body)).toEqual(["joinery", "sourdough"]);
  const [joinery, sourdough] = body.interests;
  expect(joinery).toMatchObject({
    interestId: "joinery",
    path: ["woodworking", "joinery"],
    engagementCount: 12,
    medoid: { title: expect.stringContaining("joinery") },
    why: expect.stringContaining("12 engagements with joinery"),
  });
  expect(sourdough.lifecycle).toBe("new");
  expect(joinery.share + sourdough.share).toBeCloseTo(1, 9);
  expect(joinery.events[0]).toMatchObject({ eventId: expect.stringMatching(/^ana-joinery/), action: "save" });
  expect(joinery.events.map(({ eventId }: Body) => eventId)).toEqual(joinery.evidence);
  expect(body.journeys.map(({ name }: Body) => name)).toContain("Planning joinery");
});

test("what is sent is what the schemas say, and no more", async () => {
  const answers = [
    [UserResponse, await ask("GET", "/v1/users/ana?include=interests,state,predictions,features")],
    [InterestsResponse, await ask("GET", "/v1/users/ana/interests?explain=true")],
  ] as const;
  for (const [schema, { status: _, ...body }] of answers) {
    expect([...Value.Errors(schema, body)]).toEqual([]);
    expect(Value.Clean(schema, structuredClone(body))).toEqual(body);
  }
});

test("the short view puts first what is done lately", async () => {
  expect(labels(await interestsOf("ana", "?view=now"))).toEqual(["sourdough", "joinery"]);
});

test("what is sensitive is never said: not as an interest, not as a topic, not as a reason", async () => {
  const profile = await ask("GET", "/v1/users/ana?include=interests,state");
  const said = JSON.stringify({ ...profile, latest: [], counts: {} });
  expect(said).not.toMatch(/religion|society/); // nothing is inferred of what these items are, whatever else they are
  const { people } = await ask("GET", "/v1/users?search=ana");
  expect(JSON.stringify(people)).not.toMatch(/religion|society/);
  const { items } = await ask("POST", "/v1/recommendations", { userId: "ana", n: 60, excludeSeen: false });
  const reasons = items.flatMap(({ reasons }: Body) => reasons.map(({ text }: Body) => text));
  expect(items.some(({ itemId }: Body) => itemId.startsWith("faith"))).toBe(true); // she may well come upon them
  expect(reasons.filter((text: string) => text.includes("faith"))).toEqual([]);
  const joinery = profile.topics.find(({ topic }: Body) => topic === "joinery");
  expect(joinery.path).toEqual(["woodworking", "joinery"]);
  expect(profile.state).toMatchObject({ value: "core", activeDays: 18 });
  expect(labels(profile.interests)).toEqual(["joinery", "sourdough"]);
});

test("no feature of a person tells what is sensitive, by topic or by item, nor what they did of it; the walk of the log says the same", async () => {
  const names = ["by_topic", "last_topics", "top_topics", "last_items", "about_faith"];
  const { features } = await ask("GET", `/v1/users/ana?include=features&features=${names}`);
  const online = await ask("POST", "/get-online-features", {
    features: names,
    entities: { user_id: ["ana"] },
  });
  const said = JSON.stringify([features, online.results]);
  expect(said).toContain("joinery");
  expect(said).not.toMatch(/religion|faith-|society/); // items of society are of religion too
  expect(features.about_faith.value).toBe(0);
  const asks = { manifest: platform.manifest, services: {}, people: 40, seed: 1, setsBaseline: false };
  const { report } = await lookAtHealth(platform.folder, asks, ignoreProgress);
  expect(report.skewed).toBe(0);
});

test("no keyword of a journey is sensitive, nor of what was muted", async () => {
  const keywords = async (): Promise<string[]> =>
    (await interestsOf("cy")).journeys.flatMap(({ keywords }: Body) => keywords);
  expect(await keywords()).toEqual(expect.arrayContaining(["turning a bowl", "kitchen pastry"]));
  expect((await keywords()).join()).not.toContain("debt");
  expect(await keywords()).not.toContain("pastry"); // the list says it
  await ask("POST", "/v1/users/cy/interests/turning/mute");
  expect((await keywords()).join()).not.toContain("turning");
  expect(await keywords()).toContain("kitchen pastry");
});

test("the past is answered from the past", async () => {
  const then = new Date(NOW - 10 * 86_400_000).toISOString();
  expect(labels(await interestsOf("ana", `?asOf=${then}`))).toEqual(["joinery"]);
});

test("one event makes the next answer another", async () => {
  const before = (await interestsOf("ana")).interests[1].engagementCount;
  await ask("POST", "/v1/track", { userId: "ana", event: "click", properties: { itemId: "sourdough-9" } });
  expect((await interestsOf("ana")).interests[1].engagementCount).toBe(before + 1);
});

test("a muted interest is nowhere in the next answers, and comes back when it is unmuted", async () => {
  expect((await recommended("ana")).some((id) => id.startsWith("joinery"))).toBe(true);
  expect(await ask("POST", "/v1/users/ana/interests/joinery/mute")).toMatchObject({
    status: 200,
    control: "mute",
  });
  const interests = await interestsOf("ana", "?explain=true");
  expect(labels(interests)).toEqual(["sourdough"]);
  expect(interests.muted).toEqual(["joinery"]);
  expect(JSON.stringify({ ...interests, muted: [] })).not.toContain("joinery");
  expect(
    JSON.stringify(await ask("GET", "/v1/users/ana?include=interests,state")).replace(
      '"muted":["joinery"]',
      "",
    ),
  ).not.toContain("joinery");
  const list = await recommended("ana");
  expect(list.length).toBeGreaterThan(10);
  expect(list.filter((id) => id.startsWith("joinery"))).toEqual([]);
  await ask("DELETE", "/v1/users/ana/interests/joinery/mute");
  expect(labels(await interestsOf("ana"))).toContain("joinery");
});

test("without tags an attribute is the topic; a mute of it takes all its items, met or not", async () => {
  const { interests, journeys } = await interestsOf("bo");
  expect(interests.map(({ interestId, label }: Body) => [interestId, label])).toEqual([
    ["oak-co", "Oak & Co"],
  ]);
  expect(journeys[0].keywords[0]).toBe("oak for the kitchen"); // what they searched for themselves
  expect((await ask("GET", "/v1/items/branded-8")).topics).toEqual([
    { topicId: "oak-co", name: "Oak & Co", level: 0, path: ["Oak & Co"], score: 1 },
  ]);
  const oak = (ids: string[]) =>
    ids.filter((id) => id.startsWith("branded-") && Number(id.slice(8)) % 2 === 0);
  expect(oak(await recommended("bo")).length).toBeGreaterThan(0);
  expect(await ask("POST", "/v1/users/bo/interests/oak-co/mute")).toMatchObject({ status: 200 });
  expect((await interestsOf("bo")).interests).toEqual([]);
  expect(oak(await recommended("bo"))).toEqual([]);
});

test("a parent topic mutes what is below it", async () => {
  await ask("POST", "/v1/users/crowd-3/interests/woodworking/mute");
  const list = await recommended("crowd-3");
  expect(list.filter((id) => /^(joinery|turning)/.test(id))).toEqual([]);
  expect(list.length).toBeGreaterThan(10);
});

test("what is put later below a muted topic is muted too, also where no item had its tag or its parent's", async () => {
  const of = (userId: string, topic: string) =>
    [0, 1, 2, 3].map((n) => ({
      ...{ type: "track", event: "save", userId, properties: { itemId: `${topic}-${n}` } },
      timestamp: new Date(NOW).toISOString(),
    }));
  for (const topic of ["woodworking", "instruments"])
    expect(await ask("POST", `/v1/users/crowd-4/interests/${topic}/mute`)).toMatchObject({ status: 200 });
  const later = ["marquetry", "lutherie"].flatMap((topic) =>
    [0, 1, 2, 3].map((n) => ({ itemId: `${topic}-${n}`, title: `${topic} ${n}`, tags: [topic] })),
  );
  await platform.ingestion.ingestItems(later);
  const events = ["crowd-4", "crowd-5"].flatMap((id) => [...of(id, "marquetry"), ...of(id, "lutherie")]);
  await platform.ingestion.ingestMessages(events);
  expect(labels(await interestsOf("crowd-5"))).toEqual(expect.arrayContaining(["marquetry", "lutherie"]));
  const said = JSON.stringify(await ask("GET", "/v1/users/crowd-4?include=interests,state"));
  expect(said).not.toMatch(/marquetry|lutherie/);
  expect((await recommended("crowd-4")).filter((id) => /^(marquetry|lutherie)/.test(id))).toEqual([]);
  expect(await ask("DELETE", "/v1/users/crowd-4/interests/woodworking/mute")).toMatchObject({ status: 200 });
  expect(labels(await interestsOf("crowd-4"))).toContain("marquetry");
});

test("a profile read again is the same answer until something in it is another: a title, an event", async () => {
  const read = () => ask("GET", "/v1/users/ana?include=interests,state,predictions");
  const first = await read();
  expect(await read()).toEqual(first);
  const { itemId, title } = first.latest[0];
  await platform.ingestion.ingestItems([{ itemId, title: `${title}, renamed` }]);
  expect((await read()).latest[0].title).toBe(`${title}, renamed`);
  await platform.ingestion.ingestItems([{ itemId, title }]);
  const timestamp = new Date(NOW + 500).toISOString();
  await ask("POST", "/v1/track", { userId: "ana", event: "view", timestamp, properties: { itemId } });
  expect((await read()).eventCount).toBe(first.eventCount + 1);
});

test("a forgotten interest is gone until the person does it again", async () => {
  expect(await ask("DELETE", "/v1/users/ana/interests/sourdough")).toMatchObject({
    status: 200,
    control: "forget",
  });
  expect(labels(await interestsOf("ana"))).toEqual(["joinery"]);
  expect((await recommended("ana")).filter((id) => id.startsWith("sourdough"))).toEqual([]);
  for (const n of [1, 2, 3])
    await ask("POST", "/v1/track", {
      userId: "ana",
      event: "save",
      timestamp: new Date(NOW + n * 1000).toISOString(),
      properties: { itemId: `sourdough-${n}` },
    });
  const again = await interestsOf("ana");
  expect(again.interests.find(({ label }: Body) => label === "sourdough")).toMatchObject({
    engagementCount: 3,
  });
  expect((await recommended("ana")).some((id) => id.startsWith("sourdough"))).toBe(true);
});

test("what is no interest cannot be muted; somebody unknown has none", async () => {
  expect(await ask("POST", "/v1/users/ana/interests/astronomy/mute")).toMatchObject({
    status: 404,
    code: "interest-not-found",
  });
  expect(await interestsOf("nobody")).toMatchObject({ status: 404, code: "user-not-found" });
});

test("who refuses personalization has no interests said of them", async () => {
  await ask("POST", "/v1/identify", {
    userId: "crowd-9",
    context: { consent: { categoryPreferences: { personalization: false } } },
  });
  expect(await interestsOf("crowd-9")).toMatchObject({ status: 200, interests: [], journeys: [] });
});
