import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ignoreProgress } from "#base";
import { createWorld, worldPresets } from "#datasets";
import type { Server } from "#serving";
import { FileBlobStore } from "#storage";
import { importSource, runsOf } from "../datasets/import-source.ts";
import { paths } from "../folder/data-folder.ts";
import { Platform } from "../platform.ts";

/** @file A small world of the second form, asked about as a whole over HTTP. */
const world = createWorld({
  ...worldPresets.living,
  peopleCount: 150,
  days: 50,
  itemsBefore: 250,
  itemsPerDay: 1,
});
let folder: string;
let platform: Platform;
let server: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-population-"));
  platform = await Platform.open({
    folder,
    create: { dataset: "world", clock: "historical", areTimesMadeUp: false, seed: 1, preset: "living" },
    progress: ignoreProgress,
    onNotice: (message) => expect.fail(message),
  });
  const source = {
    name: "world",
    clock: "historical" as const,
    areTimesMadeUp: false,
    items: () => world.items(),
    runs: (from: number) => runsOf(world.messages(), from),
    expectedMessages: world.expectedMessages,
    rejectedRows: { count: 0, samples: [] },
  };
  await importSource(platform, source, ignoreProgress);
  await platform.ensureModels(ignoreProgress);
  server = await platform.createServer({});
}, 120_000);
afterAll(async () => {
  await server.close();
  await platform.close();
  await rm(folder, { recursive: true });
});

// biome-ignore lint/suspicious/noExplicitAny: a test reads answers as a stranger does
type Body = any;

async function get(url: string): Promise<Body> {
  return (await server.inject(url)).json();
}

const groupOf = ({ groups }: Body, name: string): Body =>
  Object.fromEntries(
    groups
      .find((group: Body) => group.name === name)
      .values.map(({ value, people }: Body) => [value, people]),
  );

test("before anybody was looked at it says so, and that is no failure", async () => {
  expect(await get("/v1/population")).toMatchObject({ code: "not-made-yet" });
  expect(await get("/v1/map")).toMatchObject({ code: "not-made-yet" });
  expect(await get("/v1/users?sort=return")).toMatchObject({ code: "not-made-yet" });
  const { latencies, seconds } = await get("/v1/pulse");
  expect(latencies).toHaveLength(3);
  expect([...latencies, ...seconds].every(({ errors }) => errors === 0)).toBe(true); // and nothing failed
  await platform.population.now();
});

test("people are ordered by how likely they return, and by state, as the last look found them", async () => {
  const everybody = "/v1/users?limit=200&include=state,predictions";
  const { people: foretold, orderAsOf } = await get(`${everybody}&sort=return`);
  expect(orderAsOf).toBe((await get("/v1/population")).asOf);
  const returns: number[] = foretold.map(({ predictions }: Body) => predictions.return7 ?? -1);
  expect(new Set(returns).size).toBeGreaterThan(10);
  const rises = returns.map((value, at) => value - (returns[at - 1] ?? 1));
  expect(Math.max(...rises)).toBeLessThan(0.001); // the order is of the look; what is said is of now, and a moment moves it a little
  const { people: standing } = await get(`${everybody}&sort=state`);
  const places = ["core", "casual", "marginal", "new", "resurrected", "dormant"];
  const placeOf = (state: string): number => (places.includes(state) ? places.indexOf(state) : places.length);
  const found: Body[] = standing.map(({ state, lastSeen }: Body) => [placeOf(state), lastSeen]);
  const byState = found.toSorted(([left, seen], [right, later]) => left - right || (seen < later ? 1 : -1));
  expect(found).toEqual(byState);
  expect(new Set(found.map(([place]) => place)).size).toBeGreaterThan(2);
  expect(standing.map(({ userId }: Body) => userId).toSorted()).toEqual(
    foretold.map(({ userId }: Body) => userId).toSorted(),
  );
  expect(await get(`/v1/users?sort=state&asOf=${orderAsOf}`)).toMatchObject({ code: "invalid-request" });
});

test("what is said of everybody is what is said of each", async () => {
  const whole = await get("/v1/population");
  const { people } = await get("/v1/users?limit=200");
  const counts: Record<string, number> = {};
  for (const { userId } of people) {
    const { state } = await get(`/v1/users/${userId}?include=state`);
    if (state.value !== null) counts[state.value] = (counts[state.value] ?? 0) + 1;
  }
  const found = Object.entries(groupOf(whole, "state")).filter(([, count]) => count !== 0);
  expect(Object.fromEntries(found)).toEqual(counts);
  expect(whole.isComplete).toBe(true);
  expect(whole.predictions.map(({ target }: Body) => target)).toContain("return7");
  expect(whole.interests.every((interest: Body) => interest.people >= whole.leastPeople)).toBe(true);
});

test("the books balance over HTTP, of everybody and of a slice", async () => {
  for (const query of ["", "?trait=channel:organic", "?activity=4-11"]) {
    const { days } = await get(`/v1/population${query}`);
    expect(days.length).toBeGreaterThan(40);
    for (const [at, day] of days.entries())
      if (at > 0) expect(day.netActive).toBe(day.active - days[at - 1].active);
  }
});

test("groups of traits are those that were told; one that is not there is refused with those that are", async () => {
  const whole = await get("/v1/population");
  const channels = groupOf(whole, "trait:channel");
  expect((await get("/v1/population?trait=channel:invited")).people).toBe(channels.invited);
  expect(whole.groups.map(({ name }: Body) => name)).not.toContain("trait:name");
  const { code, detail } = await get("/v1/population?trait=shoe:42");
  expect(code).toBe("invalid-request");
  expect(detail).toContain("channel");
});

test("the map has the items, and a person stands amid what they engage with", async () => {
  const map = await get("/v1/map");
  expect(map.itemIds).toHaveLength(map.x.length);
  expect(new Set(map.topic).size).toBeGreaterThan(10);
  const placeOf = (itemId: string): [number, number] => {
    const at = map.itemIds.indexOf(itemId);
    return [map.x[at], map.y[at]];
  };
  const { people } = await get("/v1/users?sort=events&limit=1");
  const own = await get(`/v1/users/${people[0].userId}/map`);
  expect(own.mapVersion).toBe(map.version);
  expect(own.interests.length).toBeGreaterThan(0);
  for (const { itemId, x, y } of own.engagements) expect([x, y]).toEqual(placeOf(itemId));
  const spread = (places: readonly [number, number][]): number => {
    const mean = [0, 1].map((axis) => places.reduce((sum, place) => sum + place[axis]!, 0) / places.length);
    return Math.sqrt(
      places.reduce((sum, [x, y]) => sum + (x - mean[0]!) ** 2 + (y - mean[1]!) ** 2, 0) / places.length,
    );
  };
  const [{ interestId }] = own.interests;
  const near = own.engagements.filter((engagement: Body) => engagement.interestId === interestId);
  expect(spread(near.map(({ x, y }: Body) => [x, y]))).toBeLessThan(
    0.4 * spread(map.itemIds.map((itemId: string) => placeOf(itemId))),
  );
});

test("a person's states over time end with the one of today", async () => {
  const { people } = await get("/v1/users?limit=20");
  for (const { userId } of people) {
    const { runs, activeDays, isDowngraded } = await get(`/v1/users/${userId}/states`);
    expect(isDowngraded).toBe(false); // nobody was seen for half a year
    if (runs.length === 0) continue;
    const { state } = await get(`/v1/users/${userId}?include=state`);
    expect(runs.at(-1).state).toBe(state.value);
    expect(runs[0].from).toBe(activeDays[0]);
    for (const [at, { from }] of runs.entries())
      if (at > 0) expect(Date.parse(from) - Date.parse(runs[at - 1].to)).toBe(86_400_000);
  }
});

test("how true the predictions are is told with their reliability", async () => {
  const { targets } = await get("/v1/predictions");
  const [returns] = targets;
  expect(returns).toMatchObject({ target: "return7", withinDays: 7 });
  expect(returns.auc).toBeGreaterThan(0.6);
  const counted = returns.reliability.reduce((sum: number, { people }: Body) => sum + people, 0);
  expect(counted).toBe(returns.tested);
});

test("who refuses is not counted after the next look, and who is erased at once", async () => {
  const { people, asOf } = await get("/v1/population");
  const busiest = await get("/v1/users?sort=events&limit=2");
  const [refusing, leaving] = busiest.people.map(({ userId }: Body) => userId);
  const timestamp = asOf;
  await server.inject({
    method: "POST",
    url: "/v1/track",
    payload: {
      userId: refusing,
      event: "Segment Consent Preference Updated",
      timestamp,
      context: { consent: { categoryPreferences: { personalization: false } } },
    },
  });
  await platform.population.now();
  expect((await get("/v1/population")).people).toBe(people - 1);
  const erased = await server.inject({ method: "DELETE", url: `/v1/users/${leaving}` });
  expect(erased.statusCode).toBe(202);
  await platform.erasures.settled();
  expect((await get("/v1/population")).people).toBe(people - 2);
});

test("half a file of predictions or of the map is made anew", async () => {
  await platform.population.now();
  const blobs = new FileBlobStore(paths.blobs(folder));
  const names = await blobs.list("profiles/");
  expect(names).toEqual(["profiles/item-map.json", "profiles/predictions-3.json"]);
  for (const name of names) await blobs.put(name, (await blobs.get(name))!.subarray(0, 1000));
  await platform.population.now();
  for (const name of names) expect((await blobs.get(name))!.length).toBeGreaterThan(1000);
  expect((await get("/v1/predictions")).people).toBeGreaterThan(0);
});
