import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Value } from "typebox/value";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RankResponse, RecommendationResponse, ServedListResponse } from "#api";
import { ignoreProgress } from "#base";
import { defaultActions, defineConfig, itemsWhere, oneOf, surface } from "#declarations";
import type { Server } from "#serving";
import { asking, type Body, openTinyWorld } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";
import { openRecommender } from "../services.ts";
import { compareSurfaces } from "./compare-surfaces.ts";

/** @file Surfaces of a whole platform over a tiny world, through its HTTP interface. */
const attributes = { format: oneOf("photo", "article", "video", "gallery") };
const item = itemsWhere(attributes);

const config = defineConfig({
  actions: defaultActions,
  surfaces: {
    home: surface({
      sources: [
        { kind: "model", model: "personal", budget: 100, timeoutMs: 5000 },
        { kind: "neighbours", budget: 50, timeoutMs: 5000 },
        { kind: "popular-now", budget: 50, timeoutMs: 5000 },
        { kind: "fresh", budget: 30, days: 30, timeoutMs: 5000 },
      ],
      filters: { fatigue: { impressions: 2, hours: 24 } },
      scorer: { kind: "fusion", model: "personal" },
      diversity: { kind: "mmr", lambda: 0.7, likeness: "tags" },
      quotas: { fresh: { within: 10, atLeast: 1, atMost: 2 } },
      rules: [{ kind: "pin", when: item.hasTag("announcement"), place: 0 }],
      exploration: { places: [4], share: 0.5, source: "fresh" },
      shadow: { sources: [{ kind: "model", model: "cold-start", timeoutMs: 5000 }], share: 1 },
    }),
    plain: surface({
      sources: [
        { kind: "model", model: "personal", timeoutMs: 5000 },
        { kind: "model", model: "cold-start", timeoutMs: 5000 },
      ],
    }),
    interests: surface({ sources: [{ kind: "interests", timeoutMs: 5000 }] }),
    new: surface({ sources: [{ kind: "fresh", timeoutMs: 5000 }], scorer: { kind: "fusion" } }),
    trending: surface({
      sources: [{ kind: "popular-now", onThisSurface: true, timeoutMs: 5000 }],
      scorer: { kind: "fusion" },
    }),
  },
});

let folder: string;
let platform: Platform;
let server: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-discovery-"));
  platform = await openTinyWorld(folder, { config });
  server = await platform.createServer({});
  PERSON = await busiest();
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
let PERSON: string;

/** Somebody with a history to go by. */
async function busiest(): Promise<string> {
  const ids = Array.from({ length: 60 }, (_, n) => `u-${String(n + 1).padStart(4, "0")}`);
  const saves = await Promise.all(ids.map(async (id) => (await get(`/v1/users/${id}`)).counts?.save ?? 0));
  return ids[saves.indexOf(Math.max(...saves))]!;
}

/** Names of items that are there and of which nothing is known of this person. */
async function unmet(count: number): Promise<string[]> {
  return idsOf(await recommend({ userId: PERSON, surface: "plain", n: count }));
}

describe("a surface", () => {
  test("makes its list by its stages, and tells what each did", async () => {
    const { items, stages, surface: name } = await recommend({ userId: PERSON, n: 20, explain: true });
    expect(name).toBe("home");
    expect(items).toHaveLength(20);
    expect(stages.sources.map(({ name, outcome }: Body) => [name, outcome])).toEqual([
      ["personal", "ok"],
      ["neighbours", "ok"],
      ["popular-now", "ok"],
      ["fresh", "ok"],
      ["pinned", "ok"],
    ]);
    for (const { kept, unique, shared } of stages.sources) {
      expect(unique).toBeLessThanOrEqual(kept);
      for (const count of Object.values<number>(shared)) expect(count).toBeLessThanOrEqual(kept - unique);
    }
    expect(stages.filters.map(({ name }: Body) => name)).toEqual(["availability", "seen", "tags", "fatigue"]);
    const kept = stages.filters.at(-1).kept;
    expect(stages.selector).toMatchObject({ name: "blend", kept: 20 });
    expect(stages.selector.in).toBeLessThanOrEqual(kept);
    for (const first of [0, 10]) {
      const fresh = items.slice(first, first + 10).filter(({ source }: Body) => source === "fresh").length;
      expect(fresh).toBeGreaterThanOrEqual(1);
    }
  });

  test("that is not declared is refused, naming those there are", async () => {
    expect(await recommend({ surface: "attic" })).toMatchObject({
      code: "unknown-surface",
      detail: expect.stringContaining("home, home:shadow, plain, interests, new, trending"),
    });
  });

  test("leaves out what was shown in vain as often as it says, and brings it back when the hours are over", async () => {
    const [first] = idsOf(await recommend({ userId: "tired", n: 1 }));
    const impression = { userId: "tired", event: "impression", properties: { itemId: first } };
    await post("/v1/track", impression);
    expect(idsOf(await recommend({ userId: "tired", n: 30 }))).toContain(first);
    await post("/v1/track", impression);
    expect(idsOf(await recommend({ userId: "tired", n: 30 }))).not.toContain(first);
    const later = new Date(platform.clock.nowMs() + 25 * 3_600_000).toISOString();
    expect(idsOf(await recommend({ userId: "tired", n: 30, asOf: later }))).toContain(first);
  });

  test("pins what a rule wants in front of everybody, from the request after it was put", async () => {
    await post("/v1/items", { items: [{ itemId: "news", title: "Maintenance", tags: ["announcement"] }] });
    const { items } = await recommend({ userId: PERSON, n: 5 });
    expect(items[0]).toMatchObject({ itemId: "news", placement: "pinned" });
    expect(idsOf(await recommend({ userId: PERSON, surface: "plain" }))).not.toContain("news");
    await post("/v1/items", { items: [{ itemId: "news", available: false }] });
    expect(idsOf(await recommend({ userId: PERSON, n: 5 }))).not.toContain("news");
  });

  test("explores with the probability it tells", async () => {
    const { items } = await recommend({ userId: PERSON, n: 6 });
    const explored = items.filter(({ probability }: Body) => probability !== undefined);
    expect(explored).toHaveLength(1);
    expect(items[4]).toMatchObject({ placement: "explored" });
    expect([0.5, 0.5 / 20, 0.5 + 0.5 / 20]).toContain(explored[0].probability);
  });
});

test("what is sent is what the schemas say, and no more", async () => {
  const request = { userId: PERSON, n: 8, condition: { topic: tagsOf("i-00001")[0]! }, explain: true };
  const list = await recommend(request);
  const answers = [
    [RecommendationResponse, list],
    [RecommendationResponse, await recommend({ userId: PERSON, n: 8 })],
    [ServedListResponse, await get(`/v1/recommendations/${list.recommendationId}`)],
    [RankResponse, await post("/v1/rank", { userId: PERSON, itemIds: ["i-00001", "nowhere"] })],
  ] as const;
  for (const [schema, { status: _, ...body }] of answers) {
    expect([...Value.Errors(schema, body)]).toEqual([]);
    expect(Value.Clean(schema, structuredClone(body))).toEqual(body);
  }
});

test("interests take turns by their share, each item saying which it serves", async () => {
  const { interests } = await get(`/v1/users/${PERSON}/interests`);
  const { items } = await recommend({ userId: PERSON, surface: "interests", n: 30 });
  const labels = new Map<string, number>();
  for (const { reasons } of items) {
    const { text, evidence } = reasons.find(({ kind }: Body) => kind === "interest");
    const interest = interests.find(({ label }: Body) => text === `For your interest in ${label}`);
    expect(evidence).toEqual(interest.evidence);
    labels.set(interest.label, (labels.get(interest.label) ?? 0) + 1);
  }
  expect(items.length).toBeGreaterThan(5);
  expect(labels.size).toBeGreaterThan(1);
});

describe("a list about something", () => {
  test("has the topic's items, ranked for the person, what was put a second ago among them", async () => {
    const topic = tagsOf("i-00001")[0]!;
    await post("/v1/items", { items: [{ itemId: "just-put", title: "Just put", tags: [topic] }] });
    const answer = await recommend({ userId: PERSON, condition: { topic }, n: 60 });
    for (const itemId of idsOf(answer)) expect(tagsOf(itemId)).toContain(topic);
    expect(idsOf(answer)).toContain("just-put");
    expect(answer.items[0].reasons[0]).toEqual({ kind: "topic", text: `About ${topic}`, evidence: [] });
    expect((await recommend({ condition: { topic: "no such topic" } })).items).toEqual([]);
  });

  test("has what is like an item, without the item", async () => {
    const { items } = await recommend({ userId: PERSON, condition: { itemId: "i-00003" }, n: 10 });
    expect(items).toHaveLength(10);
    expect(idsOf({ items })).not.toContain("i-00003");
    const { title } = platform.catalogue.at(platform.catalogue.rowOf("i-00003")!);
    expect(items[0].reasons[0]).toMatchObject({ kind: "similar", text: `Like ${title}` });
    expect(await recommend({ condition: { itemId: "nothing" } })).toMatchObject({ code: "item-not-found" });
  });

  test("has what goes with several items nobody did anything with, by their tags", async () => {
    const [tag, other] = [tagsOf("i-00001")[0]!, "only here"];
    const put = [
      { itemId: "on-board-1", tags: [other] },
      { itemId: "on-board-2", tags: [other, tag] },
      { itemId: "beside", tags: [other] },
    ];
    await post("/v1/items", { items: put });
    const itemIds = ["on-board-1", "on-board-2"];
    const ids = idsOf(await recommend({ condition: { itemIds }, surface: "plain", n: 20 }));
    expect(ids).toContain("beside");
    expect(ids.length).toBeGreaterThan(3);
    for (const itemId of ids)
      expect(
        tagsOf(itemId).some((one) => [tag, other].includes(one)),
        itemId,
      ).toBe(true);
  });

  test("finds words of titles, at once", async () => {
    const title = "Zyzzyva marquetry for beginners";
    await post("/v1/items", { items: [{ itemId: "worded", title }] });
    expect(idsOf(await recommend({ condition: { text: "zyzzyva" } }))).toEqual(["worded"]);
    await post("/v1/items", { items: [{ itemId: "worded", title: "Something else" }] });
    expect(idsOf(await recommend({ condition: { text: "zyzzyva" } }))).toEqual([]);
  });

  test("leaves out ten thousand items of the longest ids", async () => {
    const excludeItemIds = Array.from({ length: 10_000 }, (_, n) => String(n).padStart(255, "x"));
    const [first] = idsOf(await recommend({ n: 1 }));
    const { items } = await recommend({ n: 1, excludeItemIds: [...excludeItemIds.slice(1), first] });
    expect(items[0].itemId).not.toBe(first);
  });

  test("filters by tags", async () => {
    const [wanted, unwanted] = [tagsOf("i-00001")[0]!, tagsOf("i-00001").at(-1)!];
    const filters = { tags: { any: [wanted], none: [unwanted] } };
    const ids = idsOf(await recommend({ userId: PERSON, surface: "plain", filters, n: 20 }));
    expect(ids.length).toBeGreaterThan(3);
    for (const itemId of ids) {
      expect(tagsOf(itemId)).toContain(wanted);
      expect(tagsOf(itemId)).not.toContain(unwanted);
    }
  });
});

describe("freshness", () => {
  test("an item is in the next list of a fresh source, and an event on a surface makes its item trend there", async () => {
    await post("/v1/items", { items: [{ itemId: "newest", title: "Newest" }] });
    const [first] = (await recommend({ surface: "new" })).items;
    expect(first).toMatchObject({ itemId: "newest", reasons: [{ kind: "new" }] });
    expect((await recommend({ surface: "trending" })).items.length).toBe(0);
    const batch = ["a", "b", "c"].map((n) => ({
      type: "track",
      event: "save",
      userId: `trend-${n}`,
      properties: { itemId: "newest", surface: "trending" },
    }));
    await post("/v1/batch", { batch });
    await expect.poll(async () => idsOf(await recommend({ surface: "trending" }))).toEqual(["newest"]);
  });

  test("a session sent along stands for a history, and is stored nowhere", async () => {
    const [first] = await unmet(1);
    const answer = await recommend({ surface: "plain", session: [{ itemId: first, action: "save" }], n: 20 });
    expect(answer).toMatchObject({ isColdStart: false, userId: null });
    expect(idsOf(answer)).not.toContain(first);
    const { title } = platform.catalogue.at(platform.catalogue.rowOf(first!)!);
    const because = answer.items.find(({ reasons }: Body) => reasons[0].kind === "because-of");
    expect(because.reasons).toEqual([
      { kind: "because-of", text: `Because you saved ${title}`, evidence: [] },
    ]);
    await post("/v1/track", { userId: "stored", event: "save", properties: { itemId: first } });
    expect(idsOf(await recommend({ surface: "plain", userId: "stored", n: 20 }))).toEqual(idsOf(answer));
    const hidden = idsOf(answer)[0]!;
    const session = [
      { itemId: first, action: "save" },
      { itemId: hidden, action: "hide" },
      { itemId: "unheard-of" },
    ];
    expect(idsOf(await recommend({ surface: "plain", session, n: 20 }))).not.toContain(hidden);
  });
});

describe("pages", () => {
  test("of any sizes put together are the list, exploration and all", async () => {
    const request = { userId: PERSON, n: 7 };
    const first = await recommend(request);
    const pages = [first];
    for (const n of [7, 3, 13])
      pages.push(await recommend({ ...request, n, cursor: pages.at(-1).nextCursor }));
    const ids = pages.flatMap(idsOf);
    expect(ids).toHaveLength(30);
    expect(new Set(ids).size).toBe(30);
    const again = await recommend({ ...request, n: 23, cursor: first.nextCursor });
    expect(idsOf(again)).toEqual(ids.slice(7));
  });

  test("reflect the moment of the first, whatever the person does meanwhile", async () => {
    const request = { userId: "paging", surface: "plain", n: 5 };
    const whole = idsOf(await recommend({ ...request, n: 10 }));
    const { nextCursor } = await recommend(request);
    await new Promise((resolve) => setTimeout(resolve, 5));
    platform.clock.observe(platform.clock.nowMs() + 1000);
    await post("/v1/track", { userId: "paging", event: "save", properties: { itemId: whole[7] } });
    expect(idsOf(await recommend({ ...request, cursor: nextCursor }))).toEqual(whole.slice(5));
    expect(idsOf(await recommend({ ...request, n: 10 }))).not.toEqual(whole);
  });

  test("show no item twice and pass none over, whatever comes and goes meanwhile", async () => {
    const items = (say: readonly object[]): Promise<Body> => post("/v1/items", { items: say });
    const rows = Array.from({ length: 12 }, (_, n) => ({ itemId: `board-${n}`, tags: ["boards"] }));
    await items(rows);
    const request = { userId: PERSON, surface: "plain", condition: { topic: "boards" }, n: 4 };
    const first = await recommend(request);
    await items([
      ...["board-new", "board-newer"].map((itemId) => ({ itemId, tags: ["boards"] })),
      { itemId: idsOf(first)[1]!, available: false },
    ]);
    const second = await recommend({ ...request, cursor: first.nextCursor });
    await items([
      { itemId: idsOf(first)[1]!, available: true },
      { itemId: idsOf(second)[0]!, available: false },
    ]);
    const third = await recommend({ ...request, n: 10, cursor: second.nextCursor });
    const shown = [first, second, third].flatMap(idsOf);
    expect(third.nextCursor).toBeUndefined();
    expect(shown.toSorted()).toEqual(
      [...rows.map(({ itemId }) => itemId), "board-new", "board-newer"].toSorted(),
    );
  });

  test("end where the list ends; a cursor of another request, or none at all, is refused", async () => {
    const topic = tagsOf("i-00001").at(-1)!;
    const request = { condition: { topic }, n: 500 };
    const { nextCursor, items } = await recommend(request);
    expect(items.length).toBeLessThan(500);
    expect(nextCursor).toBeUndefined();
    const { nextCursor: cursor } = await recommend({ userId: PERSON });
    expect(await recommend({ userId: "other", cursor })).toMatchObject({ code: "invalid-request" });
    for (const broken of ["", "x", Buffer.from("[1,2]").toString("base64url")])
      expect(await recommend({ userId: PERSON, cursor: broken })).toMatchObject({ code: "invalid-request" });
  });

  test("go on after a restart, unless they went by what was popular then", async () => {
    const renewed = await platform.createServer({});
    for (const [surface, code] of [
      ["plain", undefined],
      ["home", "stale-cursor"],
    ] as const) {
      const request = { userId: PERSON, surface };
      const body = { ...request, cursor: (await recommend(request)).nextCursor };
      const ask = (of: Server) => of.inject({ method: "POST", url: "/v1/recommendations", payload: body });
      const [before, after] = [(await ask(server)).json(), (await ask(renewed)).json()];
      expect(after.code).toBe(code);
      if (code === undefined) expect(idsOf(after)).toEqual(idsOf(before));
    }
    await renewed.close();
  });

  test("of models that are no longer in force are refused", async () => {
    const request = { userId: PERSON, surface: "plain" };
    const { nextCursor: cursor } = await recommend(request);
    await platform.fit([{ name: "item-knn" }, { name: platform.coldStartModel }], {
      progress: ignoreProgress,
    });
    const renewed = await platform.createServer({});
    const ask = async (payload: object): Promise<Body> =>
      (await renewed.inject({ method: "POST", url: "/v1/recommendations", payload })).json();
    expect(await ask({ ...request, cursor })).toMatchObject({ code: "stale-cursor", status: 409 });
    expect((await ask(request)).items).toHaveLength(10);
    await renewed.close();
  });
});

test("given items are ranked as the surface ranks them; what is not known is named", async () => {
  const list = await recommend({ userId: PERSON, surface: "plain", n: 10 });
  const itemIds = [...idsOf(list)].sort();
  await post("/v1/items", { items: [{ itemId: "unmet" }] });
  const request = { userId: PERSON, surface: "plain", itemIds: ["unmet", ...itemIds, "nowhere", itemIds[0]] };
  const answer = await post("/v1/rank", request);
  expect(idsOf(answer)).toEqual([...idsOf(list), "unmet"]);
  expect(answer.items.map(({ score }: Body) => score)).toEqual([
    ...list.items.map(({ score }: Body) => score),
    null,
  ]);
  expect(answer).toMatchObject({ unknownItemIds: ["nowhere"], isColdStart: false, surface: "plain" });
});

test("the order of given items counts where it is said to, and never otherwise", async () => {
  const itemIds = ["i-00007", "i-00003", "i-00012", "i-00001", "i-00009"];
  for (const surface of ["plain", "home", "new"]) {
    const rank = (ids: string[], more: object): Promise<Body> =>
      post("/v1/rank", { userId: PERSON, surface, itemIds: ids, ...more });
    const scored = ({ items }: Body) => new Map(items.map(({ itemId, score }: Body) => [itemId, score]));
    const answer = await rank(itemIds, {});
    const own = idsOf(answer);
    for (const more of [{}, { condition: { topic: tagsOf("i-00001")[0]! } }])
      expect(scored(await rank([...itemIds].reverse(), more))).toEqual(scored(answer)); // of equal ones the order is left
    const share = (itemId: string, ids: string[]): number => 1 / (61 + ids.indexOf(itemId));
    const scores = itemIds.map((id) => share(id, itemIds) + share(id, own)).sort((one, other) => other - one);
    const voted = await rank(itemIds, { orderVotes: true });
    expect(voted.items.map(({ score }: Body) => score)).toEqual(scores);
  }
});

describe("a served list", () => {
  test("is told again with its stages, and with what the person did with it", async () => {
    const answer = await recommend({ userId: PERSON, n: 6, explain: true });
    const { recommendationId, items } = answer;
    const [first, second] = idsOf(answer);
    const slate = { slateId: recommendationId };
    await post("/v1/batch", {
      batch: [
        {
          type: "track",
          userId: PERSON,
          event: "impression",
          properties: { itemId: first, position: 0, ...slate },
        },
        {
          type: "track",
          userId: PERSON,
          event: "impression",
          properties: { itemId: second, position: 1, ...slate },
        },
        {
          type: "track",
          userId: PERSON,
          event: "save",
          properties: { itemId: second, position: 1, ...slate },
        },
      ],
    });
    const told = await get(`/v1/recommendations/${recommendationId}`);
    expect(told).toMatchObject({ recommendationId, userId: PERSON, surface: "home", offset: 0, items });
    expect(told.stages).toEqual(answer.stages);
    expect(answer.versions).toMatchObject(told.versions);
    expect(told.versions.personal.version).toMatch(/./);
    const outcomes = told.outcomes.map(({ action, itemId, position }: Body) => [action, itemId, position]);
    expect(outcomes).toEqual([
      ["save", second, 1],
      ["impression", second, 1],
      ["impression", first, 0],
    ]);
    expect(await get("/v1/recommendations/none")).toMatchObject({
      code: "recommendation-not-found",
      status: 404,
    });
  });
});

test("two surfaces are compared over people; one with itself is the same", async () => {
  const recommender = await openRecommender(platform);
  const request = { n: 10, asOfMs: platform.clock.nowMs() };
  const people = [PERSON, "stored"];
  const compare = (surfaces: readonly [string, string]) =>
    compareSurfaces(recommender, surfaces, people, request, ignoreProgress);
  const same = await compare(["plain", "plain"]);
  expect(same).toMatchObject({ people: 2, n: 10, overlap: 1, samePlace: 1, scoreDifference: 0 });
  expect(same.diversity[0]).toBe(same.diversity[1]);
  const { overlap, diversity } = await compare(["plain", "home"]);
  expect(overlap).toBeLessThan(1);
  expect(diversity[1]).toBeGreaterThan(diversity[0]); // home spreads its tags
  await expect(compare(["plain", "attic"])).rejects.toMatchObject({ code: "unknown-surface" });
});
