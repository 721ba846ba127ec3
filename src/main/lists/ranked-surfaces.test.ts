import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ignoreProgress } from "#base";
import { defaultActions, defineConfig, surface } from "#declarations";
import { modelNamed } from "#models";
import type { Server } from "#serving";
import { asking, type Body, openTinyWorld } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";

/** @file Surfaces with a ranker and surfaces with a shadow, over a tiny world. */
const PERSON = "u-0041";
const byRanker = {
  sources: [{ kind: "model", model: "cold-start", budget: 50, timeoutMs: 5000 }],
  scorer: { kind: "ranker", model: "ranker", utility: { save: 5, click: 0, hide: -20 } },
} as const;
const plain = {
  sources: [
    { kind: "model", model: "personal", timeoutMs: 5000 },
    { kind: "model", model: "cold-start", timeoutMs: 5000 },
  ],
} as const;

const config = defineConfig({
  actions: defaultActions,
  surfaces: {
    home: surface({ ...plain, shadow: { sources: [plain.sources[1]], share: 1 } }),
    astray: surface({ ...plain, shadow: { sources: [{ kind: "model", model: "nowhere" }], share: 1 } }),
    plain: surface(plain),
    ranked: surface(byRanker),
    search: surface({ ...byRanker, shadow: { ...byRanker, share: 0 } }),
  },
});

let folder: string;
let platform: Platform;
let server: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-ranked-"));
  platform = await openTinyWorld(folder, { config });
  server = await platform.createServer({});
});
afterAll(async () => {
  await server.close();
  await platform.close();
  await rm(folder, { recursive: true });
});

const { get, post } = asking(() => server);

const recommend = (payload: object): Promise<Body> => post("/v1/recommendations", payload);
const idsOf = ({ items }: Body): string[] => items.map(({ itemId }: Body) => itemId);
const tagsOf = (itemId: string): readonly string[] =>
  platform.catalogue.at(platform.catalogue.rowOf(itemId)!).tags;

describe("a surface with a ranker", () => {
  const utility = { save: 5, click: 0, hide: -20 };
  const ranked = { userId: PERSON, surface: "ranked" };

  beforeAll(async () => {
    const manifest = await platform.fitBeside(
      {
        name: "ranker",
        config: {
          ...modelNamed("ranker").defaults,
          ...{ epochs: 1, embeddingSize: 8, maxLength: 20 },
          retrievers: "ease", // the one in service is asked about every candidate
        },
      },
      { progress: ignoreProgress },
    );
    await platform.models.serveBeside(manifest);
    await server.close();
    server = await platform.createServer({});
  });

  test("orders by what each action is likely and counts, and tells both", async () => {
    const { items } = await recommend({ ...ranked, n: 20 });
    expect(items.length).toBe(20);
    for (const { score, heads } of items) {
      expect(Object.keys(heads)).toEqual(expect.arrayContaining(["close-up", "save", "click"]));
      for (const chance of Object.values(heads)) expect(chance).toSatisfy((p: number) => p > 0 && p < 1);
      const { "close-up": looked, share = 0, purchase = 0, save, hide = 0 } = heads;
      const strengths = [looked * 1, share * 3, purchase * 4, save * utility.save, hide * utility.hide];
      expect(score).toBeCloseTo(
        strengths.reduce((sum, part) => sum + part),
        4,
      );
    }
    const scores = items.map(({ score }: Body) => score);
    expect(scores).toEqual([...scores].sort((left: number, right: number) => right - left));
  });

  test("is told with its version, in the answer and in what is kept of it; no surface tells what it did not ask", async () => {
    const { recommendationId, versions } = await recommend({ ...ranked, n: 3 });
    expect(Object.keys(versions).sort()).toEqual(["coldStart", "personal", "ranker"]);
    const kept = await get(`/v1/recommendations/${recommendationId}`);
    expect(kept.versions.ranker).toEqual({ name: "ranker", version: versions.ranker.version });
    const plain = await recommend({ ...ranked, surface: "plain", n: 3 });
    expect(Object.keys(plain.versions).sort()).toEqual(["coldStart", "personal"]);
  });

  test("ranks given items as it lists them, and by name on any surface", async () => {
    const list = await recommend({ ...ranked, n: 10 });
    const itemIds = [...idsOf(list)].sort();
    const answer = await post("/v1/rank", { ...ranked, itemIds });
    expect(idsOf(answer)).toEqual(idsOf(list));
    const named = await post("/v1/rank", { userId: PERSON, surface: "plain", model: "ranker", itemIds });
    expect(Object.keys(named.items[0].heads)).toEqual(Object.keys(answer.items[0].heads));
    expect(named.versions.personal).toMatchObject({ name: "ranker" });
  });

  test("orders a search by what was searched for, as it learned from impressions that say it", async () => {
    const condition = { topic: tagsOf("i-00001")[0]! };
    const request = { ...ranked, condition, n: 10, explain: true };
    const list = await recommend(request);
    expect(list.stages.scorer.name).toBe("ranker");
    expect((await recommend({ ...request, surface: "plain" })).stages.scorer.name).toBe("fusion");
    const itemIds = idsOf(list);
    const told = await post("/v1/rank", { ...ranked, itemIds, condition });
    expect(idsOf(told)).toEqual(itemIds);
    const scoresOf = ({ items }: Body) => items.map(({ score }: Body) => score);
    expect(scoresOf(told)).not.toEqual(scoresOf(await post("/v1/rank", { ...ranked, itemIds })));
  });

  test("is told where the list is shown, by a shadow too", async () => {
    const scoresOn = async (surface: string): Promise<number[]> =>
      (await recommend({ ...ranked, surface })).items.map(({ score }: Body) => score);
    const shown = await scoresOn("search");
    expect(shown).not.toEqual(await scoresOn("ranked")); // from where no event came
    expect(await scoresOn("search:shadow")).toEqual(shown);
  });

  test("says something of somebody new, and otherwise after a hide", async () => {
    const itemIds = idsOf(await recommend({ ...ranked, n: 10 }));
    const nobody = await post("/v1/rank", { surface: "ranked", itemIds });
    expect(nobody.items[0].heads.save).toBeGreaterThan(0);
    const session = [{ itemId: itemIds[0], action: "hide" }];
    const after = await post("/v1/rank", { surface: "ranked", itemIds, session });
    expect(after.items).not.toEqual(nobody.items);
  });
});

test("a surface and its shadow are compared behind the answers, and sources are counted", async () => {
  await recommend({ userId: PERSON });
  await expect
    .poll(async () => (await server.inject("/metrics")).payload)
    .toMatch(/inkling_shadow_count\{surface="home",measure="overlap"\} [1-9]/);
  await expect
    .poll(async () => (await server.inject("/metrics")).payload)
    .toMatch(/inkling_served_lists [1-9]/);
  const { payload } = await server.inject("/metrics");
  expect(payload).toMatch(/inkling_candidates_total\{surface="home",source="personal",kind="kept"\} [1-9]/);
  expect(payload).toMatch(/inkling_stage_seconds_count\{surface="home",stage="all"\} [1-9]/);
  expect(payload).toMatch(/inkling_shadow_score_difference_count\{surface="home"\} [1-9]/);
  expect(payload).not.toMatch(/inkling_shadow_failures_total\{/);
});

test("a shadow whose sources fail is told to have nothing, and by which source", async () => {
  expect((await recommend({ userId: PERSON, surface: "astray" })).items).toHaveLength(10);
  const metrics = async (): Promise<string> => (await server.inject("/metrics")).payload;
  await expect.poll(metrics).toMatch(/inkling_shadow_count\{surface="astray",measure="overlap"\} 1/);
  expect(await metrics()).toMatch(/inkling_shadow_sum\{surface="astray",measure="overlap"\} 0/);
  expect(await metrics()).toMatch(/\{surface="astray:shadow",source="nowhere",outcome="failed"\} 1/);
});
