import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ignoreProgress } from "#base";
import type { Server } from "#serving";
import { paths } from "../folder/data-folder.ts";
import { type Body, newFolder, openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";

/** @file Vectors of people through the running server: fresh, kept, refused, forgotten. */
const PEOPLE = 150;
const ITEMS = 20;
let folder: string;
let platform: Platform;
let server: Server;
let address: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-vectors-"));
  platform = await open();
  await platform.ingestion.ingestMessages(
    Array.from({ length: PEOPLE }, (_, person) =>
      Array.from({ length: 4 }, (_, step) => save(nameOf(person), (person + 2 * step) % ITEMS)),
    ).flat(),
  );
  await platform.ensureModels(ignoreProgress);
  await train();
  await listen();
});
afterAll(async () => {
  await server.close();
  await platform.close();
  await rm(folder, { recursive: true });
});

const open = (): Promise<Platform> => openPlatform(folder, { create: newFolder("system") });

/** Enough to tell people apart. */
async function train(): Promise<void> {
  const config = {
    embeddingSize: 16,
    blocks: 1,
    maxLength: 20,
    epochs: 8,
    learningRate: 0.01,
    coldStart: "popular",
  };
  const models = [{ name: "sequence-encoder", config }, { name: platform.coldStartModel }] as const;
  await platform.fit(models, { progress: ignoreProgress });
}

async function listen(): Promise<void> {
  server = await platform.createServer({});
  address = await server.listen({ host: "127.0.0.1", port: 0 });
}

const nameOf = (person: number): string => `person-${String(person).padStart(4, "0")}`;

function save(userId: string, item: number): object {
  return { type: "track", event: "save", userId, properties: { itemId: `item-${item}` } };
}

const get = async (path: string): Promise<Body> => (await fetch(`${address}${path}`)).json();
const post = async (path: string, body: object): Promise<Body> =>
  (
    await fetch(`${address}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    })
  ).json();
const vectorsOf = async (userId: string, query = ""): Promise<Body> =>
  (await get(`/v1/users/${userId}?include=vectors${query}`)).vectors;
const send = (message: object): Promise<Body> => post("/v1/batch", { batch: [message] });
const cosine = (left: number[], right: number[]): number =>
  left.reduce((sum, value, at) => sum + value * right[at]!, 0);

describe("a person's vectors", () => {
  test("are of length 1, carry the model's version, and agree while nothing happens", async () => {
    const { now, long } = await vectorsOf("person-0003");
    const { latest } = await get("/v1/users/person-0003");
    expect(now).toMatchObject({
      version: "sequence-encoder@0001",
      completeness: 1,
      asOf: latest[0].timestamp,
    });
    expect(now.value).toHaveLength(16);
    expect(cosine(now.value, now.value)).toBeCloseTo(1, 5);
    expect(long).toMatchObject({ version: now.version, asOf: now.asOf, completeness: 1 });
    expect(cosine(now.value, long.value)).toBeCloseTo(1, 5);
    expect((await get("/v1/users/person-0003")).vectors).toBeUndefined();
  });

  test("now: an event sent 50 ms earlier shows; long: it shows after the refresh, which takes who was active", async () => {
    const before = await vectorsOf("person-0004");
    await send(save("person-0004", 17));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const after = await vectorsOf("person-0004");
    const { latest } = await get("/v1/users/person-0004");
    expect(latest[0].itemId).toBe("item-17");
    expect(after.now.asOf).toBe(latest[0].timestamp);
    expect(cosine(after.now.value, before.now.value)).toBeLessThan(0.999);
    expect(after.long).toEqual(before.long);
    expect(await platform.refreshVectors(ignoreProgress)).toMatchObject({ people: 1, vectors: 1, total: 1 });
    const refreshed = await vectorsOf("person-0004");
    expect(refreshed.long.asOf).toBe(after.now.asOf);
    expect(cosine(refreshed.long.value, after.now.value)).toBeCloseTo(1, 5);
    expect(await platform.refreshVectors(ignoreProgress)).toMatchObject({ people: 0, total: 0 });
  });

  test("asked about the past, neither knows what came later", async () => {
    const { latest } = await get("/v1/users/person-0004");
    const before = Date.parse(latest[0].timestamp) - 1;
    const { now, long } = await vectorsOf("person-0004", `&asOf=${new Date(before).toISOString()}`);
    expect(Date.parse(now.asOf)).toBeLessThanOrEqual(before);
    expect(now.value).toHaveLength(16);
    expect(long).toMatchObject({ value: null, asOf: null, completeness: 0 });
  });

  test("are of what the model knows: of half of it with half of it, of nothing without a value", async () => {
    for (const item of [3, ITEMS + 5]) await send(save("half", item));
    expect((await vectorsOf("half")).now).toMatchObject({ completeness: 0.5 });
    await send(save("stranger", ITEMS + 5));
    const { now, long } = await vectorsOf("stranger");
    for (const vector of [now, long])
      expect(vector).toMatchObject({ value: null, completeness: 0, version: "sequence-encoder@0001" });
  });

  test("are not made of what may not be used: a refusal takes both away at once, and taking it back gives them back", async () => {
    const consent = (isGranted: boolean): object => ({
      type: "identify",
      userId: "person-0005",
      traits: {},
      context: { consent: { categoryPreferences: { personalization: isGranted } } },
    });
    expect((await vectorsOf("person-0005")).long.value).toHaveLength(16);
    await send(consent(false));
    const refused = await vectorsOf("person-0005");
    for (const vector of [refused.now, refused.long])
      expect(vector).toMatchObject({ value: null, completeness: 0 });
    await platform.refreshVectors(ignoreProgress);
    expect(await platform.vectors.count(["person-0005"])).toBe(0);
    await send(consent(true));
    await platform.refreshVectors(ignoreProgress);
    expect((await vectorsOf("person-0005")).now.value).toHaveLength(16);
    const advertising = await vectorsOf("person-0006", "&purpose=advertising");
    expect(advertising.long.value).toBeNull();
  });

  test("what another id brought along leaves with it", async () => {
    await send(save("old-name", 9));
    await send({ type: "alias", userId: "person-0007", previousId: "old-name" });
    await platform.refreshVectors(ignoreProgress);
    expect((await vectorsOf("old-name")).long.value).toHaveLength(16);
    await fetch(`${address}/v1/users/person-0007/links/old-name`, { method: "DELETE" });
    expect((await vectorsOf("person-0007")).long.value).toBeNull();
  });

  test("many who ask at once each get their own", async () => {
    const alone: Body[] = [];
    for (let person = 20; person < 60; person++) alone.push((await vectorsOf(nameOf(person))).now.value);
    const together = await Promise.all(alone.map((_, n) => vectorsOf(nameOf(20 + n))));
    for (const [n, { now }] of together.entries()) expect(cosine(now.value, alone[n])).toBeCloseTo(1, 5);
  });

  test("signals and models that are not there are refused by name", async () => {
    expect(await get("/v1/users/person-0003?include=moods")).toMatchObject({
      code: "invalid-request",
      detail: expect.stringMatching(/^include names "moods"; what can be added: .*vectors/),
    });
    expect(await get("/v1/users/person-0003?include=vectors&model=ease")).toMatchObject({
      code: "unknown-model",
      detail: "ease@0001 makes no vectors.",
    });
  });
});

describe("model versions", () => {
  test("a vector is held against items of its own version, and refused beside any other", async () => {
    const { now } = await vectorsOf("person-0010");
    const itemIds = ["item-1", "item-2", "unheard-of"];
    const scored = await post("/v1/vectors/score", { vector: now.value, version: now.version, itemIds });
    expect(scored.version).toBe(now.version);
    expect(scored.scores.map(({ itemId }: Body) => itemId)).toEqual(itemIds);
    expect(scored.scores[0].score).toBeTypeOf("number");
    expect(scored.scores[2].score).toBeNull();
    const ask = { vector: now.value, itemIds };
    expect(await post("/v1/vectors/score", { ...ask, version: "sequence-encoder@0002" })).toMatchObject({
      status: 409,
      code: "version-mismatch",
      detail: expect.stringContaining(
        "a vector of sequence-encoder@0002 cannot be compared with one of sequence-encoder@0001",
      ),
    });
    expect(await post("/v1/vectors/score", { ...ask, version: "other@0001" })).toMatchObject({
      code: "unknown-model",
    });
    expect(await post("/v1/vectors/score", { ...ask, vector: [1, 0], version: now.version })).toMatchObject({
      code: "invalid-request",
      detail: expect.stringContaining("vector has 2 numbers"),
    });
  });

  test("a recommendation is by the model in service that is asked for", async () => {
    const ask = (model?: string): Promise<Body> =>
      post("/v1/recommendations", { userId: "person-0011", n: 5, ...(model !== undefined && { model }) });
    const idsOf = ({ items }: Body): string[] => items.map(({ itemId }: Body) => itemId);
    const byDefault = await ask();
    expect(byDefault.versions.personal).toMatchObject({ name: "sequence-encoder", version: "0001" });
    for (const model of ["ease", "ease@0001"]) {
      const answer = await ask(model);
      expect(answer.versions.personal).toMatchObject({ name: "ease", version: "0001" });
      expect(answer.items[0].source).toBe("personal");
      expect(idsOf(answer)).not.toEqual(idsOf(byDefault));
    }
    expect(await ask("ease@0002")).toMatchObject({
      status: 422,
      code: "unknown-model",
      detail: expect.stringContaining("there are sequence-encoder@0001, ials@0002, ease@0001"),
    });
  });

  test("say what they were made of and by", async () => {
    const { models } = await get("/v1/models");
    expect(models.map(({ name, version, serves }: Body) => [name, version, serves])).toEqual([
      ["ease", "0001", "on-request"],
      ["ials", "0001", null],
      ["ials", "0002", "on-request"],
      ["recent-popularity", "0001", null],
      ["recent-popularity", "0002", "cold-start"],
      ["sequence-encoder", "0001", "personal"],
    ]);
    const model = await get("/v1/models/sequence-encoder");
    expect(model).toEqual(models[5]);
    expect(model).toMatchObject({
      kind: "sequence-encoder",
      seed: 1,
      data: {
        users: PEOPLE,
        items: ITEMS,
        interactions: 4 * PEOPLE,
        logOffsets: [expect.any(Array), [0, 4 * PEOPLE]],
      },
      metrics: { epoch: 8, loss: expect.any(Number) },
      vocabularyHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      code: { version: expect.stringMatching(/^\d+\./) },
      dimension: 16,
      inputs: [
        { name: "itemVectors", type: "float32", shape: ["B", "T", 16] },
        { name: "newest", type: "int32", shape: ["B"] },
      ],
      outputs: [{ type: "float32", shape: ["B", 16] }],
    });
    expect(await get("/v1/models/gpt")).toMatchObject({ code: "unknown-model" });
  });
});

describe("long-term vectors", () => {
  test("thrown away, they come again as they were, and an interrupted refresh goes on where it was", async () => {
    const before = await Promise.all([30, 100, 149].map((person) => vectorsOf(nameOf(person))));
    await server.close();
    await platform.close();
    await rm(paths.vectors(folder), { recursive: true });
    platform = await open();
    let closed: Promise<void> | undefined;
    const interrupted = await platform.refreshVectors(() => {
      closed ??= platform.close();
    });
    await closed;
    expect([64, 128]).toContain(interrupted!.people); // steps of 64
    platform = await open();
    const rest = await platform.refreshVectors(ignoreProgress);
    // person-0000 .. 0149, half, stranger and old-name
    expect(rest!.people + interrupted!.people).toBe(PEOPLE + 3);
    await listen();
    const after = await Promise.all([30, 100, 149].map((person) => vectorsOf(nameOf(person))));
    for (const [n, { long }] of after.entries())
      expect(cosine(long.value, before[n].long.value)).toBeCloseTo(1, 5);
  });

  test("an erased person's is gone, from the store and from its bytes", async () => {
    expect(await platform.vectors.count(["person-0042"])).toBe(1);
    const answer = await fetch(`${address}/v1/users/person-0042`, { method: "DELETE" });
    const { erasureId } = (await answer.json()) as Body;
    await platform.erasures.settled();
    const receipt = await get(`/v1/erasures/${erasureId}`);
    expect(receipt).toMatchObject({
      status: "done",
      verification: { traces: { vectors: 0 }, scan: { found: [] } },
    });
    const store = receipt.stores.find(({ name }: Body) => name === "vectors");
    expect(store.removed).toEqual({ vectors: 1 });
    expect(await platform.vectors.count(["person-0042"])).toBe(0);
    expect((await vectorsOf("person-0043")).long.value).toHaveLength(16);
  });

  test("a new version computes everybody's anew, and vectors of the old one are refused beside it", async () => {
    const old = (await vectorsOf("person-0050")).long;
    await server.close();
    await train();
    await listen();
    const { now, long } = await vectorsOf("person-0050");
    for (const vector of [now, long])
      expect(vector).toMatchObject({ version: "sequence-encoder@0002", completeness: 1 });
    const ask = { itemIds: ["item-1"], vector: old.value };
    expect(await post("/v1/vectors/score", { ...ask, version: old.version })).toMatchObject({
      status: 409,
      code: "version-mismatch",
    });
    expect((await get("/v1/models/sequence-encoder@0001")).serves).toBeNull();
  });

  test("a refresh that is due comes by itself, and none comes before its time", async () => {
    await send(save("person-0060", 3));
    await platform.keepVectorsFresh();
    await platform.vectors.settled();
    expect((await vectorsOf("person-0060")).long.asOf).not.toBe((await vectorsOf("person-0060")).now.asOf);
    await server.close();
    await platform.close();
    await rm(paths.vectors(folder), { recursive: true });
    platform = await open();
    await listen();
    await platform.keepVectorsFresh();
    await platform.vectors.settled();
    const { now, long } = await vectorsOf("person-0060");
    expect(long.asOf).toBe(now.asOf);
  });
});
