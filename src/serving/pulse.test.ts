import { expect, test } from "vitest";
import { Pulse } from "./pulse.ts";

/** A pulse on a clock that is set by hand. */
function pulseAt(startMs: number) {
  const clock = { nowMs: startMs };
  return { clock, pulse: new Pulse(() => clock.nowMs) };
}

const saved = { type: "track", event: "save", userId: "u" };

test("seconds are told without a gap, also those in which nothing came", () => {
  const { clock, pulse } = pulseAt(1_000_000);
  pulse.countEvents([saved, saved, { ...saved, event: "view" }], 2);
  clock.nowMs += 3000;
  pulse.countEvents([saved], 0);
  const { seconds } = pulse.read();
  expect(seconds.map(({ at }) => at)).toEqual(Array.from({ length: 120 }, (_, n) => 1003 - 119 + n));
  expect(seconds.slice(-4).map(({ events }) => events)).toEqual([{ save: 2, view: 1 }, {}, {}, { save: 1 }]);
  expect(seconds.at(-4)!.rejected).toBe(2);
});

test("what is older than two minutes is forgotten", () => {
  const { clock, pulse } = pulseAt(1_000_000);
  pulse.countEvents([saved], 0);
  clock.nowMs += 120_000;
  expect(pulse.read().seconds.every(({ events }) => Object.keys(events).length === 0)).toBe(true);
});

test("p50 and p99 are those of a hundred known durations, and older than five minutes none count", () => {
  const { clock, pulse } = pulseAt(0);
  for (let ms = 100; ms >= 1; ms--) pulse.countRequest("GET /x", { isFailure: false, ms });
  expect(pulse.read().latencies).toEqual([{ route: "GET /x", count: 100, p50: 51, p99: 100, errors: 0 }]);
  clock.nowMs += 300_001;
  expect(pulse.read().latencies).toEqual([]);
  expect(pulse.read().freshness).toEqual({ count: 0, p50: null, p99: null });
});

test("a route that fails is told to fail, the busiest comes first, and lists are counted by the way they were made", () => {
  const { clock, pulse } = pulseAt(0);
  pulse.countRequest("GET /a", { isFailure: true, ms: 1 });
  pulse.countRequest("GET /b", { isFailure: false, ms: 1 });
  pulse.countRequest("GET /b", { isFailure: false, ms: 1 });
  pulse.countRecommendation("personal");
  const { latencies, seconds, recommendations } = pulse.read();
  expect(latencies.map(({ route, errors }) => [route, errors])).toEqual([
    ["GET /b", 0],
    ["GET /a", 1],
  ]);
  expect(seconds.at(-1)).toMatchObject({ requests: 3, errors: 1 });
  expect(recommendations).toEqual({ personal: 1, coldStart: 0 });
  clock.nowMs += 300_001;
  pulse.countRequest("GET /a", { isFailure: false, ms: 1 });
  expect(pulse.read().latencies).toMatchObject([{ route: "GET /a", count: 1, errors: 0 }]);
});

test("of a million events it keeps the newest two dozen", () => {
  const { pulse } = pulseAt(0);
  for (let n = 0; n < 1000; n++)
    pulse.countEvents(
      Array.from({ length: 1000 }, () => saved),
      0,
    );
  pulse.countEvents([{ ...saved, userId: "last" }], 0);
  const { latest } = pulse.read();
  expect(latest).toHaveLength(24);
  expect(latest[0]).toEqual({ receivedAt: "1970-01-01T00:00:00.000Z", userId: "last", name: "save" });
});

test("of a sender who names every event otherwise, a hundred names of a second are told apart", () => {
  const { pulse } = pulseAt(0);
  pulse.countEvents([saved], 0);
  for (let n = 0; n < 10; n++)
    pulse.countEvents(
      Array.from({ length: 100 }, (_, m) => ({ ...saved, event: `viewed product ${100 * n + m}` })),
      0,
    );
  pulse.countEvents([saved], 0);
  const { events } = pulse.read().seconds.at(-1)!;
  expect(Object.keys(events)).toHaveLength(101);
  expect(events).toMatchObject({ save: 2, "viewed product 98": 1, others: 901 });
});

test("what models took is told by version, of those that were asked, however long ago", () => {
  const { clock, pulse } = pulseAt(0);
  for (let ms = 1; ms <= 100; ms++) pulse.countModels({ modelMs: new Map([["ease@0001", ms]]) });
  clock.nowMs += 400_000;
  pulse.countModels({ modelMs: new Map([["popularity@0001", 2]]) });
  expect(pulse.modelLatencies()).toEqual({
    "ease@0001": { count: 100, p50: 51, p99: 100 },
    "popularity@0001": { count: 1, p50: 2, p99: 2 },
  });
});
