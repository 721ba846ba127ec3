import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ignoreProgress } from "#base";
import type { Server } from "#serving";
import { Platform } from "../platform.ts";

/** @file Through the running server: items that come after the fit, and people who come without a history. */
const PEOPLE = 120;
const ITEMS = 24;
let folder: string;
let platform: Platform;
let server: Server;
let address: string;

/** Half of the people come by the app and like what is red, the others by the web and like what is blue. */
const isRed = (number: number): boolean => number % 2 === 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-later-items-"));
  platform = await Platform.open({
    folder,
    create: { dataset: null, clock: "system", areTimesMadeUp: false, seed: 1, preset: null },
    progress: ignoreProgress,
    onNotice: () => {},
  });
  const { ingestion } = platform;
  await ingestion.ingestItems(
    Array.from({ length: ITEMS }, (_, item) => tagged(`item-${item}`, isRed(item))),
  );
  await ingestion.ingestMessages(
    Array.from({ length: PEOPLE }, (_, person) =>
      Array.from({ length: 5 }, (_, step) => {
        const item = (2 * (person * 3 + step) + (person % 2)) % ITEMS;
        return save(`person-${person}`, `item-${item}`, isRed(person) ? "app" : "web");
      }),
    ).flat(),
  );
  const config = { embeddingSize: 16, blocks: 1, maxLength: 20, epochs: 25, learningRate: 0.01 };
  const models = [{ name: "sequence-encoder", config }, { name: platform.coldStartModel }] as const;
  await platform.fit(models, { progress: ignoreProgress });
  server = await platform.createServer({});
  address = await server.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(async () => {
  await server.close();
  await platform.close();
  await rm(folder, { recursive: true });
});

function tagged(itemId: string, isOneOfTheRed: boolean): object {
  return { itemId, tags: [isOneOfTheRed ? "red" : "blue"] };
}

function save(userId: string, itemId: string, surface: string): object {
  const context = { device: { type: surface === "app" ? "mobile" : "desktop" } };
  return { type: "track", event: "save", userId, properties: { itemId, surface }, context };
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads answers as a stranger does
type Body = any;

const get = async (path: string): Promise<Body> => (await fetch(`${address}${path}`)).json();
const post = async (path: string, body: object): Promise<Body> =>
  (
    await fetch(`${address}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    })
  ).json();
const listFor = async (request: object): Promise<string[]> =>
  (await post("/v1/recommendations", { n: ITEMS, excludeSeen: false, ...request })).items.map(
    ({ itemId }: { itemId: string }) => itemId,
  );

test("an item put now is in the next list of those who like its tags, has a vector, and says who saves it", async () => {
  await post("/v1/items", {
    items: [tagged("new-red", true), tagged("new-blue", false), { itemId: "new-blank" }],
  });
  for (const [userId, own, other] of [
    ["person-10", "new-red", "new-blue"],
    ["person-11", "new-blue", "new-red"],
  ] as const) {
    const list = await listFor({ userId });
    expect(list.indexOf(own)).toBeGreaterThanOrEqual(0);
    const place = list.indexOf(other);
    expect(place === -1 || place > list.indexOf(own)).toBe(true);
    expect(list).not.toContain("new-blank");
    const { now } = (await get(`/v1/users/${userId}?include=vectors`)).vectors;
    const asked = { vector: now.value, version: now.version, itemIds: [own, other, "new-blank"] };
    const { scores } = await post("/v1/vectors/score", asked);
    expect(scores[0].score).toBeGreaterThan(scores[1].score);
    expect(scores[2].score).toBeNull();
  }
  for (const item of ["new-red", "new-blue"]) {
    await post("/v1/batch", { batch: [save(`saved-${item}`, item, "app")] });
    const { now } = (await get(`/v1/users/saved-${item}?include=vectors`)).vectors;
    expect(now).toMatchObject({ completeness: 1 });
    const { scores } = await post("/v1/vectors/score", {
      vector: now.value,
      version: now.version,
      itemIds: Array.from({ length: ITEMS }, (_, other) => `item-${other}`),
    });
    const mean = (red: boolean): number =>
      scores
        .filter((_: unknown, other: number) => isRed(other) === red)
        .reduce((sum: number, { score }: Body) => sum + score, 0);
    expect(mean(item === "new-red")).toBeGreaterThan(mean(item !== "new-red"));
  }
});

test("strangers get what those came for who came as they do", async () => {
  const reds = (list: readonly string[]): number =>
    list.slice(0, 8).filter((itemId) => isRed(Number(itemId.slice(5)))).length;
  const mobile = { context: { device: { type: "mobile" } } };
  const desktop = { context: { device: { type: "desktop" } } };
  expect(reds(await listFor(mobile))).toBeGreaterThanOrEqual(7);
  expect(reds(await listFor(desktop))).toBeLessThanOrEqual(1);
  const answer = await post("/v1/recommendations", mobile);
  expect(answer).toMatchObject({ isColdStart: true });
  expect(answer.items[0]).toMatchObject({ source: "personal", reasons: [{ kind: "context" }] });
});
