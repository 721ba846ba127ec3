import { expect, test } from "vitest";
import type { PulseResponse } from "#api";
import { busiestNames, changeSentence, pulseFaults, pulseSentence, rateOf } from "./pulse-words.ts";

const version = { name: "ease", version: "0001", dataUntil: "2026-01-01T00:00:00Z" };

function pulse(
  perSecond: readonly Readonly<Record<string, number>>[],
  given: Partial<PulseResponse> = {},
): PulseResponse {
  return {
    ...{
      now: "",
      startedAt: "",
      fault: null,
      lagRecords: 0,
      items: 0,
      latencies: [],
      rejections: {},
      latest: [],
      changes: [],
    },
    seconds: perSecond.map((events, at) => ({ at, events, rejected: 0, requests: 0, errors: 0 })),
    freshness: { count: 0, p50: null, p99: null },
    recommendations: { personal: 0, coldStart: 0 },
    models: { personal: version, coldStart: version },
    ...given,
  };
}

test("the rate is that of the last ten whole seconds: the newest is still filling", () => {
  const seconds = [
    ...Array.from({ length: 20 }, (_, n) => ({ save: n < 9 ? 1000 : 30, view: 12 })),
    { save: 1 },
  ];
  expect(rateOf(pulse(seconds).seconds)).toBe(42);
});

test("one sentence says what goes on, quiet, slow, quick or broken", () => {
  expect(pulseSentence(pulse([{}, {}]))).toBe("Nothing is coming in");
  expect(pulseSentence(pulse([{ save: 1 }, {}, {}]))).toBe("1 event in two minutes");
  const busy = Array.from({ length: 12 }, () => ({ save: 42 }));
  const freshness = { count: 9, p50: 1, p99: 2.41 };
  expect(pulseSentence(pulse(busy, { freshness }))).toBe(
    "42 events a second, readable 2.4 ms after they arrive",
  );
  expect(pulseSentence(pulse(busy, { fault: "the disk is full" }))).toBe("Not serving: the disk is full");
});

test("names come by how often they came, and faults are counted", () => {
  const { seconds } = pulse([
    { a: 1, b: 5 },
    { c: 9, a: 1, others: 50 },
  ]);
  expect(busiestNames(seconds, 2)).toEqual(["c", "b"]);
  expect(pulseFaults(pulse([{}]))).toEqual([]);
  const rejecting = [{ at: 0, events: {}, rejected: 3, requests: 9, errors: 1 }];
  const times = { count: 9, p50: 1, p99: 2 };
  const latencies = [
    { route: "GET /v1/map", ...times, errors: 0 },
    { route: "GET /v1/models", ...times, errors: 1 },
  ];
  const at = "2026-01-01T12:00:00Z";
  const changes = [
    { at, model: "ease@0003", kind: "refused" as const, reason: "it is torn" },
    { at, model: "ranker@0002", kind: "in-service" as const },
    { at, model: "ranker@0001", kind: "refused" as const },
  ];
  expect(pulseFaults(pulse([], { seconds: rejecting, latencies, changes, fault: "stuck" }))).toEqual([
    "stuck",
    "1 answer failed in the last five minutes: GET /v1/models",
    "3 events rejected in the last two minutes",
    expect.stringMatching(/^ease@0003 was refused at .*: it is torn$/),
  ]);
});

test("a model that came, went or was refused is told in a sentence", () => {
  const change = { at: "2026-01-01T12:00:00Z", model: "ease@0002" };
  expect(changeSentence({ ...change, kind: "in-service" })).toMatch(/^ease@0002 answers since /);
  expect(changeSentence({ ...change, kind: "out-of-service" })).toMatch(/^ease@0002 answers no more /);
  expect(changeSentence({ ...change, kind: "refused", reason: "it is torn" })).toMatch(/: it is torn$/);
});
