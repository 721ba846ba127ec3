import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Server } from "#serving";
import { asking, type Body, openTinyWorld, tinyWorld } from "./platform.cases.ts";
import type { Platform } from "./platform.ts";

/** @file The whole platform over a tiny world, through its HTTP interface. */
let folder: string;
let platform: Platform;
let server: Server;

const open = (): Promise<Platform> => openTinyWorld(folder);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-platform-"));
  platform = await open();
  server = await platform.createServer({});
});
afterAll(async () => {
  await server.close();
  await platform.close();
  await rm(folder, { recursive: true });
});

const { get, post } = asking(() => server);

/** The person with most saves, so that there is something to go by. */
async function busiest(): Promise<string> {
  const profiles: Body[] = await Promise.all(
    Array.from({ length: 60 }, (_, n) => get(`/v1/users/u-${String(n + 1).padStart(4, "0")}`)),
  );
  profiles.sort((left, right) => (right.counts?.save ?? 0) - (left.counts?.save ?? 0));
  return profiles[0].userId;
}

describe("events", () => {
  test("every event the world sent is in, once, though some were sent twice", async () => {
    const sent = new Map<string, Set<string>>();
    for (const { userId, messageId } of tinyWorld.messages()) {
      const ids = sent.get(userId!) ?? new Set();
      sent.set(userId!, ids.add(messageId!));
    }
    for (const [userId, ids] of sent) expect((await get(`/v1/users/${userId}`)).eventCount).toBe(ids.size);
  });

  test("a write is read in the next request, and sending it again changes nothing", async () => {
    const event = {
      messageId: "m-1",
      userId: "fresh",
      event: "save",
      properties: { itemId: "i-00007", surface: "home" },
    };
    expect(await post("/v1/track", event)).toEqual({ success: true, accepted: 1, rejected: [] });
    await post("/v1/batch", { batch: [{ ...event, type: "track" }] });
    const { events, asOf } = await get("/v1/users/fresh/sequence");
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      eventId: "m-1",
      action: "save",
      itemId: "i-00007",
      surface: "home",
      timestamp: asOf,
    });
  });

  test("a batch is judged event by event", async () => {
    const good = { type: "track", userId: "judged", event: "view", properties: { itemId: "i-00001" } };
    const answer = await post("/v1/batch", { batch: [good, { ...good, userId: "" }, 7, good] });
    expect(answer).toMatchObject({ success: false, accepted: 2 });
    expect(answer.rejected.map(({ position }: Body) => position)).toEqual([1, 2]);
  });

  test("an undeclared event is counted and stored, not dropped", async () => {
    await post("/v1/track", { userId: "counted", event: "Juggled" });
    expect(await get("/v1/users/counted")).toMatchObject({
      eventCount: 1,
      engagementCount: 0,
      counts: { Juggled: 1 },
    });
    expect((await get("/")).undeclaredEvents).toEqual({ Juggled: 1 });
  });
});

describe("a user", () => {
  test("has the traits, the latest events and the topics of what they engaged with, with evidence", async () => {
    const userId = await busiest();
    const profile = await get(`/v1/users/${userId}`);
    expect(profile.traits.name).toBeTypeOf("string");
    const { events } = await get(`/v1/users/${userId}/sequence?limit=5000`);
    expect(profile.latest).toEqual(events.slice(0, 20));
    const byId = new Map<string, Body>(events.map((event: Body) => [event.eventId, event]));
    for (const { topic, evidence } of profile.topics) {
      for (const eventId of evidence) expect(byId.get(eventId).tags).toContain(topic);
    }
    const shares = profile.topics.map(({ share }: Body) => share);
    expect(shares).toEqual([...shares].sort((left, right) => right - left));
  });

  test("as of a past time nothing later shows, anywhere", async () => {
    const userId = await busiest();
    const { events } = await get(`/v1/users/${userId}/sequence?limit=5000`);
    const asOf = events[Math.floor(events.length / 2)].timestamp;
    const past = events.filter(({ timestamp }: Body) => timestamp <= asOf);
    expect((await get(`/v1/users/${userId}/sequence?limit=5000&asOf=${asOf}`)).events).toEqual(past);
    const profile = await get(`/v1/users/${userId}?asOf=${asOf}`);
    expect(profile.engagementCount).toBe(past.length);
    expect(profile.latest).toEqual(past.slice(0, 20));
    const { items } = await post("/v1/recommendations", { userId, asOf, n: 20 });
    const known = new Set(past.map(({ eventId }: Body) => eventId));
    for (const { reasons } of items)
      for (const eventId of reasons[0].evidence) expect(known).toContain(eventId);
  });

  test("who was never seen is not found, and neither is who was not seen yet", async () => {
    expect(await get("/v1/users/nobody")).toMatchObject({ code: "user-not-found", status: 404 });
    expect(await get("/v1/users/u-0001?asOf=1999-01-01T00:00:00Z")).toMatchObject({ code: "user-not-found" });
    expect(await get("/v1/users/nobody/sequence")).toMatchObject({ code: "user-not-found" });
  });

  test("a sequence is filtered by action, surface and time", async () => {
    const userId = await busiest();
    const { events } = await get(`/v1/users/${userId}/sequence?limit=5000`);
    const kept = (await get(`/v1/users/${userId}/sequence?action=save,share&limit=5000`)).events;
    expect(kept.length).toBeGreaterThan(0);
    expect(kept).toEqual(events.filter(({ action }: Body) => action === "save" || action === "share"));
    const home = (await get(`/v1/users/${userId}/sequence?surface=home&limit=5000`)).events;
    expect(home).toEqual(events.filter(({ surface }: Body) => surface === "home"));
  });
});

describe("one person under several ids", () => {
  test("what came before signing in shows at once under the user, and under either id", async () => {
    const view = { event: "view", properties: { itemId: "i-00005" } };
    await post("/v1/track", { ...view, messageId: "before", anonymousId: "browser-1" });
    expect(await get("/v1/users/eve")).toMatchObject({ code: "user-not-found" });
    await post("/v1/identify", { userId: "eve", anonymousId: "browser-1", traits: { plan: "pro" } });
    await post("/v1/track", { ...view, messageId: "after", anonymousId: "browser-1" });
    await post("/v1/track", { ...view, messageId: "known", userId: "eve" });
    const eve = await get("/v1/users/eve");
    expect(eve).toMatchObject({
      userId: "eve",
      ids: ["eve", "anonymous:browser-1"],
      eventCount: 4,
      counts: { view: 3, identify: 1 },
      traits: { plan: "pro" },
    });
    expect(await get("/v1/users/anonymous:browser-1")).toMatchObject({ userId: "eve", eventCount: 4 });
    const ids = (await get("/v1/users/eve/sequence")).events.map(({ eventId }: Body) => eventId);
    expect(ids.sort()).toEqual(["after", "before", "known"]);
    expect((await post("/v1/recommendations", { userId: "eve", n: 5 })).isColdStart).toBe(false);
  });

  test("on a shared device the first person keeps what came before", async () => {
    await post("/v1/identify", { userId: "mallory", anonymousId: "browser-1" });
    expect(await get("/v1/users/mallory")).toMatchObject({ ids: ["mallory"], eventCount: 1 });
    expect((await get("/v1/users/eve")).ids).toEqual(["eve", "anonymous:browser-1"]);
    const sharing = { type: "identify", anonymousId: "browser-3" };
    const batch = ["first", "second"].map((userId) => ({ ...sharing, userId }));
    await post("/v1/batch", { batch }); // what a device sends when it was offline meanwhile
    expect((await get("/v1/users/first")).ids).toEqual(["first", "anonymous:browser-3"]);
    expect((await get("/v1/users/second")).ids).toEqual(["second"]);
  });

  test("an alias joins two users, and taking the link away gives each their own back", async () => {
    await post("/v1/track", { event: "save", userId: "old-name", properties: { itemId: "i-00006" } });
    await post("/v1/track", { event: "save", userId: "new-name", properties: { itemId: "i-00007" } });
    await post("/v1/alias", { userId: "new-name", previousId: "old-name" });
    expect(await get("/v1/users/old-name")).toMatchObject({
      userId: "new-name",
      counts: { save: 2, alias: 1 },
    });
    await post("/v1/alias", { userId: "old-name", previousId: "new-name" }); // would be a cycle: they are one already
    expect((await get("/v1/users/new-name")).ids).toContain("old-name");
    const unlink = await server.inject({ method: "DELETE", url: "/v1/users/new-name/links/old-name" });
    expect(unlink.statusCode).toBe(200);
    expect(await get("/v1/users/old-name")).toMatchObject({
      userId: "old-name",
      counts: { save: 1, alias: 1 },
    });
    expect(await get("/v1/users/new-name")).toMatchObject({ counts: { save: 1, alias: 1 } });
    const again = await server.inject({ method: "DELETE", url: "/v1/users/new-name/links/old-name" });
    expect(again.json()).toMatchObject({ code: "link-not-found" });
  });

  test("values that stand for nobody are nobody", async () => {
    const event = { type: "track", event: "view", properties: { itemId: "i-00001" } };
    const answer = await post("/v1/batch", {
      batch: [
        { ...event, userId: "null" },
        { ...event, userId: "0", anonymousId: "browser-2" },
      ],
    });
    expect(answer).toMatchObject({ accepted: 1, rejected: [{ position: 0, code: "missing-user" }] });
    expect(await get("/v1/users/anonymous:browser-2")).toMatchObject({ eventCount: 1 });
  });
});

describe("recommendations", () => {
  test("leave out what was seen, name the person's own events, and are tied to model versions", async () => {
    const userId = await busiest();
    const answer = await post("/v1/recommendations", { userId, n: 20 });
    const { events } = await get(`/v1/users/${userId}/sequence?limit=16384`);
    const engaged = new Set(
      events.filter(({ action }: Body) => action !== "impression").map(({ itemId }: Body) => itemId),
    );
    const own = new Set(events.map(({ eventId }: Body) => eventId));
    expect(answer).toMatchObject({
      userId,
      isColdStart: false,
      versions: { personal: { name: "ease", version: "0001" } },
    });
    expect(answer.items).toHaveLength(20);
    for (const { itemId, reasons } of answer.items) {
      expect(engaged).not.toContain(itemId);
      for (const eventId of reasons[0].evidence) expect(own).toContain(eventId);
    }
    expect(new Set(answer.items.map(({ itemId }: Body) => itemId)).size).toBe(20);
  });

  test("the next event changes the next answer", async () => {
    const list = async (): Promise<string[]> =>
      (await post("/v1/recommendations", { userId: "newcomer", n: 10 })).items.map(
        ({ itemId }: Body) => itemId,
      );
    const cold = await post("/v1/recommendations", { userId: "newcomer", n: 10 });
    expect(cold.isColdStart).toBe(true);
    const [first] = cold.items;
    await post("/v1/track", { userId: "newcomer", event: "save", properties: { itemId: first.itemId } });
    const after = await post("/v1/recommendations", { userId: "newcomer", n: 10 });
    expect(after.isColdStart).toBe(false);
    expect(after.items.map(({ itemId }: Body) => itemId)).not.toContain(first.itemId);
    expect(after.items[0].reasons[0].text).toBe(`Because you saved ${first.title}`);
    const [second] = await list();
    await post("/v1/track", { userId: "newcomer", event: "hide", properties: { itemId: second } });
    expect(await list()).not.toContain(second);
    expect(
      (await post("/v1/recommendations", { userId: "newcomer", n: 10, excludeSeen: false })).items.length,
    ).toBe(10);
  });

  test("a stranger and nobody in particular get the cold-start list", async () => {
    const stranger = await post("/v1/recommendations", { userId: "stranger" });
    const nobody = await post("/v1/recommendations", {});
    expect(stranger.items).toEqual(nobody.items);
    expect(nobody).toMatchObject({ userId: null, isColdStart: true, asOf: null });
    expect(nobody.items[0].reasons).toEqual([
      { kind: "popular", text: "Popular with everyone", evidence: [] },
    ]);
  });

  test("what the caller excludes, what is withdrawn and what is not yet there is left out", async () => {
    const [first, second, third] = (await post("/v1/recommendations", { n: 3 })).items.map(
      ({ itemId }: Body) => itemId,
    );
    await post("/v1/items", {
      items: [
        { itemId: second, available: false },
        { itemId: third, createdAt: "2099-01-01T00:00:00Z" },
      ],
    });
    const { items } = await post("/v1/recommendations", { n: 50, excludeItemIds: [first] });
    const ids = items.map(({ itemId }: Body) => itemId);
    expect(items).toHaveLength(50);
    for (const gone of [first, second, third]) expect(ids).not.toContain(gone);
    await post("/v1/items", {
      items: [
        { itemId: second, available: true },
        { itemId: third, createdAt: "2026-01-01T00:00:00Z" },
      ],
    });
  });

  test("an item met a second ago has relatives by its tags", async () => {
    const { tags } = tinyWorld.items()[Symbol.iterator]().next().value!;
    await post("/v1/items", { items: [{ itemId: "brand-new", title: "Brand new", tags }] });
    const { items } = await get("/v1/items/brand-new/related?n=5");
    expect(items).toHaveLength(5);
    expect(items[0].source).toBe("shared-tags");
    expect(platform.catalogue.at(platform.catalogue.rowOf(items[0].itemId)!).tags).toEqual(tags);
    expect(await get("/v1/items/unheard-of/related")).toMatchObject({ code: "item-not-found" });
  });
});

describe("the door", () => {
  test("says what is wrong with a request as problem+json", async () => {
    const answer = await server.inject({ method: "POST", url: "/v1/recommendations", payload: { n: 0 } });
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    expect(answer.json()).toMatchObject({
      status: 400,
      code: "invalid-request",
      detail: expect.stringContaining("n"),
    });
    const headers = { "content-type": "application/json" };
    expect(
      (await server.inject({ method: "POST", url: "/v1/batch", headers, payload: "{" })).json(),
    ).toMatchObject({ code: "invalid-json" });
    expect(
      (
        await server.inject({
          method: "POST",
          url: "/v1/batch",
          payload: `{"batch":["${"x".repeat(600_000)}"]}`,
          headers,
        })
      ).json(),
    ).toMatchObject({ code: "body-too-large" });
    expect(
      (
        await server.inject({
          method: "POST",
          url: "/v1/batch",
          payload: "a=b",
          headers: { "content-type": "text/csv" },
        })
      ).json(),
    ).toMatchObject({ code: "unsupported-media-type" });
    expect(await get("/v1/nothing")).toMatchObject({ code: "route-not-found" });
    for (const id of ["%E0%A4%A", "%ff", "x".repeat(1200)]) {
      const answer = await server.inject({ method: "GET", url: `/v1/users/${id}` });
      expect(answer.headers["content-type"]).toContain("application/problem+json");
      expect([answer.statusCode, answer.json().code]).toEqual([400, "invalid-request"]);
    }
    expect(await get("/v1/users/u-0001/sequence?limit=0")).toMatchObject({
      code: "invalid-request",
      detail: 'query parameter "limit" is 0; it must be >= 1',
    });
    for (const path of ["/v1/users/u-0001/sequence", "/v1/users", "/v1/schema"])
      expect(await get(`${path}?limmit=5`)).toMatchObject({
        code: "invalid-request",
        detail: expect.stringMatching(/^query parameter "limmit" is not known here; known: /),
      });
    expect(await post("/v1/batch", { batch: Array.from({ length: 2501 }, () => 1) })).toMatchObject({
      code: "invalid-request",
    });
  });

  test("a poisoned key does not lose the batch", async () => {
    const payload =
      '{"batch":[{"type":"track","event":"view","userId":"safe","properties":{"__proto__":{"admin":true},"itemId":"i-00001"}}]}';
    const answer = await server.inject({
      method: "POST",
      url: "/v1/batch",
      payload,
      headers: { "content-type": "application/json" },
    });
    expect(answer.json()).toMatchObject({ accepted: 1 });
    expect(({} as Body).admin).toBeUndefined();
  });

  test("asks for the write key to write and for the API key to read, once they are set", async () => {
    const locked = await platform.createServer({ writeKey: "w", apiKey: "r" });
    const status = async (
      url: string,
      authorization?: string,
      method: "GET" | "POST" = "GET",
    ): Promise<number> =>
      (
        await locked.inject({
          method,
          url,
          ...(method === "POST" && { payload: { batch: [] } }),
          headers: authorization ? { authorization } : {},
        })
      ).statusCode;
    const basic = (name: string): string => `Basic ${Buffer.from(`${name}:`).toString("base64")}`;
    expect(await status("/v1/users/u-0001")).toBe(401);
    expect(await status("/v1/users/u-0001", "Bearer w")).toBe(401);
    expect(await status("/v1/users/u-0001", "Bearer r")).toBe(200);
    expect(await status("/v1/batch", basic("w"), "POST")).toBe(200);
    expect(await status("/v1/batch", "Bearer w", "POST")).toBe(200);
    expect(await status("/v1/batch", basic("r"), "POST")).toBe(401);
    expect(await status("/metrics")).toBe(401);
    for (const open of ["/health/live", "/health/ready", "/openapi.json"])
      expect(await status(open)).toBe(200);
    await locked.close();
  });

  test("documents every route in OpenAPI 3.1, from the schemas that validate", async () => {
    const { openapi, paths } = await get("/openapi.json");
    expect(openapi).toBe("3.1.0");
    const open = ["/", "/health/live", "/health/ready", "/metrics"];
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([...open, "/v1/batch", "/v1/users/{id}", "/v1/recommendations", "/v1/models"]),
    );
    for (const [path, methods] of Object.entries<Record<string, { summary?: string; security?: unknown }>>(
      paths,
    ))
      for (const [method, { summary, security }] of Object.entries(methods)) {
        if (open.includes(path)) continue;
        expect(summary, `${method} ${path}`).toBeTypeOf("string");
        expect(security, `${method} ${path}`).toHaveLength(1);
      }
    expect(paths["/v1/batch"].post.security).toEqual([{ writeKey: [] }]);
    expect(paths["/v1/users/{id}"].get.security).toEqual([{ apiKey: [] }]);
    expect(paths["/v1/users/{id}"].delete.security).toEqual([{ controlKey: [] }]);
    for (const path of ["/v1/dead-letters", "/v1/schema"])
      expect(paths[path].get.security).toEqual([{ apiKey: [] }]);
    expect(paths["/health/live"].get.security).toBeUndefined();
    const body = paths["/v1/recommendations"].post.requestBody.content["application/json"].schema;
    expect(body.properties.n).toMatchObject({ minimum: 1, maximum: 500, default: 10 });
  });

  test("counts what it does", async () => {
    await get("/v1/users/u-0001");
    const text = (await server.inject("/metrics")).payload;
    expect(text).toMatch(/inkling_events_total\{kind="event",outcome="accepted"\} [1-9]/);
    expect(text).toMatch(
      /inkling_http_request_seconds_count\{method="GET",route="\/v1\/users\/:id",status="200"\} [1-9]/,
    );
    expect(text).toMatch(/inkling_lag_records 0/);
  });

  test("says what now is, and where it comes from", async () => {
    const { clock } = await get("/");
    expect(clock).toMatchObject({ kind: "historical", areTimesMadeUp: false });
    expect(Date.parse(clock.now)).toBeGreaterThanOrEqual(tinyWorld.endMs - 86_400_000);
  });
});

test("a second owner of the folder is refused, and what is served survives a restart", async () => {
  await expect(open()).rejects.toMatchObject({ code: "data-locked" });
  const before = await get("/v1/users/u-0003");
  const list = await post("/v1/recommendations", { userId: "u-0003", n: 5 });
  await server.close();
  await platform.close();
  platform = await open();
  server = await platform.createServer({});
  expect(await get("/v1/users/u-0003")).toEqual(before);
  expect((await post("/v1/recommendations", { userId: "u-0003", n: 5 })).items).toEqual(list.items);
});
