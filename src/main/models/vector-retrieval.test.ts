import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ignoreProgress } from "#base";
import { defaultActions, defineConfig, surface } from "#declarations";
import type { Server } from "#serving";
import { Platform } from "../platform.ts";

/** @file The vector index as a source of lists, through the HTTP interface: two groups of people who like two halves of the items. */
const PEOPLE = 120;
const ITEMS = 40;
const slow = { timeoutMs: 10_000 };

const config = defineConfig({
  actions: defaultActions,
  surfaces: {
    now: surface({ sources: [{ kind: "vector", of: "now", ...slow }], scorer: { kind: "fusion" } }),
    long: surface({ sources: [{ kind: "vector", of: "long", ...slow }], scorer: { kind: "fusion" } }),
    interests: surface({ sources: [{ kind: "interests", ...slow }], scorer: { kind: "fusion" } }),
  },
});

let folder: string;
let platform: Platform;
let server: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-vector-retrieval-"));
  platform = await Platform.open({
    ...{ folder, config, progress: ignoreProgress, onNotice: () => {} },
    create: { dataset: null, clock: "system", areTimesMadeUp: false, seed: 1, preset: null },
  });
  const tagsOf = (item: number): string[] => [item % 2 === 0 ? "even" : "odd", "all"];
  await platform.ingestion.ingestItems(
    Array.from({ length: ITEMS }, (_, item) => ({ itemId: `item-${item}`, tags: tagsOf(item) })),
  );
  await platform.ingestion.ingestMessages(
    Array.from({ length: PEOPLE }, (_, person) =>
      Array.from({ length: 6 }, (_, step) => save(`person-${person}`, (person + 2 * step) % ITEMS)),
    ).flat(),
  );
  const encoder = { embeddingSize: 16, blocks: 1, maxLength: 20, epochs: 12, learningRate: 0.01 };
  await platform.fit([{ name: "sequence-encoder", config: encoder }, { name: platform.coldStartModel }], {
    progress: ignoreProgress,
  });
  server = await platform.createServer({});
});
afterAll(async () => {
  await server.close();
  await platform.close();
  await rm(folder, { recursive: true });
});

function save(userId: string, item: number): object {
  return { type: "track", event: "save", userId, properties: { itemId: `item-${item}` } };
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads answers as a stranger does
type Body = any;

const post = async (url: string, payload: object): Promise<Body> =>
  (await server.inject({ method: "POST", url, payload })).json();
const listOf = async (payload: object): Promise<string[]> =>
  (await post("/v1/recommendations", payload)).items.map(({ itemId }: Body) => itemId);
const isEven = (itemId: string): boolean => Number(itemId.split("-")[1]) % 2 === 0;

test("what is near to a person is of their half; an event changes the next list of now, and not that of long", async () => {
  for (const surface of ["now", "long"]) {
    const items = await listOf({ userId: "person-2", surface, n: 8 });
    expect(items).toHaveLength(8);
    expect(items.filter(isEven).length, surface).toBeGreaterThan(5);
  }
  const [first] = await listOf({ userId: "person-4", surface: "now", n: 1 });
  const long = await listOf({ userId: "person-4", surface: "long", n: 5 });
  await post("/v1/batch", { batch: [save("person-4", Number(first!.split("-")[1]))] });
  const after = await listOf({ userId: "person-4", surface: "now", n: 5 });
  expect(after).not.toContain(first);
  const seenNow = new Set([first]);
  expect(await listOf({ userId: "person-4", surface: "long", n: 4 })).toEqual(
    long.filter((itemId) => !seenNow.has(itemId)).slice(0, 4),
  );
});

test("an item put now is found by the next list of those who like its tags, and no longer once it is gone", async () => {
  await post("/v1/items", { items: [{ itemId: "item-100", tags: ["even", "all"] }] });
  expect(await listOf({ userId: "person-2", surface: "now", n: 15 })).toContain("item-100");
  expect(await listOf({ condition: { itemId: "item-100" }, n: 8 })).toHaveLength(8);
  await post("/v1/items", { items: [{ itemId: "item-100", available: false }] });
  expect(await listOf({ userId: "person-2", surface: "now", n: 15 })).not.toContain("item-100");
});

test("a list about a topic has the person's nearest of it; one about a list of items what goes with them, without them", async () => {
  const topical = await post("/v1/recommendations", {
    ...{ userId: "person-2", n: 10, explain: true },
    condition: { topic: "odd" },
  });
  expect(topical.items.map(({ itemId }: Body) => isEven(itemId))).toEqual(Array(10).fill(false));
  expect(topical.stages.sources.find(({ name }: Body) => name === "near")).toMatchObject({
    outcome: "ok",
    kept: ITEMS / 2,
  });
  const itemIds = ["item-1", "item-3", "item-5"];
  const { items } = await post("/v1/recommendations", { condition: { itemIds }, n: 6 });
  expect(items).toHaveLength(6);
  expect(items.map(({ itemId }: Body) => itemId)).not.toEqual(expect.arrayContaining(["item-1"]));
  expect(items[0].reasons[0].text).toBe("Goes with 3 items");
  expect(items.filter(({ itemId }: Body) => !isEven(itemId)).length).toBeGreaterThan(3);
  expect(await post("/v1/recommendations", { condition: { itemIds: ["nothing"] } })).toMatchObject({
    code: "item-not-found",
  });
});

test("each interest has a query of its own", async () => {
  const { items } = await post("/v1/recommendations", { userId: "person-2", surface: "interests", n: 5 });
  expect(items.length).toBeGreaterThan(0);
  for (const { reasons } of items) expect(reasons.some(({ kind }: Body) => kind === "interest")).toBe(true);
});

test("what the index holds and finds is told", async () => {
  const { indexes } = (await server.inject("/v1/indexes")).json();
  expect(indexes).toMatchObject([
    { model: "sequence-encoder@0001", items: ITEMS, lists: 0, recall: { value: null, queries: 0 } },
  ]);
  expect(indexes[0].searches).toBeGreaterThan(5);
  const { payload } = await server.inject("/metrics");
  expect(payload).toContain(`inkling_index_items{model="sequence-encoder@0001"} ${ITEMS}`);
});
