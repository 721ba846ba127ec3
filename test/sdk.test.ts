/** @file The public clients, unmodified, pointed at the real server: everything arrives, once, whatever happens to the server. */
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PreparedFolder, prepareFolder, TINY } from "./prepared-folder.ts";
import { type Client, clients } from "./sdk-clients.ts";
import { killAll, ServerProcess } from "./server-process.ts";

const WRITE_KEY = "the-write-key";
const KEYS = { env: { INKLING_WRITE_KEY: WRITE_KEY } };

let prepared: PreparedFolder;
/** For all tests that leave it running: each speaks of people of its own. */
let shared: ServerProcess;
beforeAll(async () => {
  prepared = await prepareFolder();
  shared = await startIn(await prepared.copy());
});
afterAll(async () => {
  await killAll();
  await prepared.remove();
});

const startIn = (folder: string, port = 0): Promise<ServerProcess> =>
  ServerProcess.start([...TINY, "--data", folder, "--port", String(port)], KEYS);

/** One call of each kind, all by one person but for the alias, which names another. */
function sendOneOfEach(client: Client, userId: string): void {
  client.send("identify", { userId, traits: { city: "Ghent" } });
  client.send("track", { userId, event: "save", properties: { itemId: "i-00001", surface: "home" } });
  client.send("track", { userId, event: "Order Completed", properties: { value: 12.5 } });
  client.send("page", { userId, name: "Pricing", properties: { path: "/pricing" } });
  client.send("screen", { userId, name: "Settings", properties: { tab: "privacy" } });
  client.send("group", { userId, groupId: "a-company", traits: { plan: "large" } });
  client.send("alias", { userId, previousId: `${userId}-before` });
}

describe.each(Object.entries(clients))("%s", (name, createClient) => {
  const to = (writeKey: string): Client => createClient({ address: shared.ready.address, writeKey });
  const pathOf = (userId: string): string => `/v1/users/${encodeURIComponent(userId)}`;

  test("delivers track, identify, page, screen, group and alias", async () => {
    const userId = `all kinds, ${name}`;
    const client = to(WRITE_KEY);
    sendOneOfEach(client, userId);
    expect(await client.flush()).toEqual([]);
    const { body } = await shared.get(pathOf(userId));
    expect(body).toMatchObject({
      eventCount: 7,
      engagementCount: 1,
      traits: { city: "Ghent" },
      counts: { identify: 1, save: 1, "Order Completed": 1, page: 1, screen: 1, group: 1, alias: 1 },
    });
    expect(body.latest[0]).toMatchObject({ action: "save", itemId: "i-00001", surface: "home" });
  });

  test("keeps the time the application says", async () => {
    const userId = `at a time, ${name}`;
    const client = to(WRITE_KEY);
    const timestamp = new Date("2020-02-03T04:05:06.007Z");
    client.send("track", { userId, event: "save", timestamp, properties: { itemId: "i-00001" } });
    expect(await client.flush()).toEqual([]);
    const [event] = (await shared.get(`${pathOf(userId)}/sequence`)).body.events;
    expect(event.timestamp).toBe(timestamp.toISOString());
  });

  test("is refused with a wrong write key, and nothing of it is stored", async () => {
    const userId = `refused, ${name}`;
    const client = to("another-key");
    client.send("track", { userId, event: "save", properties: { itemId: "i-00001" } });
    expect(await client.flush()).toEqual([expect.stringMatching(/401/)]);
    expect(await shared.get(pathOf(userId))).toMatchObject({ status: 404 });
  });
});

describe.each(Object.entries(clients))("%s, when the server goes and comes back", (name, createClient) => {
  const userId = `of ${name}`;
  const userPath = `/v1/users/${encodeURIComponent(userId)}`;
  test.each(["SIGKILL", "SIGTERM"] as const)(
    "delivers everything exactly once when the server gets %s in mid-flush and comes back",
    async (signal) => {
      const EVENTS = 600;
      const folder = await prepared.copy();
      const first = await startIn(folder);
      const port = Number(new URL(first.ready.address).port);
      const client = createClient({
        address: first.ready.address,
        writeKey: WRITE_KEY,
        flushAt: 5,
        retries: 200,
      });
      const isQuarterIn = untilCounted(first, userPath, EVENTS / 4);
      await sendSlowly(client, userId, EVENTS / 2);
      await isQuarterIn;
      const stopping = first.program.stop(signal);
      await sendSlowly(client, userId, EVENTS / 4); // while it goes
      await stopping;
      await sendSlowly(client, userId, EVENTS / 4); // when it is gone, however soon that was
      const second = await startIn(folder, port);
      expect(await client.flush()).toEqual([]);
      expect(client.retried).toBeGreaterThan(0); // it was in mid-flush
      const { body } = await second.get(userPath);
      expect(body).toMatchObject({ eventCount: EVENTS, counts: { save: EVENTS } });
      const { events } = (await second.get(`${userPath}/sequence?limit=5000`)).body;
      const ids: string[] = events.map(({ eventId }: { eventId: string }) => eventId);
      expect(new Set(ids).size).toBe(EVENTS);
      await second.kill();
    },
  );
});

async function sendSlowly(client: Client, userId: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    client.send("track", { userId, event: "save", properties: { itemId: `i-${n % 50}` } });
    if (n % 10 === 9) await sleep(5);
  }
}

async function untilCounted(server: ServerProcess, path: string, count: number): Promise<void> {
  while (((await server.get(path)).body.eventCount ?? 0) < count) await sleep(2);
}

describe("the door", () => {
  const authorization = `Bearer ${WRITE_KEY}`;
  const track = (userId: string): object => ({ type: "track", userId, event: "save" });
  const post = (path: string, body: Uint8Array<ArrayBuffer> | string, headers: Record<string, string>) =>
    fetch(`${shared.ready.address}${path}`, {
      method: "POST",
      body,
      headers: { authorization, ...headers },
    });
  const gzip = (value: unknown): Uint8Array<ArrayBuffer> => new Uint8Array(gzipSync(JSON.stringify(value)));
  const json = { "content-type": "application/json" };

  test("takes gzip on every ingest route, stops unpacking at the limit, and refuses other packings", async () => {
    const packed = { ...json, "content-encoding": "gzip" };
    for (const path of ["/v1/batch", "/v1/import"])
      expect(await (await post(path, gzip({ batch: [track("packed")] }), packed)).json()).toMatchObject({
        accepted: 1,
      });
    for (const type of ["track", "identify", "page", "screen", "group", "alias"])
      expect((await post(`/v1/${type}`, gzip(track("packed")), packed)).status).toBe(200);
    expect((await post("/v1/items", gzip({ items: [{ itemId: "packed" }] }), packed)).status).toBe(200);
    expect((await shared.get("/v1/users/packed")).body.eventCount).toBe(8);
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(400 * 1024 * 1024)));
    expect(bomb.length).toBeLessThan(500 * 1024);
    const before = await residentBytes(shared);
    expect(await problem(await post("/v1/batch", bomb, packed))).toEqual([413, "body-too-large"]);
    expect((await residentBytes(shared)) - before).toBeLessThan(64 * 1024 * 1024);
    expect(await problem(await post("/v1/batch", "no gzip", packed))).toEqual([400, "invalid-request"]);
    for (const encoding of ["br", "deflate", "zstd", "gzip, gzip"])
      expect(await problem(await post("/v1/batch", "{}", { ...json, "content-encoding": encoding }))).toEqual(
        [415, "unsupported-media-type"],
      );
  });

  test("reads text and forms as JSON where events come in, and nowhere else", async () => {
    const body = JSON.stringify(track("beacon"));
    for (const type of [
      "text/plain;charset=UTF-8",
      "application/x-www-form-urlencoded",
      "application/json; charset=utf-8",
    ])
      expect((await post("/v1/track", body, { "content-type": type })).status).toBe(200);
    expect(await problem(await post("/v1/track", body, { "content-type": "text/html" }))).toEqual([
      415,
      "unsupported-media-type",
    ]);
    const recommend = await post("/v1/recommendations", "{}", { "content-type": "text/plain" });
    expect(await problem(recommend)).toEqual([415, "unsupported-media-type"]);
    expect((await shared.get("/v1/users/beacon")).body.eventCount).toBe(3);
  });

  test("keeps the times of an import, whenever it was sent", async () => {
    const at = ["2019-02-03T04:05:06.007Z", "2018-02-03T04:05:06.007Z"];
    const batch = [
      { ...track("past"), timestamp: at[0], properties: { itemId: "i-00001" } },
      { ...track("past"), originalTimestamp: at[1], sentAt: "2020-01-01T00:00:00Z", receivedAt: "kept" },
    ];
    const answer = await post("/v1/import", JSON.stringify({ batch, sentAt: "2026-01-01T00:00:00Z" }), json);
    expect(await answer.json()).toEqual({ success: true, accepted: 2, rejected: [] });
    const { events } = (await shared.get("/v1/users/past/sequence")).body;
    expect(events.map(({ timestamp }: { timestamp: string }) => timestamp)).toEqual(at);
  });

  test("refuses a small body that would stand for a large one", async () => {
    const context = { note: "x".repeat(20_000) };
    const batch = Array.from({ length: 2000 }, () => track("spread"));
    expect(await problem(await post("/v1/batch", JSON.stringify({ batch, context }), json))).toEqual([
      413,
      "body-too-large",
    ]);
    const few = await post("/v1/batch", JSON.stringify({ batch: batch.slice(0, 20), context }), json);
    expect(await few.json()).toMatchObject({ accepted: 20 });
  });
});

test("the door without a write key takes events of pages of this machine only", async () => {
  const server = await ServerProcess.start([...TINY, "--data", await prepared.copy()]);
  const from = async (origin: string): Promise<number> =>
    (
      await server.post(
        "/v1/track",
        { type: "track", userId: "page", event: "save" },
        { "content-type": "text/plain", origin },
      )
    ).status;
  expect(
    await Promise.all(["http://localhost:3000", "http://127.0.0.1", "http://[::1]:1"].map(from)),
  ).toEqual([200, 200, 200]);
  expect(
    await Promise.all(["https://example.com", "null", "http://localhost.example.com"].map(from)),
  ).toEqual([401, 401, 401]);
  await server.kill();
});

async function problem(response: Response): Promise<[number, string]> {
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  return [response.status, ((await response.json()) as { code: string }).code];
}

async function residentBytes(server: ServerProcess): Promise<number> {
  const { body } = await server.get("/metrics");
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(body)?.[1]);
}
