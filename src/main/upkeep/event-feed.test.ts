import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Server } from "#serving";
import { type Body, closeAll, fittedServer, openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";

/** @file What other programs read of the events, through the route. One log for all tests: each finds what those before it sent. */
let platform: Platform;
let server: Server;

beforeAll(async () => {
  platform = await openPlatform(await mkdtemp(join(tmpdir(), "inkling-event-feed-")));
  await send(
    save("ann", "a1"),
    save("ben", "b1"),
    save("cat", "c1", { advertising: true }),
    save("ann", "a1"),
  );
  server = await fittedServer(platform);
});
afterAll(() => closeAll(platform, server));

async function send(...messages: readonly object[]): Promise<void> {
  expect((await platform.ingestion.ingestMessages(messages)).rejected).toEqual([]);
}

function save(userId: string, messageId: string, choices?: Readonly<Record<string, boolean>>): object {
  return {
    ...{ type: "track", event: "save", userId, messageId, timestamp: "2026-01-05T00:00:00.000Z" },
    properties: { itemId: `i-${messageId}` },
    ...(choices && { context: { consent: { categoryPreferences: choices } } }),
  };
}

async function read(group: string, purpose = "analytics"): Promise<Body[]> {
  const { body, statusCode } = await server.inject(
    `/v1/events?group=${group}&purpose=${purpose}&follow=false`,
  );
  expect(statusCode, body).toBe(200);
  return body
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

const idsIn = (lines: readonly Body[]): string[] =>
  lines.flatMap(({ message }) => (message ? [message.messageId] : []));

function commit(group: string, lines: readonly Body[]): Promise<{ statusCode: number; body: string }> {
  const offsets = Object.fromEntries(
    lines.flatMap(({ partition, next }) => (next === undefined ? [] : [[partition, next]])),
  );
  return server.inject({ method: "POST", url: "/v1/events/commit", payload: { group, offsets } });
}

test("a group reads every event once, as the message it was, and goes on where it committed", async () => {
  const first = await read("warehouse");
  expect(idsIn(first)).toEqual(["a1", "b1", "c1"]); // the second a1 repeats the first
  expect(first[0]).toMatchObject({
    person: "ann",
    message: {
      ...{ type: "track", event: "save", userId: "ann", timestamp: "2026-01-05T00:00:00.000Z" },
      properties: { itemId: "i-a1" },
    },
  });
  expect(first.at(-1)).toEqual({ partition: 1, next: 4 });
  expect(idsIn(await read("warehouse"))).toEqual(["a1", "b1", "c1"]); // nothing was finished
  expect((await commit("warehouse", first)).statusCode).toBe(204);
  expect(await read("warehouse")).toEqual([]);
  await send(save("dan", "d1"));
  expect(idsIn(await read("warehouse"))).toEqual(["d1"]);
  expect(idsIn(await read("somebody-else"))).toEqual(["a1", "b1", "c1", "d1"]);
});

test("a purpose nobody declared, a name that is none and a place that is not there are refused, and told", async () => {
  const get = async (query: string) => (await server.inject(`/v1/events?${query}`)).json();
  expect(await get("group=x&purpose=selling&follow=false")).toMatchObject({
    status: 400,
    detail: expect.stringContaining("declared: personalization"),
  });
  expect(await get("group=../x&purpose=analytics")).toMatchObject({ status: 400 });
  expect(await get("group=x")).toMatchObject({ status: 400, detail: expect.stringContaining("purpose") });
  for (const mark of [
    { partition: 0, next: 1 },
    { partition: 1, next: 99 },
    { partition: 9, next: 0 },
  ])
    expect((await commit("x", [mark])).statusCode, JSON.stringify(mark)).toBe(400);
});

test("no event comes that may not be used for the purpose, was erased, or is named by an id of old", async () => {
  expect(idsIn(await read("ads", "advertising"))).toEqual(["c1"]);
  await send({ type: "alias", previousId: "ben", userId: "benjamin", messageId: "l1" });
  await send({ ...save("cat", "c2", { analytics: false }), type: "identify", traits: {} });
  const { erasureId } = (await server.inject({ method: "DELETE", url: "/v1/users/ann" })).json();
  await expect
    .poll(async () => (await server.inject(`/v1/erasures/${erasureId}`)).json().status)
    .toBe("done");
  const lines = await read("late");
  expect(idsIn(lines)).toEqual(["b1", "d1", "l1"]);
  expect(lines.map(({ person }) => person)).toEqual(["benjamin", "dan", "benjamin", undefined]);
});

test("a reader who follows is told of what comes in, and let go when the server closes", async () => {
  const address = await server.listen({ port: 0, host: "127.0.0.1" });
  const answer = await fetch(`${address}/v1/events?group=live&purpose=analytics`);
  const texts = answer.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  expect((await texts.next()).value).toContain('"messageId":"l1"');
  await send(save("eve", "e1"));
  expect((await texts.next()).value).toContain('"messageId":"e1"');
  await server.close();
  expect((await texts.next()).done).toBe(true);
});
