/** @file Sources with keys of their own, what becomes of rejected events, and the declarations as JSON Schema: by the real program. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { DeadLetterBody } from "#api";
import { type PreparedFolder, prepareFolder, TINY } from "./prepared-folder.ts";
import { clients } from "./sdk-clients.ts";
import { type Answer, ask, killAll, runProgram, ServerProcess } from "./server-process.ts";

const KEYS = {
  KEY_WEB: "key-of-web",
  KEY_APP: "key-of-app",
  INKLING_WRITE_KEY: "own-key",
  INKLING_API_KEY: "api-key",
};
const READ = { authorization: `Bearer ${KEYS.INKLING_API_KEY}` };
const DEAD = "/v1/dead-letters";

let prepared: PreparedFolder;
beforeAll(async () => {
  prepared = await prepareFolder();
});
afterEach(killAll);
afterAll(() => prepared.remove());

const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}` });

/** A config whose `save` takes this many balls at least. */
async function configIn(folder: string, leastBalls: number): Promise<readonly string[]> {
  const file = join(folder, "inkling.config.ts");
  await writeFile(
    file,
    `import { defaultActions, defineConfig, env, integer, listOf, oneOf, source } from "inkling";
     export default defineConfig({
       actions: {
         ...defaultActions,
         save: { ...defaultActions.save, properties: { balls: integer({ minimum: ${leastBalls} }) } },
       },
       traits: { plan: oneOf("free", "paid"), sizes: listOf(integer()) },
       itemAttributes: { price: integer({ minimum: 0 }) },
       sources: {
         web: source({ owner: "growth", writeKey: env("KEY_WEB") }),
         app: source({ writeKey: env("KEY_APP") }),
       },
     });`,
  );
  return ["--config", file];
}

function track(userId: string, balls: number, more: object = {}): object {
  return { type: "track", userId, event: "save", properties: { itemId: "i-00001", balls }, ...more };
}

function start(folder: string, config: readonly string[], env: Readonly<Record<string, string>> = KEYS) {
  return ServerProcess.start([...TINY, "--data", folder, ...config], { env });
}

async function lettersOf(server: ServerProcess, query = ""): Promise<readonly DeadLetterBody[]> {
  const { status, body } = await server.get(`${DEAD}${query}`, READ);
  expect(status).toBe(200);
  return body.deadLetters;
}

/** The last line that a command printed, as JSON. */
async function command(args: readonly string[], folder: string) {
  const ended = await runProgram([...args, "--data", folder, "--json"]);
  expect(ended.code, ended.stderr).toBe(0);
  return JSON.parse(ended.stdout.trim().split("\n").at(-1) ?? "");
}

async function metricsOf(server: ServerProcess): Promise<string> {
  return (await server.get("/metrics", READ)).body;
}

test("each source sends with its own key, its events carry its name, and it does nothing else", async () => {
  const folder = await prepared.copy();
  const server = await start(folder, await configIn(folder, 2));
  const send = async (key: string, message: object): Promise<number> =>
    (await server.post("/v1/batch", { batch: [message] }, basic(key))).status;
  expect(await send(KEYS.KEY_WEB, track("anna", 3))).toBe(200);
  expect(await send(KEYS.KEY_APP, track("anna", 3, { source: "web" }))).toBe(200); // it cannot pass for another
  expect(await send(KEYS.INKLING_WRITE_KEY, track("anna", 3))).toBe(200);
  expect(await send("key-of-nobody", track("anna", 3))).toBe(401);
  const sdk = clients["@segment/analytics-node"]!({ address: server.ready.address, writeKey: KEYS.KEY_WEB });
  sdk.send("track", { userId: "anna", event: "view", properties: { itemId: "i-00001" } });
  expect(await sdk.flush()).toEqual([]);

  const web = basic(KEYS.KEY_WEB);
  expect((await server.get("/v1/users/anna", web)).status).toBe(401);
  expect((await server.get(DEAD, web)).status).toBe(401);
  expect((await server.get("/v1/schema", web)).status).toBe(401);
  const erase = (headers: Readonly<Record<string, string>>): Promise<Answer> =>
    ask(`${server.ready.address}/v1/users/no-such`, { method: "DELETE", headers });
  expect((await erase(web)).body).toMatchObject({ code: "unauthorized", detail: /INKLING_WRITE_KEY/ });
  expect((await erase(basic(KEYS.INKLING_WRITE_KEY))).status).toBe(404);
  await server.post("/v1/items", { items: [{ itemId: "new" }, 7] }, web);

  const metrics = await metricsOf(server);
  expect(metrics).toMatch(/^inkling_events_total\{kind="event",outcome="accepted",source="web"\} 2$/m);
  expect(metrics).toMatch(/^inkling_events_total\{kind="event",outcome="accepted",source="app"\} 1$/m);
  expect(metrics).toMatch(/^inkling_events_total\{kind="event",outcome="accepted"\} 1$/m);
  expect(metrics).toMatch(/^inkling_events_total\{kind="item",outcome="rejected",source="web"\} 1$/m);
  await server.stop();
  const sql =
    "SELECT rest->>'source', count(*)::INTEGER FROM events WHERE user_id = 'anna' GROUP BY 1 ORDER BY 1";
  expect((await command(["query", sql], folder)).rows).toEqual([
    ["app", 1],
    ["web", 2],
    [null, 1],
  ]);
});

test("a source without its key is closed on loopback, and keeps the platform from listening beyond", async () => {
  const folder = await prepared.copy();
  const config = await configIn(folder, 2);
  const { KEY_APP: _, ...fewer } = KEYS;
  const server = await start(folder, config, fewer);
  expect(server.program.stderr).toMatch(/the source app has no key until KEY_APP is set/);
  expect((await server.post("/v1/batch", { batch: [] }, basic(""))).status).toBe(401);
  await server.stop();
  const args = ["start", ...TINY, "--data", folder, "--port", "0", "--host", "0.0.0.0", ...config];
  const refused = await runProgram(args, { env: fewer });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/set KEY_APP for app/);
});

test("what is rejected survives a kill, is found by reason, and is taken once the declaration is mended", async () => {
  const folder = await prepared.copy();
  let server = await start(folder, await configIn(folder, 3));
  const [web, app] = [basic(KEYS.KEY_WEB), basic(KEYS.KEY_APP)];
  const timed = track("ben", 2, { messageId: "timed", timestamp: "2020-02-03T04:05:06.007Z" });
  const batch = [track("ben", 5), timed, track("ben", 2), 7, track("ben", 1), { type: "track", event: "x" }];
  expect((await server.post("/v1/batch", { batch }, web)).body).toMatchObject({ accepted: 1 });
  expect((await server.post("/v1/track", track("ben", 2), app)).status).toBe(400);
  const items = [{ itemId: "dear", attributes: { price: -1 } }, { itemId: "fair" }];
  expect((await server.post("/v1/items", { items }, app)).body).toMatchObject({ accepted: 1 });
  await server.kill();

  server = await start(folder, await configIn(folder, 3));
  const letters = await lettersOf(server);
  expect(letters.map(({ kind, code, source }) => [kind, code, source])).toEqual([
    ["item", "invalid-item", "app"],
    ["event", "undeclared", "app"],
    ["event", "missing-user", "web"],
    ["event", "undeclared", "web"],
    ["event", "unknown-type", "web"],
    ["event", "undeclared", "web"],
    ["event", "undeclared", "web"],
  ]);
  expect(
    letters
      .map(({ original }) => original)
      .reverse()
      .slice(0, 3),
  ).toEqual([timed, track("ben", 2), 7]);
  expect(letters[1]).toMatchObject({ path: "/properties/balls", message: expect.stringContaining(">= 3") });
  expect((await lettersOf(server, "?reason=missing-user")).map(({ id }) => id)).toEqual([letters[2]!.id]);
  const { body } = await server.get(`${DEAD}?limit=2&before=${letters[1]!.id}`, READ);
  expect(body.deadLetters.map(({ id }: DeadLetterBody) => id)).toEqual([letters[2]!.id, letters[3]!.id]);
  expect(body).toMatchObject({
    next: letters[3]!.id,
    counts: { undeclared: 4, "unknown-type": 1, "missing-user": 1, "invalid-item": 1 },
    dropped: 0,
  });
  expect((await server.get(`${DEAD}?limit=1000`, READ)).status).toBe(400);
  expect(await metricsOf(server)).toMatch(/^inkling_dead_letters\{reason="undeclared"\} 4$/m);
  // Beside the server.
  expect((await command(["dead-letter", "count"], folder)).counts).toEqual(body.counts);
  expect((await runProgram(["dead-letter", "replay", "--data", folder])).stderr).toMatch(
    /is in use by process/,
  );
  await server.stop();

  const mended = await configIn(folder, 2);
  expect(await command(["dead-letter", "replay", "--reason", "undeclared", ...mended], folder)).toEqual({
    accepted: 3,
    rejected: { undeclared: 1 },
    leftOut: 0,
  });
  expect(await command(["dead-letter", "replay", ...mended], folder)).toEqual({
    accepted: 0,
    rejected: { undeclared: 1, "unknown-type": 1, "missing-user": 1 },
    leftOut: 1,
  });
  expect(await command(["dead-letter", "list", "--limit", "1"], folder)).toMatchObject({ kind: "item" });
  server = await start(folder, mended);
  const { body: sequence } = await server.get("/v1/users/ben/sequence", READ);
  expect(sequence.events).toHaveLength(4);
  expect(sequence.events.at(-1)).toMatchObject({ eventId: "timed", timestamp: "2020-02-03T04:05:06.007Z" });
  expect(await metricsOf(server)).toMatch(/^inkling_dead_letters\{reason="undeclared"\} 1$/m);
  await server.stop();
  const sql =
    "SELECT rest->>'source', count(*)::INTEGER FROM events WHERE user_id = 'ben' GROUP BY 1 ORDER BY 1";
  expect((await command(["query", sql], folder)).rows).toEqual([
    ["app", 1],
    ["web", 3],
  ]);
});

test("somebody who is known by a rejected event only can be erased", async () => {
  const folder = await prepared.copy();
  const server = await ServerProcess.start([...TINY, "--data", folder]);
  await server.post("/v1/batch", { batch: [{ type: "juggle", userId: "only-rejected", note: "theirs" }] });
  const erase = (): Promise<Answer> =>
    ask(`${server.ready.address}/v1/users/only-rejected`, { method: "DELETE" });
  const { status, body } = await erase();
  expect(status).toBe(202);
  let receipt: Answer;
  do {
    await sleep(20);
    receipt = await server.get(`/v1/erasures/${body.erasureId}`);
  } while (receipt.body.status === "pending");
  expect(receipt.body).toMatchObject({ status: "done", verification: { isClean: true } });
  expect((await server.get(DEAD)).body).toMatchObject({ deadLetters: [], counts: {} });
  expect((await erase()).status).toBe(404);
});

test("the declarations are served and printed as the same JSON Schema, which says what the door says", async () => {
  const folder = await prepared.copy();
  const config = await configIn(folder, 2);
  const server = await start(folder, config);
  const { status, body } = await server.get("/v1/schema", READ);
  expect(status).toBe(200);
  const printed = await runProgram(["schema", ...config]);
  expect(JSON.parse(printed.stdout)).toEqual(body);
  expect(Object.keys(body.events)).toContain("save");
  const ajv = new Ajv2020({ strict: false });
  const takes = async (userId: string, message: object): Promise<boolean> =>
    (await server.post("/v1/batch", { batch: [{ userId, ...message }] }, basic(KEYS.KEY_WEB))).body.success;
  const isSave = ajv.compile(body.events.save);
  for (const [balls, expected] of [
    [2, true],
    [1, false],
    [2.5, false],
  ] as const) {
    expect(isSave({ itemId: "i-00001", balls })).toBe(expected);
    expect(await takes("carl", track("carl", balls))).toBe(expected);
  }
  const isTraits = ajv.compile(body.traits);
  for (const [traits, expected] of [
    [{ plan: "free", sizes: [1] }, true],
    [{ plan: "dear" }, false],
  ] as const) {
    expect(isTraits(traits)).toBe(expected);
    expect(await takes("carl", { type: "identify", traits })).toBe(expected);
  }
  expect(ajv.compile(body.itemAttributes)({ price: -1 })).toBe(false);
});
