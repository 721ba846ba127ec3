import { expect, test } from "vitest";
import { DAY_MS } from "#base";
import { Catalogue } from "#events";
import { clusterEngagements, dayClusters, type Engagement, joinClusters } from "./daily-clusters.ts";
import { type Interest, interestClusters, interestsOf } from "./interests.ts";
import { CatalogueItemSpace } from "./item-space.ts";
import { journeysOf } from "./journeys.ts";
import { Taxonomy } from "./taxonomy.ts";

/** @file Somebody whose interests can be said in a sentence, in a shop of 24 topics of 10 items each. */
const catalogue = new Catalogue();
for (let n = 0; n < 240; n++) {
  const topic = n % 24;
  const tags = [`field ${topic % 4}`, `topic ${topic}`];
  catalogue.apply({ kind: "item", itemId: `i${n}`, input: { tags, title: `Thing number ${n}` } });
}
const context = { catalogue, space: new CatalogueItemSpace(catalogue), taxonomy: new Taxonomy(catalogue) };
const TODAY = 100;

/** An engagement with the `place`-th item of a topic. */
function met(topic: number, place: number, day: number, action = "save"): Engagement {
  const { row } = catalogue.at(topic + 24 * (place % 10));
  const timestampMs = day * DAY_MS + place;
  return { itemRow: row, timestampMs, eventId: `${topic}-${place}-${day}`, action, strength: 1 };
}

const often = (topic: number, count: number, from: number, every = 1): Engagement[] =>
  Array.from({ length: count }, (_, n) => met(topic, n, from + n * every));

async function interests(list: readonly Engagement[], day = TODAY): Promise<Interest[]> {
  const engagements = [...list].sort((left, right) => left.timestampMs - right.timestampMs);
  const clusters = await clusterEngagements(engagements, context.space, interestClusters);
  return interestsOf(clusters, engagements, day * DAY_MS, context);
}

test("two things done are two interests, the more and later one first; importance is the sum of decayed engagements", async () => {
  const [first, second, ...others] = await interests([...often(3, 9, 60, 4), ...often(10, 6, 40, 2)]);
  expect(others).toEqual([]);
  expect([first?.label, second?.label]).toEqual(["topic 3", "topic 10"]);
  expect(first?.path).toEqual(["field 3", "topic 3"]);
  const importance = often(3, 9, 60, 4).reduce(
    (sum, { timestampMs }) => sum + Math.exp((-0.01 * (TODAY * DAY_MS - timestampMs)) / DAY_MS),
    0,
  );
  expect(first?.importance).toBeCloseTo(importance, 9);
  expect(first!.share + second!.share).toBeCloseTo(1, 12);
  expect(first).toMatchObject({ engagementCount: 9, firstMs: 60 * DAY_MS, lastMs: 92 * DAY_MS + 8 });
  expect(first?.evidence[0]).toBe("3-8-92");
});

test("centuries later nothing is left of what was liked, and it has no part in that", async () => {
  expect(await interests(often(3, 40, 10, 2), 200_000)).toMatchObject([
    { importance: 0, share: 0, shareNow: 0 },
  ]);
});

test("two accidents are no interest, and neither is one item met over and over", async () => {
  const again = Array.from({ length: 9 }, (_, n) => met(7, 0, 60 + n));
  const labels = (await interests([...often(3, 9, 60, 4), met(12, 0, 70), met(12, 1, 71), ...again])).map(
    ({ label }) => label,
  );
  expect(labels).toEqual(["topic 3"]);
});

test("nobody has more than fifteen interests", async () => {
  const many = Array.from({ length: 20 }, (_, topic) => often(topic, 10, 70 + (topic % 5), 2)).flat();
  const found = await interests(many);
  expect(found.length).toBeLessThanOrEqual(15);
  expect(found.length).toBeGreaterThan(10);
});

test("an interest keeps its id while its medoid moves and its items change", async () => {
  const early = await interests([met(3, 0, 10), met(3, 1, 11), met(3, 2, 12), met(3, 0, 13)], 20);
  const late = await interests([
    ...often(3, 3, 10),
    ...[5, 6, 7, 8, 9].flatMap((place) => [met(3, place, 90), met(3, place, 95)]),
  ]);
  expect(early[0]?.interestId).toBe("topic-3");
  expect(late[0]?.interestId).toBe("topic-3");
});

test("without topics the item most engaged with gives the name", async () => {
  const bare = new Catalogue();
  for (let n = 0; n < 4; n++)
    bare.apply({ kind: "item", itemId: `b${n}`, input: { vector: [1, n / 20], title: `Bare ${n}` } });
  const parts = { catalogue: bare, space: new CatalogueItemSpace(bare), taxonomy: new Taxonomy(bare) };
  const engagements = [0, 1, 1, 2].map((n, at) => ({ ...met(0, 0, 50 + at), itemRow: bare.at(n).row }));
  const clusters = await clusterEngagements(engagements, parts.space, interestClusters);
  const [found] = interestsOf(clusters, engagements, 60 * DAY_MS, parts);
  expect(found).toMatchObject({ interestId: "like-b1", label: "Bare 1" });
});

test("what is met today joins the cluster it is near to, or makes one of its own", async () => {
  const before = [...often(3, 6, 60), ...often(10, 6, 60)];
  const daily = await clusterEngagements(before, context.space, interestClusters);
  const today = [met(3, 8, TODAY), ...often(20, 3, TODAY, 0)];
  const joined = await joinClusters(dayClusters(daily), [...before, ...today], context, interestClusters);
  expect(joined).toHaveLength(daily.length + 1);
  const home = joined.find(({ itemRows }) => itemRows.includes(met(3, 8, TODAY).itemRow));
  expect(home?.itemRows).toContain(met(3, 0, 60).itemRow);
  expect(joined.at(-1)?.itemRows).toHaveLength(3);
  // The next daily pass agrees.
  const next = await clusterEngagements([...before, ...today], context.space, interestClusters);
  const sets = (clusters: typeof joined): string[] =>
    clusters.map(({ itemRows }) => [...itemRows].sort((left, right) => left - right).join()).sort();
  expect(sets(next)).toEqual(sets(joined));
});

test("a burst over neighbouring topics is one situational journey, a standing interest an evergreen one", async () => {
  const list = [
    ...Array.from({ length: 30 }, (_, n) => met(3, n, 3 * n + 1, "click")),
    ...often(8, 8, 70).map((one) => ({ ...one, action: "save" })),
    ...often(12, 8, 71).map((one) => ({ ...one, action: "purchase" })),
  ].sort((left, right) => left.timestampMs - right.timestampMs);
  const found = await interests(list);
  const journeys = journeysOf(found, list, TODAY * DAY_MS, { catalogue, isUnsaid: () => false });
  expect(journeys.map(({ kind, stage, intent }) => [kind, stage, intent])).toEqual(
    expect.arrayContaining([
      ["evergreen", "ongoing", "exploring"],
      ["situational", "ended", "buying"],
    ]),
  );
  const burst = journeys.find(({ kind }) => kind === "situational");
  expect(burst).toMatchObject({
    name: "Buying field 0",
    interestIds: expect.arrayContaining(["topic-8", "topic-12"]),
  });
  expect(burst?.confidence).toBeGreaterThan(0.8);
  const other = journeysOf([...found].reverse(), list, TODAY * DAY_MS, { catalogue, isUnsaid: () => false });
  expect(other.find(({ kind }) => kind === "situational")?.journeyId).toBe(burst?.journeyId);
});

test("a journey below another of its field is ranked by 0.95 of its share; after four usual gaps of silence one is over", async () => {
  const steady = (topic: number, count: number) =>
    Array.from({ length: count }, (_, n) => met(topic, n, Math.floor((90 * n) / count), "click"));
  const list = [...steady(3, 40), ...steady(7, 30), ...steady(10, 20)].sort(
    (left, right) => left.timestampMs - right.timestampMs,
  );
  const found = await interests(list);
  const shareOf = new Map(found.map(({ interestId, share }) => [interestId, share]));
  const journeys = journeysOf(found, list, TODAY * DAY_MS, { catalogue, isUnsaid: () => false });
  const factors = journeys.map(({ journeyId, score }) => [journeyId, score / shareOf.get(journeyId)!]);
  expect(Object.fromEntries(factors)).toEqual({
    "topic-3": 1,
    "topic-7": expect.closeTo(0.95, 12),
    "topic-10": 1,
  });
  // Silent for 12, 13 and 15 days: more than four usual gaps of 2.25 and of 3 days, and not of 4.5.
  expect(journeys.map(({ stage }) => stage)).toEqual(["ended", "ended", "ongoing"]);
});
