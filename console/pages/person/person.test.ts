import { describe, expect, test } from "vitest";
import type { UserResponse } from "#api";
import type { ItemMap } from "../../words/item-map.ts";
import { climbOf, compareTopics, earlierOf, sharedCount } from "./differences.ts";
import { shareBelow } from "./feature-place.ts";
import { imaginable } from "./imaginable.ts";
import {
  densityOf,
  interestOf,
  lanesOf,
  type Moment,
  mainTopics,
  momentsOf,
  momentsUntil,
  ribbonsOf,
  surfacesOf,
  visitsOf,
} from "./moments.ts";
import { circleAround, topicPlaces, visitedItems } from "./place-person.ts";
import { driverWords, partBelow, peopleWords } from "./prediction-words.ts";
import { countsSentence, growingTopic, summaryOf, usualHours } from "./summary.ts";
import { panBy, ticksOf, zoomAt } from "./view.ts";

/** @file What is said of a person, on people whose right answer can be told. */

const DAY_MS = 86_400_000;
const start = new Date(2026, 0, 1, 20).getTime(); // eight in the evening, wherever the test runs

function moment(ms: number, action: string, topic?: string, surface = "home"): Moment {
  const id = `${ms}-${action}`;
  const event = { eventId: id, action, timestamp: new Date(ms).toISOString(), surface };
  return { id, ms, event: { ...event, ...(topic !== undefined && { tags: [topic] }) }, topic };
}

/** Photography every evening for thirty days, ceramics on the last five, and what was only seen. */
const life: readonly Moment[] = Array.from({ length: 30 }, (_, day) => [
  moment(start + day * DAY_MS, "save", "photography"),
  moment(start + day * DAY_MS + 60_000, "impression", "news"),
  ...(day >= 25 ? [moment(start + day * DAY_MS + 120_000, "click", "ceramics", "search")] : []),
]).flat();

function user(given: Partial<UserResponse>): UserResponse {
  const time = new Date(start + 29 * DAY_MS + 200_000).toISOString();
  return {
    ...{
      userId: "u",
      ids: ["u"],
      traits: {},
      firstSeen: time,
      lastSeen: time,
      eventCount: 65,
      engagementCount: 65,
    },
    ...{
      counts: { save: 30, click: 5, impression: 30 },
      topics: [],
      latest: [],
      asOf: time,
      computedAt: time,
    },
    ...{ version: "1", completeness: 1, ...given },
  };
}

const topic = (name: string, share: number, path = [name]) => ({
  ...{ topic: name, path, share },
  ...{ eventCount: 1, evidence: [] },
});

type Interest = NonNullable<UserResponse["interests"]>["interests"][number];

test("what may be imagined begins with what the person does, what says most of their wishes first", () => {
  const declared = Object.fromEntries(
    Object.entries({ impression: 0, view: 1, like: 2, save: 2.5, hide: 0 }).map(([name, strength]) => [
      name,
      { "x-kind": name === "impression" ? "impression" : "positive", "x-strength": strength },
    ]),
  );
  expect(imaginable(declared, { view: 9, impression: 40, hide: 1, like: 2, other: 1 })).toEqual([
    "like",
    "view",
    "hide",
    "save",
  ]);
  expect(imaginable(declared, {})).toEqual(["view", "like", "save", "hide"]);
});

test("a person is compared with a week before, or with the middle of a shorter time", () => {
  const [firstSeen, lastSeen] = ["2026-01-01T00:00:00.000Z", "2026-01-31T00:00:00.000Z"];
  expect(earlierOf({ firstSeen, lastSeen, asOf: null })).toBe("2026-01-24T00:00:00.000Z");
  expect(earlierOf({ firstSeen, lastSeen, asOf: "2026-01-03T00:00:00.000Z" })).toBe(
    "2026-01-02T00:00:00.000Z",
  );
});

test("a value's place is the part of people whose bar lies below it", () => {
  const spread = { bounds: [-0.5, 0.5, 1.5, 2.5], now: [0.5, 0.3, 0.2] };
  expect([0, 1, 2, 9].map((value) => shareBelow(value, spread))).toEqual([0, 0.5, 0.8, 1]);
  expect(shareBelow(1, { bounds: [0, 1], now: [0] })).toBe(0);
});

describe("the sentence", () => {
  test("names what they do with what, what grows, and when", () => {
    const topics = [
      topic("photography", 0.8),
      topic("film", 0.3, ["photography", "film"]),
      topic("ceramics", 0.2),
    ];
    expect(summaryOf(user({ topics }), life)).toBe(
      "Saves photography; ceramics is growing; mostly from 15:00 to 21:00 your time",
    );
  });

  test("goes by interests where there are any, so that it says what the list says", () => {
    const interest = (label: string, lifecycle: string) => ({ label, lifecycle }) as Interest; // what the sentence reads
    const interests = { interests: [interest("film", "habit"), interest("tea", "growing")] };
    const said = user({
      topics: [topic("photography", 0.8)],
      interests: interests as UserResponse["interests"] & object,
    });
    expect(summaryOf(said, life)).toBe("Saves film; tea is growing; mostly from 15:00 to 21:00 your time");
  });

  test("says so when there is little to say", () => {
    expect(summaryOf(user({ engagementCount: 0 }), [])).toBe("Known, but has not engaged with anything yet");
    expect(summaryOf(user({ engagementCount: 3 }), [])).toBe("3 engagements, none with a topic");
    expect(summaryOf(user({ topics: [topic("tea", 1)], counts: { juggle: 3 } }), [])).toBe(
      "Engages with tea",
    );
  });

  test("nothing grows that was always there, nor on two events", () => {
    const now = start + 30 * DAY_MS;
    expect(
      growingTopic(
        life.filter((one) => one.topic !== "ceramics"),
        now,
      ),
    ).toBeUndefined();
    expect(growingTopic(life, now)).toBe("ceramics");
    const few = life.filter(({ topic: name, ms }) => name !== "ceramics" || ms >= start + 28 * DAY_MS);
    expect(growingTopic(few, now)).toBeUndefined();
  });

  test("up to a moment there is what happened by then, the moment included, and without one all of it", () => {
    const at = (ms: number) => momentsUntil(life, new Date(ms).toISOString());
    expect(at(life[7]!.ms)).toEqual(life.slice(0, 8));
    expect(at(life[7]!.ms - 1)).toEqual(life.slice(0, 7));
    expect(at(life[0]!.ms - 1)).toEqual([]);
    expect(at(life.at(-1)!.ms)).toBe(life);
    expect(momentsUntil(life, undefined)).toBe(life);
  });

  test("whoever comes at any hour has no usual hours", () => {
    const spread = Array.from({ length: 48 }, (_, n) => moment(start + n * 3_600_000, "save", "tea"));
    expect(usualHours(spread)).toBeUndefined();
    expect(usualHours(life.slice(0, 5))).toBeUndefined();
  });

  test("counts are told the most frequent first, impressions as what they were out of", () => {
    expect(countsSentence({ save: 2, click: 16, identify: 1, impression: 1200 })).toBe(
      "16 clicks and 2 saves, of 1,200 impressions",
    );
    expect(countsSentence({ impression: 1 })).toBe("1 impression");
  });
});

describe("moments", () => {
  test("come oldest first, in lanes from the rarest to impressions", () => {
    const events = life.map(({ event }) => event).reverse();
    expect(momentsOf(events).map(({ id }) => id)).toEqual(life.map(({ id }) => id));
    expect(lanesOf(life)).toEqual([
      { action: "click", count: 5 },
      { action: "save", count: 30 },
      { action: "impression", count: 30 },
    ]);
    expect(surfacesOf(life)).toEqual(["home", "search"]);
    expect(mainTopics(life, 5)).toEqual(["photography", "ceramics"]);
  });

  test("make a visit until half an hour passes", () => {
    expect(visitsOf(life)).toHaveLength(30);
    expect(visitsOf([moment(0, "save"), moment(1_799_999, "save"), moment(3_700_000, "save")])).toEqual([
      [0, 1_799_999],
      [3_700_000, 3_700_000],
    ]);
  });

  test("ribbons are shares: they sum to one where every topic is drawn, and follow what changed", () => {
    const bounds = { fromMs: start, toMs: start + 30 * DAY_MS, bins: 60 };
    const [photography, ceramics] = ribbonsOf(life, ["photography", "ceramics"], bounds);
    for (let bin = 0; bin < 60; bin++) expect(photography![bin]! + ceramics![bin]!).toBeCloseTo(1, 10);
    expect(ceramics![5]).toBeLessThan(0.001);
    expect(ceramics![57]).toBeCloseTo(0.5, 1);
    expect(ribbonsOf([], ["tea"], bounds)[0]!.every((share) => share === 0)).toBe(true);
  });
});

describe("the view", () => {
  const bounds = { fromMs: 0, toMs: 100 * DAY_MS };

  test("zooms around the pointer, and back to all", () => {
    const near = zoomAt(bounds, 25 * DAY_MS, 4, bounds);
    expect(near.toMs - near.fromMs).toBe(25 * DAY_MS);
    expect((25 * DAY_MS - near.fromMs) / (near.toMs - near.fromMs)).toBeCloseTo(0.25);
    expect(zoomAt(near, 25 * DAY_MS, 0.001, bounds)).toEqual(bounds);
  });

  test("never leaves the bounds, nor goes below a minute", () => {
    const near = zoomAt(bounds, 0, 1e9, bounds);
    expect(near).toEqual({ fromMs: 0, toMs: 60_000 });
    expect(panBy(near, -1e12, bounds)).toEqual(near);
    expect(panBy(near, 1e12, bounds)).toEqual({ fromMs: 100 * DAY_MS - 60_000, toMs: 100 * DAY_MS });
  });

  test.each([60_000, 3_600_000, DAY_MS, 30 * DAY_MS, 3000 * DAY_MS])(
    "writes a few round times on %d ms",
    (span) => {
      const view = { fromMs: start, toMs: start + span };
      const ticks = ticksOf(view, 10);
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThanOrEqual(11);
      for (const { ms } of ticks) expect(ms >= view.fromMs && ms <= view.toMs).toBe(true);
    },
  );
});

test("differences name every topic of either side, and how far an item climbed", () => {
  const before = [topic("a", 0.5, []), topic("b", 0.2, [])];
  const after = [topic("b", 0.25, []), topic("c", 0.4, [])];
  expect(compareTopics(before, after)).toEqual([
    { topic: "a", before: 0.5, after: 0 },
    { topic: "c", before: 0, after: 0.4 },
    { topic: "b", before: 0.2, after: 0.25 },
  ]);
  const items = ["x", "y", "z"].map((itemId) => ({ itemId }));
  expect([climbOf("z", 0, items), climbOf("x", 2, items), climbOf("new", 0, items)]).toEqual([2, -2, "new"]);
  expect(sharedCount(items, [{ itemId: "y" }, { itemId: "q" }])).toBe(1);
});

test("drivers are told the strongest first, with their sign", () => {
  const drivers = [
    { name: "a_b", effect: 0.1 },
    { name: "c", effect: -2 },
    { name: "d", effect: 0.01 },
  ];
  expect(driverWords(drivers, 2)).toBe("− c, + a b");
});

test("an event is of the interest its item names, else of one that shares a narrower topic, else of its first tag", () => {
  const interests = [
    { label: "sourdough", path: ["baking", "bread", "sourdough"] },
    { label: "hiking", path: ["outdoors", "hiking"] },
  ];
  expect(interestOf(["outdoors", "hiking"], interests)).toBe("hiking");
  expect(interestOf(["baking", "bread", "rye"], interests)).toBe("sourdough");
  expect(interestOf(["baking", "cakes"], interests)).toBeUndefined();
  const [first] = momentsOf([{ ...life[0]!.event, tags: ["baking", "cakes"] }], interests);
  expect(first?.topic).toBe("baking");
});

test("the part of people below is counted from the bins, evenly within one", () => {
  expect(partBelow([], 0.5)).toBe(0);
  expect(partBelow([10, 0, 30, 0], 0.5)).toBe(0.25);
  expect(partBelow([10, 0, 30, 0], 0.625)).toBeCloseTo(0.625);
  expect(partBelow([1, 1], 1)).toBeCloseTo(1);
  expect(partBelow([1, 1], 0)).toBe(0);
  expect([0.34, 0.997, 1].map(peopleWords)).toEqual([
    "34 % of people",
    "nearly everybody",
    "nearly everybody",
  ]);
});

describe("on the map", () => {
  const map: ItemMap = {
    version: "1",
    itemIds: ["a", "b", "c", "d"],
    xs: Float32Array.of(0, 1, 2, 9),
    ys: Float32Array.of(0, 2, 4, 9),
    topic: Int16Array.of(0, 0, 0, -1),
    topics: ["tea"],
    indexOf: new Map([
      ["a", 0],
      ["b", 1],
    ]),
  };

  test("an item is there once, with how often and when last; one laid out later is left out", () => {
    const at = (itemId: string, timestamp: string) => ({ itemId, timestamp, interestId: "t", x: 0, y: 0 });
    const own = { engagements: [at("a", "3"), at("z", "2"), at("a", "1")] } as unknown as Parameters<
      typeof visitedItems
    >[0];
    expect(visitedItems(own, map)).toEqual([
      { index: 0, itemId: "a", interestId: "t", timestamp: "3", times: 2 },
    ]);
  });

  test("a circle has most of its points in it and is not stretched by one far away", () => {
    const points = [
      ...Array.from({ length: 9 }, (_, n) => ({ x: n % 3, y: Math.floor(n / 3) })),
      { x: 100, y: 100 },
    ];
    const { x, y, radius } = circleAround(points, 0.1);
    expect([x, y].every((middle) => middle >= 1 && middle <= 2)).toBe(true);
    expect(
      points.filter((point) => Math.hypot(point.x - x, point.y - y) <= radius).length,
    ).toBeGreaterThanOrEqual(8);
    expect(radius).toBeLessThan(3);
    expect(circleAround([{ x: 1, y: 1 }], 0.5)).toEqual({ x: 1, y: 1, radius: 0.5 });
  });

  test("how much was done when is told in parts of the time, the fullest 1", () => {
    const moments = [0, 1, 2, 3, 9, 10].map((ms) => moment(ms, "save"));
    expect(densityOf(moments, { fromMs: 0, toMs: 10, bins: 5 })).toEqual([1, 1, 0, 0, 1]);
    expect(densityOf(moments.slice(3), { fromMs: 0, toMs: 20, bins: 2 })).toEqual([1, Math.SQRT1_2]);
    expect(densityOf([], { fromMs: 0, toMs: 1, bins: 2 })).toEqual([0, 0]);
  });

  test("a topic is named amid its items", () => {
    expect(topicPlaces(map, 2)).toEqual([{ label: "tea", items: 3, x: 1, y: 2 }]);
    expect(topicPlaces(map, 4)).toEqual([]);
  });
});
