import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { action, count, defineConfig, engagement, event, feature, last, number, text } from "#declarations";
import { createClient } from "./client.ts";
import type { ClientError } from "./client-error.ts";

const config = defineConfig({
  actions: {
    save: action({ kind: "positive", strength: 2.5, verb: "saved", properties: { boardId: text() } }),
    view: action({ kind: "positive", strength: 1, verb: "viewed" }),
  },
  surfaces: ["home"],
  itemAttributes: { price: number() },
  traits: { plan: text() },
});

interface Received {
  readonly path: string;
  readonly authorization: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of every kind, looked into by the tests
  readonly body: any;
}

interface Message {
  readonly messageId?: string;
  readonly itemId?: string;
  readonly userId?: string;
  readonly properties?: { readonly itemId?: string };
}

/** A platform of thirty lines: stores by message id, and does first what the script says. */
let server: Server;
let host: string;
let received: Received[];
let stored: Map<string, Message>;
let script: ((response: ServerResponse) => "handled" | "stored")[];

beforeEach(async () => {
  received = [];
  stored = new Map();
  script = [];
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const body = text === "" ? undefined : JSON.parse(text);
  received.push({ path: request.url ?? "", authorization: request.headers.authorization, body });
  const step = script.shift();
  if (step) {
    const lost = step(response);
    if (lost === "stored") store(body);
    return;
  }
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(store(body)));
}

function store(body: Received["body"]): object {
  const rejected: object[] = [];
  const batch = (body?.batch ?? body?.items ?? []) as Message[];
  for (const [position, message] of batch.entries()) {
    if (message.itemId === "bad")
      rejected.push({ position, code: "invalid-item", path: "/itemId", message: "bad" });
    else stored.set(message.messageId ?? message.itemId ?? "", message);
  }
  return { success: rejected.length === 0, accepted: batch.length - rejected.length, rejected };
}

const fail = (status: number, headers: Record<string, string> = {}, code = "not-ready") => {
  return (response: ServerResponse): "handled" => {
    response.writeHead(status, { "content-type": "application/problem+json", ...headers });
    response.end(JSON.stringify({ code, detail: "as the script says" }));
    return "handled";
  };
};
const hangUp = (response: ServerResponse): "handled" => {
  response.destroy();
  return "handled";
};
const hangUpAfterStoring = (response: ServerResponse): "stored" => {
  response.destroy();
  return "stored";
};

test("events arrive as Segment messages with the write key", async () => {
  const client = createClient<typeof config>({
    host: `${host}/`,
    writeKey: "k",
    nowMs: () => Date.UTC(2026, 0, 1),
  });
  const id = client.track("ann", "save", { itemId: "i1", surface: "home", boardId: "b" });
  client.identify({ anonymousId: "device", userId: "ann" }, { plan: "free" });
  client.track(
    "ann",
    "view",
    { itemId: "i2" },
    { timestamp: new Date(0), messageId: "mine", context: { ip: "::1" } },
  );
  await client.flush();
  expect(received).toEqual([
    {
      path: "/v1/batch",
      authorization: "Bearer k",
      body: {
        sentAt: "2026-01-01T00:00:00.000Z",
        batch: [
          {
            type: "track",
            event: "save",
            properties: { itemId: "i1", surface: "home", boardId: "b" },
            messageId: id,
            userId: "ann",
            timestamp: "2026-01-01T00:00:00.000Z",
          },
          {
            type: "identify",
            traits: { plan: "free" },
            messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
            anonymousId: "device",
            userId: "ann",
            timestamp: "2026-01-01T00:00:00.000Z",
          },
          {
            type: "track",
            event: "view",
            properties: { itemId: "i2" },
            messageId: "mine",
            userId: "ann",
            timestamp: "1970-01-01T00:00:00.000Z",
            originalTimestamp: "1970-01-01T00:00:00.000Z",
            context: { ip: "::1" },
          },
        ],
      },
    },
  ]);
  expect(client.counts).toEqual({ queued: 0, accepted: 3, rejected: 0, undelivered: 0 });
});

test("a device's clock is corrected only when asked for", async () => {
  const client = createClient<typeof config>({ host, correctsClock: true, nowMs: () => 0 });
  client.track("ann", "view");
  await client.close();
  expect(received[0]?.body.batch[0]).toMatchObject({ originalTimestamp: "1970-01-01T00:00:00.000Z" });
  expect(received[0]?.body.batch[0]).not.toHaveProperty("timestamp");
});

test("over hang-ups, lost answers, 429 and 503 everything is there once and in each user's order", async () => {
  script = [hangUp, fail(429), hangUpAfterStoring, fail(503, { "retry-after": "1" })];
  const client = createClient<typeof config>({ host, writeKey: "k", flushAt: 20 });
  const ids: (string | undefined)[] = [];
  for (let n = 0; n < 100; n++) {
    ids.push(client.track(`user${n % 7}`, "view", { itemId: String(n) }));
    if (n % 9 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await client.close();
  expect([...stored.keys()]).toEqual(ids);
  for (let user = 0; user < 7; user++) {
    const items = [...stored.values()].filter(({ userId }) => userId === `user${user}`);
    const order = items.map(({ properties }) => Number(properties?.itemId));
    expect(order).toEqual(order.toSorted((left, right) => left - right));
    expect(order).toHaveLength(user < 2 ? 15 : 14);
  }
});

test("the server's wish to wait is granted", async () => {
  script = [fail(503, { "retry-after": "1" })];
  const client = createClient<typeof config>({ host });
  client.track("ann", "view");
  const started = performance.now();
  await client.flush();
  expect(performance.now() - started).toBeGreaterThan(990);
  expect(received).toHaveLength(2);
});

test("a server that is not there yet gets everything when it is", async () => {
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const client = createClient<typeof config>({ host, flushAt: 1 });
  for (let n = 0; n < 10; n++) client.track("ann", "view", { itemId: String(n) });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await client.close();
  expect(stored.size).toBe(10);
});

describe("errors", () => {
  test("reach onError with what they are about", async () => {
    script = [fail(401, {}, "unauthorized")];
    const errors: ClientError[] = [];
    const client = createClient<typeof config>({ host, maxQueue: 1, onError: (error) => errors.push(error) });
    const first = client.track("ann", "view");
    expect(client.track("ann", "view")).toBeUndefined();
    await client.close();
    expect(client.track("ann", "view")).toBeUndefined();
    expect(errors.map(({ code, reason, status }) => [code, reason, status])).toEqual([
      ["queue-full", undefined, undefined],
      ["undelivered", "unauthorized", 401],
      ["closed", undefined, undefined],
    ]);
    expect(errors[1]?.messages).toMatchObject([{ messageId: first, event: "view" }]);
  });

  test("are thrown where nobody listens", async () => {
    script = [fail(401, {}, "unauthorized")];
    const client = createClient<typeof config>({ host, maxQueue: 1 });
    client.track("ann", "view");
    expect(() => client.track("ann", "view")).toThrow("1 events wait");
    await expect(client.flush()).rejects.toMatchObject({ code: "undelivered", status: 401 });
    await client.close(); // said once
    expect(() => client.track("ann", "view")).toThrow("closed");
  });

  test("of options name the value", () => {
    expect(() => createClient({ host: "localhost:7070" })).toThrow('host is "localhost:7070"');
    expect(() => createClient({ host, flushAt: 2501 })).toThrow(
      "flushAt is 2501: give a whole number from 1 to 2500",
    );
    expect(() => createClient({ host, maxQueue: Number.NaN })).toThrow("maxQueue is NaN");
  });
});

describe("items", () => {
  test("are put in requests of 5,000, and rejections keep their place", async () => {
    script = [fail(503)];
    const client = createClient<typeof config>({ host, writeKey: "k" });
    const items = Array.from({ length: 5003 }, (_, n) => ({
      itemId: n === 5001 ? "bad" : String(n),
      attributes: { price: n },
    }));
    const answer = await client.items.put(items);
    expect(answer).toMatchObject({
      success: false,
      accepted: 5002,
      rejected: [{ position: 5001, code: "invalid-item" }],
    });
    expect(received.map(({ path, body }) => [path, body.items.length])).toEqual([
      ["/v1/items", 5000],
      ["/v1/items", 5000],
      ["/v1/items", 3],
    ]);
    expect(await client.items.put([])).toEqual({ success: true, accepted: 0, rejected: [] });
    expect((await client.items.put({ itemId: "one" })).accepted).toBe(1);
  });

  test("that are refused are told from where on", async () => {
    script = [fail(401, {}, "unauthorized")];
    const client = createClient<typeof config>({ host });
    await expect(client.items.put([{ itemId: "a" }])).rejects.toMatchObject({
      code: "undelivered",
      status: 401,
      messages: [{ itemId: "a" }],
    });
  });
});

describe("reading", () => {
  const answerWith = (body: object) => (response: ServerResponse) => {
    response.end(JSON.stringify(body));
    return "handled" as const;
  };

  test("recommendations are asked for with the API key", async () => {
    script = [answerWith({ recommendationId: "r", items: [] })];
    const client = createClient<typeof config>({ host, writeKey: "w", apiKey: "a" });
    const { recommendationId } = await client.recommendations({ userId: "ann", n: 5 });
    expect(recommendationId).toBe("r");
    expect(received).toEqual([
      { path: "/v1/recommendations", authorization: "Bearer a", body: { userId: "ann", n: 5 } },
    ]);
  });

  test("features are asked for in Feast's words, and come by name with the types of their definitions", async () => {
    const featured = defineConfig({
      ...config,
      features: [
        feature("saves", { from: engagement, aggregate: count() }),
        feature("last_surface", { from: engagement, aggregate: last(event.surface) }),
      ],
    });
    const results = [["ann"], [2], [null]].map((values) => ({ values, statuses: [], event_timestamps: [] }));
    script = [answerWith({ metadata: { feature_names: [] }, results })];
    const client = createClient<typeof featured>({ host });
    const found = await client.features("ann", ["saves", "last_surface"]);
    const saves: number | null = found.saves;
    // @ts-expect-error it is a text
    const surface: number | null = found.last_surface;
    expect([saves, surface]).toEqual([2, null]);
    expect(received[0]).toMatchObject({
      path: "/get-online-features",
      body: { features: ["saves", "last_surface"], entities: { user_id: ["ann"] } },
    });
    script = [
      answerWith({ metadata: { feature_names: [] }, results: [results[0], ...results].slice(0, 3) }),
      fail(503),
    ];
    const paired = await client.features({ user_id: "ann", topic: "art" }, ["saves"]);
    expect([paired.saves, received[1]]).toMatchObject([
      2,
      { body: { entities: { user_id: ["ann"], topic: ["art"] } } },
    ]);
    // @ts-expect-error no such feature
    await expect(client.features("ann", ["clicks"])).rejects.toMatchObject({ code: "request-failed" });
  });

  test("a profile is found by any id, one of nobody is undefined, and a failure is thrown", async () => {
    script = [
      answerWith({ userId: "a/b", traits: { plan: "free" } }),
      fail(404, {}, "user-not-found"),
      fail(503),
    ];
    const client = createClient<typeof config>({ host });
    const profile = await client.profile("a/b?", { asOf: "2026-01-01T00:00:00Z" });
    expect(profile?.traits.plan).toBe("free");
    expect(received[0]?.path).toBe("/v1/users/a%2Fb%3F?asOf=2026-01-01T00%3A00%3A00Z");
    expect(await client.profile("nobody")).toBeUndefined();
    await expect(client.profile("ann")).rejects.toMatchObject({ code: "request-failed", status: 503 });
  });
});

test("the client needs nothing at run time", () => {
  const folder = new URL(".", import.meta.url);
  for (const file of readdirSync(folder).filter((name) => !name.includes(".test."))) {
    const source = readFileSync(new URL(file, folder), "utf8");
    const imports = source.matchAll(/^(?:import|export) (?!type\b)[^;]*?from "([^"]+)"/gm);
    for (const [, target] of imports) expect(target, file).toMatch(/^\.\//);
    expect(source, file).not.toMatch(/\bimport\(|\brequire\(|\bprocess\.|\bBuffer\b/);
  }
});
