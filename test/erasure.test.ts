/** @file A person who asks to be forgotten is forgotten everywhere, by the real server, whatever interrupts it. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { ErasureResponse } from "#api";
import { filesWith } from "./files-with.ts";
import { type PreparedFolder, prepareFolder, TINY } from "./prepared-folder.ts";
import { type Answer, ask, killAll, runProgram, ServerProcess } from "./server-process.ts";

const HERS = { userId: "to-be-forgotten-7f3a", anonymousId: "browser-of-hers-91c2" };
const SECRET = "planted-secret-5d0e";
const NEAR = "to-be-forgotten-7f3b";
const OTHERS = 2000;
const PATIENCE_MS = 240_000;
/** Later and later, so that each step of an erasure is met. */
const KILL_STEP_MS = 40;
const KILLS = Number(process.env["INKLING_ERASURE_KILLS"] ?? 4);

let filled: PreparedFolder;
/** Others' answers before anybody was erased. */
const before = new Map<string, unknown>();

beforeAll(async () => {
  filled = await prepareFolder();
  const server = await open(filled.path);
  for (let from = 0; from < OTHERS; from += 100) {
    const messages = Array.from({ length: 100 }, (_, n) => from + n).flatMap((n) =>
      eventsOf(`other-${n}`, 3),
    );
    expect((await server.post("/v1/batch", { batch: messages })).status).toBe(200);
  }
  await plant(server);
  for (const id of ["u-0001", "u-0002", "other-0", "other-1999", NEAR])
    before.set(id, await sequenceOf(server, id));
  await stopAndLay(server, filled.path);
});
afterEach(killAll);
afterAll(() => filled.remove());

test("erasing a person leaves no byte of them, a receipt that says so, and everybody else as they were", async () => {
  const folder = await filled.copy();
  expect(await filesWith(folder, [HERS.userId, SECRET])).not.toEqual([]);
  const server = await open(folder);
  expect((await del(server, "/v1/users/nobody-at-all")).body).toMatchObject({ code: "user-not-found" });
  expect((await server.get("/v1/erasures/none")).body).toMatchObject({ code: "erasure-not-found" });
  // What is sent meanwhile is let in, and is there afterwards.
  const sending = Promise.all(
    Array.from({ length: 30 }, (_, n) => server.post("/v1/batch", { batch: eventsOf(`meanwhile-${n}`, 2) })),
  );
  // By any of the ids.
  const { status, body } = await del(
    server,
    `/v1/users/${encodeURIComponent(`anonymous:${HERS.anonymousId}`)}`,
  );
  expect(status).toBe(202);
  const receipt = await receiptOf(server, body.erasureId);
  expect((await sending).map((answer) => answer.status)).toEqual(Array(30).fill(200));
  expect(receipt).toMatchObject({
    status: "done",
    stores: [
      { name: "state" },
      { name: "vectors", removed: { vectors: 0 } },
      { name: "population", removed: { people: 0 } },
      { name: "served-features", removed: { records: 0 } },
      { name: "log", removed: { links: 1 } },
      { name: "dead-letters", removed: { letters: 3 } },
      { name: "served-lists", removed: { lists: 2 } },
      { name: "lake" },
    ],
    verification: {
      isClean: true,
      cameAgain: false,
      traces: { state: 0, log: 0, "dead-letters": 0, "served-lists": 0, lake: 0 },
      scan: { found: [] },
    },
  });
  expect(removedFrom(receipt, "log")["events"]).toBe(54);
  expect(removedFrom(receipt, "lake")["rows"]).toBe(52); // the lake has each event once
  expect(JSON.stringify(receipt)).not.toMatch(/forgotten|browser-of/);

  expect((await server.get(`/v1/users/${HERS.userId}`)).status).toBe(404);
  for (const [id, answer] of before) expect(await sequenceOf(server, id), id).toEqual(answer);
  expect((await server.get("/v1/dead-letters")).body.counts).toEqual({ "unknown-type": 1 }); // that of NEAR
  expect((await server.get("/metrics")).body).toMatch(/^inkling_served_lists 1$/m);
  expect((await server.get("/v1/users/meanwhile-29")).body.eventCount).toBe(2);
  expect(await filesWith(folder, [HERS.userId, HERS.anonymousId, SECRET])).toEqual([]);

  // Who comes again is a new person: nothing of the old one shows, and the browser is not linked.
  await server.post("/v1/batch", { batch: eventsOf(HERS.userId, 1) });
  expect((await server.get(`/v1/users/${HERS.userId}`)).body).toMatchObject({
    ids: [HERS.userId],
    eventCount: 1,
  });
  await stopAndLay(server, folder);
  expect(await rowsOf(folder)).toEqual({ theirs: 1, others: OTHERS * 3 });
  expect(await replayOf(folder)).toMatchObject({ isIdentical: true });
});

test(`an erasure killed ${KILLS} times on its way is done at the next start`, {
  timeout: 240_000 + KILLS * 60_000,
}, async () => {
  const folder = await filled.copy();
  let server = await open(folder);
  const { body } = await del(server, `/v1/users/${HERS.userId}`);
  for (let kill = 0; kill < KILLS; kill++) {
    await new Promise((resume) => setTimeout(resume, kill * KILL_STEP_MS));
    await server.kill();
    server = await open(folder);
    if ((await server.get(`/v1/erasures/${body.erasureId}`)).body.status === "done") await plantAgain(server);
  }
  const receipt = await receiptOf(server, body.erasureId);
  expect(receipt.status).toBe("done");
  for (const [id, answer] of before) expect(await sequenceOf(server, id), id).toEqual(answer);
  const second = await del(server, `/v1/users/${HERS.userId}`);
  if (second.status === 202) expect((await receiptOf(server, second.body.erasureId)).status).toBe("done");
  expect(await filesWith(folder, [HERS.userId, HERS.anonymousId, SECRET])).toEqual([]);
  await stopAndLay(server, folder);
  expect(await rowsOf(folder)).toEqual({ theirs: 0, others: OTHERS * 3 });
  expect(await replayOf(folder)).toMatchObject({ isIdentical: true });
});

test("the command line erases a folder that no server has open, and looks for values it is told of", async () => {
  const folder = await filled.copy();
  const erased = await runProgram(["erase", HERS.userId, "--data", folder, "--json", "--value", SECRET]);
  expect(erased.code, erased.stderr).toBe(0);
  expect(JSON.parse(erased.stdout)).toMatchObject({ status: "done", verification: { isClean: true } });
  expect(await filesWith(folder, [HERS.userId, HERS.anonymousId, SECRET])).toEqual([]);
  expect(await replayOf(folder)).toMatchObject({ isIdentical: true });
  expect((await runProgram(["erase", HERS.userId, "--data", folder])).code).toBe(2);
});

function open(folder: string): Promise<ServerProcess> {
  return ServerProcess.start([...TINY, "--data", folder]);
}

function eventsOf(userId: string, count: number, more: object = {}): object[] {
  return Array.from({ length: count }, (_, n) => ({
    type: "track",
    event: n % 4 === 3 ? "Odd Name" : "save",
    messageId: `${n}-by-${userId}`,
    userId,
    properties: { itemId: `i-${n % 10}`, surface: "home", ...more },
  }));
}

/** Two ids, 54 events: some repeated, some undeclared, one that links the ids. */
async function plant(server: ServerProcess): Promise<void> {
  const { userId, anonymousId } = HERS;
  const anonymous = { anonymousId, userId: undefined, messageId: "before" };
  const batch = [
    ...eventsOf(userId, 1).map((event) => ({ ...event, ...anonymous })),
    { type: "identify", userId, anonymousId, messageId: "who", traits: { email: `${SECRET}@example.com` } },
    ...eventsOf(userId, 50, { note: SECRET }),
    ...eventsOf(userId, 2),
    ...eventsOf(NEAR, 8, { note: "near" }),
  ];
  expect((await server.post("/v1/batch", { batch })).body).toMatchObject({ accepted: 62 });
  const rejected = [
    { type: "juggle", userId, note: SECRET },
    { type: "track", anonymousId, note: SECRET },
    { type: "juggle", userId: NEAR },
    { type: "track", userId, event: "save", properties: { text: SECRET.repeat(20_000) } },
  ];
  expect((await server.post("/v1/batch", { batch: rejected })).body).toMatchObject({ accepted: 0 });
  for (const id of [userId, `anonymous:${anonymousId}`, NEAR])
    expect((await server.post("/v1/recommendations", { userId: id })).body.items).toHaveLength(10);
}

/** So that the next kill finds something to do. */
async function plantAgain(server: ServerProcess): Promise<void> {
  await server.post("/v1/batch", { batch: eventsOf(HERS.userId, 3, { note: SECRET }) });
  await del(server, `/v1/users/${HERS.userId}`);
}

async function sequenceOf(server: ServerProcess, id: string): Promise<unknown> {
  const { status, body } = await server.get(`/v1/users/${id}/sequence?limit=1000`);
  expect(status).toBe(200);
  return body.events;
}

function del(server: ServerProcess, path: string): Promise<Answer> {
  return ask(`${server.ready.address}${path}`, { method: "DELETE" });
}

async function receiptOf(server: ServerProcess, erasureId: string): Promise<ErasureResponse> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const { body } = await server.get(`/v1/erasures/${erasureId}`);
    if (body.status !== "pending" || performance.now() > until) return body as ErasureResponse; // as documented
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

function removedFrom(receipt: ErasureResponse, name: string): Readonly<Record<string, number>> {
  return receipt.stores.find((store) => store.name === name)?.removed ?? {};
}

/** Stops the server and has the lake follow to the end of the log. */
async function stopAndLay(server: ServerProcess, folder: string): Promise<void> {
  await server.stop();
  await rowsOf(folder);
}

async function rowsOf(folder: string): Promise<{ theirs: number; others: number }> {
  const sql = `SELECT count(*) FILTER (user_id = '${HERS.userId}' OR user_id = 'anonymous:${HERS.anonymousId}')::INTEGER,
    count(*) FILTER (user_id LIKE 'other-%')::INTEGER FROM events`;
  const { stdout, stderr } = await runProgram(["query", sql, "--data", folder, "--json"]);
  const line = stdout.trim().split("\n").at(-1) ?? "";
  expect(line, stderr).toMatch(/^\{/);
  const [[theirs, others]] = JSON.parse(line).rows;
  return { theirs, others };
}

async function replayOf(folder: string): Promise<unknown> {
  const { stdout } = await runProgram(["replay", "--verify", "--data", folder, "--json"]);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}
