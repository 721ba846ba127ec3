import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listPeople } from "#profiles";
import { hashState } from "#sequences";
import type { Server } from "#serving";
import { asking, type Body, openTinyWorld } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";

/** @file Finding people, and the sandbox in which one lived otherwise, over a tiny tinyWorld. */
let folder: string;
let platform: Platform;
let server: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-people-"));
  platform = await openTinyWorld(folder);
  server = await platform.createServer({});
});
afterAll(async () => {
  await server.close();
  await platform.close();
  await rm(folder, { recursive: true });
});

const { get, post } = asking(() => server);

/** What a list says, without what is new in every answer. */
function told({ items }: Body): Body {
  return items;
}

describe("what if", () => {
  const n = 20;

  async function person(): Promise<{ userId: string; events: Body[]; itemId: string }> {
    const { people } = await get("/v1/users?sort=events&limit=1");
    const { userId } = people[0];
    const { events } = await get(`/v1/users/${userId}/sequence?limit=16384`);
    const met = new Set(events.map(({ itemId }: Body) => itemId));
    const { items } = await get("/v1/items?limit=200");
    return { userId, events, itemId: items.find(({ itemId }: Body) => !met.has(itemId)).itemId };
  }

  test("without a change the sandbox answers as the state does", async () => {
    const { userId } = await person();
    const { before, after } = await post("/v1/what-if", { userId, n });
    expect(after).toEqual(before);
    expect(told(before)).toEqual(told(await post("/v1/recommendations", { userId, n })));
    expect(before.topics).toEqual((await get(`/v1/users/${userId}`)).topics);
  });

  test("an imagined event does what the same event does when it comes, and taking it away undoes it; nothing is stored", async () => {
    const { userId, itemId } = await person();
    const timestamp = new Date(platform.clock.nowMs()).toISOString();
    const stored = await hashState(platform.state);
    const imagined = { action: "save", itemId, surface: "home", timestamp };
    const whatIf = await post("/v1/what-if", { userId, add: [imagined], n });
    expect(whatIf.after).not.toEqual(whatIf.before);
    expect(await hashState(platform.state)).toEqual(stored);

    const properties = { itemId, surface: "home" };
    await post("/v1/track", { messageId: "what-if-0", userId, event: "save", timestamp, properties });
    expect(told(await post("/v1/recommendations", { userId, n }))).toEqual(whatIf.after.items);
    const known = await get(`/v1/users/${userId}?include=interests,state,predictions`);
    expect(known.topics).toEqual(whatIf.after.topics);
    expect(known.interests.interests).toMatchObject(whatIf.after.interests);
    expect(whatIf.after.interests).toHaveLength(known.interests.interests.length);
    expect(known.state.value).toBe(whatIf.after.state);
    expect(known.predictions.value).toMatchObject(whatIf.after.predictions);

    const undone = await post("/v1/what-if", { userId, remove: ["what-if-0"], n });
    expect(undone.before).toEqual(whatIf.after);
    expect(undone.after).toEqual(whatIf.before);
  });

  test("without any engagement a person is a stranger, and a stranger with one is known", async () => {
    const { userId, events, itemId } = await person();
    const engaged = events.filter(({ action }) => action !== "impression").map(({ eventId }) => eventId);
    const stranger = await post("/v1/recommendations", { n });
    const emptied = await post("/v1/what-if", { userId, remove: engaged, n });
    expect(emptied.after).toMatchObject({ topics: [], isColdStart: true });
    expect(told(emptied.after)).toEqual(told(stranger));
    const met = await post("/v1/what-if", { userId: "nobody", add: [{ action: "save", itemId }], n });
    expect(met.before).toMatchObject({ topics: [], isColdStart: true });
    expect(met.after.isColdStart).toBe(false);
    expect(await get("/v1/users/nobody")).toMatchObject({ code: "user-not-found" });
  });

  test("what cannot have happened is refused", async () => {
    const { userId, itemId } = await person();
    expect(await post("/v1/what-if", { userId, add: [{ action: "levitate", itemId }] })).toMatchObject({
      code: "invalid-request",
    });
    expect(await post("/v1/what-if", { userId, add: [{ action: "save", itemId: "none" }] })).toMatchObject({
      code: "item-not-found",
    });
  });
});

describe("people", () => {
  test("are found by part of an id or of a trait, whatever the case", async () => {
    const { people, total } = await get("/v1/users?search=U-001");
    expect(people.map(({ userId }: Body) => userId).every((id: string) => id.includes("u-001"))).toBe(true);
    expect(total).toBe(people.length);
    const { traits } = await get("/v1/users/u-0007");
    const named = await get(`/v1/users?search=${encodeURIComponent(traits.name.toUpperCase())}`);
    expect(named.people).toContainEqual(expect.objectContaining({ userId: "u-0007", name: traits.name }));
    expect(await get("/v1/users?search=zzzz")).toMatchObject({ people: [], total: 0, isComplete: true });
  });

  test("the list says of each what their own page says, where it is asked to", async () => {
    const { people } = await get("/v1/users?sort=events&limit=3&include=state,predictions");
    for (const { userId, state, predictions } of people) {
      const own = await get(`/v1/users/${userId}?include=state,predictions`);
      expect(state).toBe(own.state.value);
      const foretold = own.predictions.value.map(({ target, probability }: Body) => [target, probability]);
      expect(predictions).toEqual(Object.fromEntries(foretold));
    }
    const [plain] = (await get("/v1/users?limit=1")).people;
    expect(plain).not.toHaveProperty("state");
    expect((await get("/v1/users?include=vectors")).detail).toContain('include names "vectors"');
  });

  test("of a past time the list says what was known then", async () => {
    const asOf = new Date(platform.clock.nowMs() - 8 * 86_400_000).toISOString();
    const { people } = await get(`/v1/users?sort=events&limit=5&asOf=${asOf}`);
    expect(people).toHaveLength(5);
    for (const { userId, lastSeen, eventCount } of people)
      expect(await get(`/v1/users/${userId}?asOf=${asOf}`)).toMatchObject({ lastSeen, eventCount });
  });

  test("come in order, page by page, each once, with the counts of their own page", async () => {
    const { people: all, total } = await get("/v1/users?sort=events&limit=200");
    const counts = all.map(({ eventCount }: Body) => eventCount);
    expect(counts).toEqual([...counts].sort((left, right) => right - left));
    const second = await get("/v1/users?sort=events&limit=5&offset=5");
    expect(second.people).toEqual(all.slice(5, 10));
    expect(second.total).toBe(total);
    const [{ userId, eventCount, topics, activity }] = all;
    const user = await get(`/v1/users/${userId}`);
    expect(eventCount).toBe(user.eventCount);
    expect(topics[0].topic).toBe(user.topics[0].topic);
    expect(topics[0].path).toEqual(user.topics[0].path);
    const { events } = await get(`/v1/users/${userId}/sequence?limit=16384`);
    const since = platform.clock.nowMs() - 28 * 86_400_000;
    const recent = events.filter(
      ({ action, timestamp }: Body) => action !== "impression" && Date.parse(timestamp) > since,
    );
    expect(activity.reduce((sum: number, count: number) => sum + count, 0)).toBe(recent.length);
  });

  test("of more than are looked at for one answer the next ones come by the last id, until all were looked at", async () => {
    const all = (await get("/v1/users?sort=userId&limit=200")).people.map(({ userId }: Body) => userId);
    const query = { sort: "userId", offset: 0, limit: 200, asOfMs: platform.clock.nowMs() } as const;
    const { state, catalogue, identity, actions } = platform;
    const context = { state, catalogue, identity, actions, isUnsaid: () => false };
    const found: string[] = [];
    let after: string | undefined;
    do {
      const { people, next, isComplete } = await listPeople(
        context,
        { ...query, ...(after && { after }) },
        17,
      );
      expect(isComplete).toBe(next === undefined);
      found.push(...people.map(({ userId }) => userId));
      after = next;
    } while (after !== undefined);
    expect([...new Set(found)].slice(0, all.length)).toEqual(all);
    expect(await get(`/v1/users?sort=userId&limit=2&after=${all[3]}`)).toMatchObject({
      people: [{ userId: all[4] }, { userId: all[5] }],
      everybody: expect.any(Number),
    });
  });

  test("with several ids are one, and before they came they are not there", async () => {
    const before = (await get("/v1/users?limit=1")).total;
    const timestamp = new Date(platform.clock.nowMs() + 60_000).toISOString();
    const properties = { itemId: "i-00001" };
    await post("/v1/track", { anonymousId: "device-1", event: "save", timestamp, properties });
    await post("/v1/identify", {
      anonymousId: "device-1",
      userId: "joined",
      timestamp,
      traits: { name: "Jo" },
    });
    expect((await get("/v1/users?limit=1")).total).toBe(before + 1);
    expect((await get("/v1/users?search=jo&limit=200")).people).toContainEqual(
      expect.objectContaining({ userId: "joined", name: "Jo", eventCount: 2 }),
    );
    const earlier = new Date(Date.parse(timestamp) - 1).toISOString();
    expect((await get(`/v1/users?search=joined&asOf=${earlier}`)).people).toEqual([]);
  });
});

describe("items", () => {
  test("are found by title, id and topic, as a plain look through the catalogue finds them", async () => {
    const all = platform.catalogue.items();
    const [topic = ""] = all[0]!.tags;
    const word = all[3]!.title!.split(" ")[0]!.toLowerCase();
    const naive = all.filter(
      ({ tags, title }) => tags.includes(topic) && title?.toLowerCase().includes(word),
    );
    const found = await get(`/v1/items?topic=${encodeURIComponent(topic)}&search=${word}&limit=200`);
    expect(found.total).toBe(naive.length);
    expect(found.items.map(({ itemId }: Body) => itemId)).toEqual(
      naive.map(({ itemId }) => itemId).slice(0, 200),
    );
    const { topics } = await get("/v1/items?limit=1");
    const tag = topics.find((entry: Body) => entry.topic === topic);
    expect(tag.items).toBe(all.filter(({ tags }) => tags.includes(topic)).length);
    expect(tag.path.at(-1)).toBe(topic);
  });

  test("one is told with what the catalogue knows, and without engagement while there is no lake", async () => {
    const { itemId, title, tags } = platform.catalogue.at(5);
    expect(await get(`/v1/items/${itemId}`)).toMatchObject({ itemId, title, tags, engagement: null });
    expect(await get("/v1/items/none")).toMatchObject({ code: "item-not-found", status: 404 });
  });
});

describe("nearest by vector", () => {
  test("are the available items that share most, by a plain look at the space, and never the item itself", async () => {
    const { itemId, tags } = (await get("/v1/items?limit=5")).items[4];
    const { items, space } = await get(`/v1/items/${itemId}/nearest?n=10`);
    expect(space).toMatch(/^items /); // no model of the tiny world makes vectors
    expect(items).toHaveLength(10);
    const scores = items.map(({ score }: Body) => score);
    expect(scores).toEqual(scores.toSorted((left: number, right: number) => right - left));
    expect(items.map((item: Body) => item.itemId)).not.toContain(itemId);
    const first = platform.catalogue.at(platform.catalogue.rowOf(items[0].itemId)!);
    expect(first.tags.filter((tag) => tags.includes(tag)).length).toBeGreaterThan(0);
    await post("/v1/items", { items: [{ itemId: items[0].itemId, available: false }] });
    const after = (await get(`/v1/items/${itemId}/nearest?n=9`)).items;
    expect(after).toEqual(items.slice(1));
    await post("/v1/items", { items: [{ itemId: items[0].itemId, available: true }] });
    expect(await get("/v1/items/unheard-of/nearest")).toMatchObject({ code: "item-not-found" });
  });
});

test("a topic is told with its items, and one nobody heard of is refused", async () => {
  const { topics, total } = await get("/v1/items?limit=1");
  expect(await get(`/v1/topics/${encodeURIComponent(topics[0].topic)}`)).toMatchObject({
    ...{ topic: topics[0].topic, path: topics[0].path, isComplete: true },
    ...{ items: expect.toSatisfy((items: number) => items >= topics[0].items && items <= total) },
    days: null, // there is no lake
  });
  expect(await get("/v1/topics/unheard-of")).toMatchObject({ code: "invalid-request" });
});

test("models are told with the bytes of their weights, and with how long their part of a list took", async () => {
  await post("/v1/recommendations", {
    userId: (await get("/v1/users?sort=events&limit=1")).people[0].userId,
  });
  const { models, latencies } = await get("/v1/models");
  for (const { bytes } of models) expect(bytes).toBeGreaterThan(100);
  const { name, version } = models.find(({ serves }: Body) => serves === "personal");
  expect(latencies[`${name}@${version}`]).toMatchObject({
    count: expect.any(Number),
    p50: expect.any(Number),
  });
});

test("pulse tells what came in, how long it took, and not whom an erasure took away", async () => {
  await post("/v1/batch", {
    batch: [
      { type: "track", userId: "seen", event: "save", properties: { itemId: "i-00002" } },
      { type: "track", userId: "", event: "save" },
    ],
  });
  const pulse = await get("/v1/pulse");
  expect(pulse.latest[0]).toMatchObject({ userId: "seen", name: "save", itemId: "i-00002" });
  expect(pulse.seconds).toHaveLength(120);
  const saves = pulse.seconds.reduce((sum: number, { events }: Body) => sum + (events["save"] ?? 0), 0);
  expect(saves).toBeGreaterThanOrEqual(1);
  expect(pulse.seconds.reduce((sum: number, { rejected }: Body) => sum + rejected, 0)).toBe(1);
  expect(pulse.freshness.p50).toBeGreaterThan(0);
  expect(pulse.latencies.map(({ route }: Body) => route)).toContain("POST /v1/batch");
  const { erasureId } = (await server.inject({ method: "DELETE", url: "/v1/users/seen" })).json();
  await expect.poll(async () => (await get(`/v1/erasures/${erasureId}`)).status).toBe("done");
  expect((await get("/v1/pulse")).latest.map(({ userId }: Body) => userId)).not.toContain("seen");
});
