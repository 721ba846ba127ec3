import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Server } from "#serving";
import { type Body, closeAll, fittedServer, newFolder, openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";

/** @file What an erasure is asked to look for beside the ids. */
const HERS = "anna@mail.example";
let platform: Platform;
let server: Server;

beforeAll(async () => {
  platform = await openPlatform(await mkdtemp(join(tmpdir(), "inkling-erase-")), {
    create: newFolder("system"),
  });
  const save = (userId: string, note: string): object => ({
    type: "track",
    event: "save",
    userId,
    properties: { itemId: "i1", note },
  });
  await platform.ingestion.ingestMessages([
    save("anna-with-mail", HERS),
    save("ben-with-hers", `she is ${HERS} you know`),
    save("carl-plain", "nothing of hers"),
    save("..", "a path without him"),
    save(".", "is the path itself"),
    { type: "track", userId: "dora-rejected", properties: { note: `and ${HERS} too` } }, // no event: a dead letter
  ]);
  server = await fittedServer(platform);
});
afterAll(() => closeAll(platform, server));

async function erase(userId: string, payload?: object): Promise<{ status: number; body: Body }> {
  const url = `/v1/users/${userId}`;
  const answer = await server.inject({ method: "DELETE", url, ...(payload && { payload }) });
  return { status: answer.statusCode, body: answer.json() };
}

async function receiptOf(erasureId: string): Promise<Body> {
  await platform.erasures.settled();
  return (await server.inject(`/v1/erasures/${erasureId}`)).json();
}

test.each([
  ["a value too short to mean anything", { values: ["abc"] }, "/values/0"],
  ["a number", { values: [123456] }, "/values/0"],
  ["no list", { values: HERS }, "/values"],
  ["too many", { values: Array.from({ length: 101 }, (_, n) => `value-${n}`) }, "/values"],
  ["a field that is not known", { value: [HERS] }, "/values is missing"],
  ["a list alone", [HERS], "the body is a list; it must be object"],
])("%s is refused, and nothing is erased", async (_, payload, place) => {
  const { status, body } = await erase("anna-with-mail", payload);
  expect(status).toBe(400);
  expect(body.code).toBe("invalid-request");
  expect(body.detail).toContain(place);
  expect(JSON.stringify(body)).not.toContain(HERS);
  expect((await server.inject("/v1/users/anna-with-mail")).statusCode).toBe(200);
});

test("a value that others still say of her fails her erasure; without a body only her ids count", async () => {
  const asked = await erase("anna-with-mail", { values: [HERS] });
  expect(asked.status).toBe(202);
  const receipt = await receiptOf(asked.body.erasureId);
  expect(receipt).toMatchObject({
    status: "failed",
    verification: { traces: { state: 0, log: 0, "dead-letters": 0, lake: 0 } },
  });
  expect(receipt.verification.scan.found.length).toBeGreaterThan(0);
  expect(JSON.stringify(receipt)).not.toContain(HERS);
  // What others said of her and was accepted is theirs; a letter that says it is nobody's loss.
  const letters = receipt.stores.find(({ name }: { name: string }) => name === "dead-letters");
  expect(letters.removed).toEqual({ letters: 1 });

  const again = await erase("ben-with-hers", { values: [HERS] }); // the last who said it
  expect(await receiptOf(again.body.erasureId)).toMatchObject({
    status: "done",
    verification: { scan: { found: [] } },
  });
  const plain = await erase("carl-plain");
  expect(plain.status).toBe(202);
  expect((await receiptOf(plain.body.erasureId)).status).toBe("done");
});

test("a list of somebody new has what they did with it, and is erased though they only asked", async () => {
  const ask = async (userId: string): Promise<string> =>
    (await server.inject({ method: "POST", url: "/v1/recommendations", payload: { userId } })).json()
      .recommendationId;
  const told = async (id: string): Promise<Body> => (await server.inject(`/v1/recommendations/${id}`)).json();
  const [stays, leaves] = [await ask("newcomer-who-stays"), await ask("newcomer-who-leaves")];
  const [nobody, broken] = [await ask("null"), await ask("new\ncomer")]; // no event can ever be theirs
  const properties = { itemId: "i1", slateId: stays };
  await platform.ingestion.ingestMessages([
    { type: "track", event: "save", userId: "newcomer-who-stays", properties },
  ]);
  expect(await told(stays)).toMatchObject({ userId: "newcomer-who-stays", outcomes: [{ action: "save" }] });
  for (const id of [nobody, broken]) expect((await told(id)).userId).toBeNull();

  const { body } = await erase("newcomer-who-leaves");
  const receipt = await receiptOf(body.erasureId);
  expect(receipt).toMatchObject({ status: "done", verification: { traces: { "served-lists": 0 } } });
  const lists = receipt.stores.find(({ name }: { name: string }) => name === "served-lists");
  expect(lists.removed).toEqual({ lists: 1 });
  expect(await told(leaves)).toMatchObject({ code: "recommendation-not-found" });
  expect(await told(stays)).toMatchObject({ userId: "newcomer-who-stays" });
  expect(await erase("newcomer-who-leaves")).toMatchObject({ status: 404 });
  await ask("newcomer-in-haste");
  const inHaste = await erase("newcomer-in-haste");
  expect(inHaste.status).toBe(202);
  expect(await receiptOf(inHaste.body.erasureId)).toMatchObject({ status: "done" });
});

test("somebody whose only event is stored and not applied yet is not unknown", async () => {
  await platform.applier.pause(); // the erasure wakes it
  const event = { type: "track", event: "save", userId: "eve-unapplied", properties: { itemId: "i1" } };
  await platform.ingestion.storeMessages([event]);
  expect(await erase("eve-unapplied2")).toMatchObject({ status: 404 });
  const { status, body } = await erase("eve-unapplied");
  expect(status).toBe(202);
  expect(await receiptOf(body.erasureId)).toMatchObject({ status: "done" });
  expect((await server.inject("/v1/users/eve-unapplied")).statusCode).toBe(404);
  expect(await erase("eve-unapplied")).toMatchObject({ status: 404 });
});

test("a model that was being fitted while somebody was erased is fitted again, without them", async () => {
  const people = Array.from({ length: 12 }, (_, n) => `learned-from-${n}`);
  const saves = people.flatMap((userId) =>
    Array.from({ length: 10 }, (_, n) => ({
      ...{ type: "track", event: "save", userId, messageId: `${userId}-${n}` },
      properties: { itemId: `i${n + 2}` },
    })),
  );
  await platform.ingestion.ingestMessages(saves);
  const stages: string[] = [];
  let erasing: Promise<string> | undefined;
  const config = { embeddingSize: 64, epochs: 400 }; // takes longer than to accept an erasure
  const { userCount } = await platform.fitBeside(
    { name: "ials", config },
    {
      progress({ stage }) {
        if (stage !== stages.at(-1)) stages.push(stage);
        if (stage.startsWith("ials")) erasing ??= platform.erasures.begin(["learned-from-7"]);
      },
    },
  );
  const fits = stages.filter((stage) => stage.startsWith("ials"));
  expect(fits.length).toBeGreaterThan(1); // what is said between them may come too soon after another word to be passed on
  expect(await receiptOf((await erasing)!)).toMatchObject({ status: "done" });
  const { userCount: withoutThem } = await platform.fitBeside({ name: "ials" }, { progress: () => {} });
  expect(userCount).toBe(withoutThem);
});

test("somebody who did nothing, but was served features of an item, is not unknown", async () => {
  const definedAs = { saves: "0123456789ab" };
  const served = { userId: "fay-was-served", itemId: "i1", atMs: 1, definedAs, values: { saves: 3 } };
  await (await platform.servedFeatures.get()).note([served]);
  const { status, body } = await erase("fay-was-served");
  expect(status).toBe(202);
  const { stores, ...receipt } = await receiptOf(body.erasureId);
  expect(receipt).toMatchObject({ status: "done", verification: { scan: { found: [] } } });
  expect(stores).toContainEqual(
    expect.objectContaining({ name: "served-features", removed: { records: 1 } }),
  );
  expect(await erase("fay-was-served")).toMatchObject({ status: 404 });
});

test.each([
  ["..", "a path without him"],
  [".", "is the path itself"],
])("an id that no path can carry (%s) is erased by a body", async (userId, value) => {
  expect((await erase(userId)).status).toBeGreaterThanOrEqual(400); // the path as clients make it is another
  const begin = async (payload: object): Promise<{ status: number; body: Body }> => {
    const answer = await server.inject({ method: "POST", url: "/v1/erasures", payload });
    return { status: answer.statusCode, body: answer.json() };
  };
  expect(await begin({ userId: "nobody-at-all" })).toMatchObject({ body: { code: "user-not-found" } });
  expect(await begin({ userId, values: ["short"] })).toMatchObject({ body: { code: "invalid-request" } });
  const { status, body } = await begin({ userId, values: [value] });
  expect(status).toBe(202);
  expect(await receiptOf(body.erasureId)).toMatchObject({ status: "done" });
  expect((await begin({ userId })).status).toBe(404);
});
