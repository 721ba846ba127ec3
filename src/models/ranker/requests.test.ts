import { expect, test } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "#base";
import type { Interactions } from "#sequences";
import { actsOf, headsOf } from "./acts.ts";
import { requestsOf } from "./requests.ts";

const start = 20_000 * DAY_MS;
const at = (...minutes: number[]): Float64Array => Float64Array.from(minutes, (n) => start + n * MINUTE_MS);
const sizes = { userCount: 1, itemCount: 10 };
const unknown = (name: string): Error => new Error(name);

/** Shown items 1, 2, 3, later 2 and 4; item 2 saved after the first list and again after the second, 3 hidden, 4 saved too late. */
const data: Interactions = {
  ...sizes,
  offsets: Uint32Array.of(0, 3),
  itemRows: Uint32Array.of(2, 2, 4),
  weights: Float32Array.of(2, 2, 2),
  timestampsMs: at(5, 65, 600),
  actions: Uint8Array.of(1, 1, 1),
  surfaces: Uint8Array.of(1, 1, 1),
  actionNames: ["", "save", "hide"],
  impressions: {
    ...sizes,
    offsets: Uint32Array.of(0, 5),
    itemRows: Uint32Array.of(1, 2, 3, 2, 4),
    timestampsMs: at(0, 1, 2, 60, 61),
    surfaces: Uint8Array.of(1, 1, 1, 1, 1),
    slates: Uint32Array.of(7, 7, 7, 8, 8),
    abouts: Uint32Array.of(0, 2, 0, 0, 0),
    conditions: [undefined, { kind: "topic", topic: "other" }, { kind: "topic", topic: "green" }],
  },
  rejections: {
    ...sizes,
    offsets: Uint32Array.of(0, 1),
    itemRows: Uint32Array.of(3),
    timestampsMs: at(6),
    actions: Uint8Array.of(2),
    surfaces: Uint8Array.of(1),
  },
};

const heads = {
  names: ["save", "hide"],
  headOf: new Map([
    [1, 0],
    [2, 1],
  ]),
  strengths: Float32Array.of(2, -2),
};
const options = {
  ...{ heads, outcomeHours: 1, negatives: 2, popularNegatives: 0, negativeHours: 0 },
  ...{ maxRequests: 100, from: { ms: Number.NEGATIVE_INFINITY, share: 0 }, seed: 1 },
};

test("an act counts for the last time its item was shown, within the time given; a list knows only what came before", () => {
  const requests = requestsOf(data, actsOf(data), options);
  expect([...requests.offsets]).toEqual([0, 3, 5]);
  expect([...requests.candidates]).toEqual([1, 2, 3, 2, 4]);
  expect([...requests.labels]).toEqual([0, 0, 1, 0, 0, 1, 1, 0, 0, 0]);
  expect([...requests.actsBefore]).toEqual([0, 2]); // the save and the hide of the first list
  expect([...requests.timesMs]).toEqual([start, start + HOUR_MS]);
  expect([...requests.abouts]).toEqual([2, 0]); // one impression of a list says what all of it is about
});

test("rejections stand among the acts by time, and weigh nothing", () => {
  const acts = actsOf(data);
  expect([...acts.itemRows]).toEqual([2, 3, 2, 4]);
  expect([...acts.weights!]).toEqual([2, 0, 2, 2]);
  expect([...acts.actions!]).toEqual([1, 2, 1, 1]);
});

test("heads are the actions there is enough of, hides counting against the strongest", () => {
  const many = {
    ...actsOf(data),
    itemRows: new Uint32Array(50),
    weights: new Float32Array(50).fill(3, 0, 25),
    actions: new Uint8Array(50).fill(1, 0, 25).fill(2, 25),
  };
  expect(headsOf(many, "", unknown)).toEqual({
    names: ["save", "hide"],
    headOf: heads.headOf,
    strengths: Float32Array.of(3, -3),
  });
  expect(headsOf(many, "hide", unknown).names).toEqual(["hide"]);
  expect(() => headsOf(many, "buy", unknown)).toThrow("buy");
});

test("where nobody knows what was shown, items that were there by then and are not the person's stand beside each that was", () => {
  const people: Interactions = {
    userCount: 2,
    itemCount: 10,
    offsets: Uint32Array.of(0, 3, 7),
    itemRows: Uint32Array.of(0, 0, 1, 2, 3, 4, 5),
    timestampsMs: at(10, 20, 500, 0, 1, 400, 600),
  };
  const one = { names: ["engagement"], headOf: new Map([[0, 0]]), strengths: Float32Array.of(1) };
  const requests = requestsOf(people, actsOf(people), { ...options, heads: one });
  expect([...requests.users]).toEqual([0, 0, 1, 1, 1, 1]); // item 0 twice within the hour is one request
  for (const [request, timeMs] of requests.timesMs.entries()) {
    const [first, ...others] = requests.candidates.subarray(
      requests.offsets[request]!,
      requests.offsets[request + 1]!,
    );
    const user = requests.users[request]!;
    const own = people.itemRows.subarray(people.offsets[user]!, people.offsets[user + 1]!);
    expect(own).toContain(first);
    for (const item of others) {
      expect(own).not.toContain(item);
      expect(people.timestampsMs![people.itemRows.indexOf(item)]!).toBeLessThanOrEqual(timeMs);
    }
  }
});

test("drawn items can be held to what others engaged with at about the same time", () => {
  const people: Interactions = {
    userCount: 2,
    itemCount: 40,
    offsets: Uint32Array.of(0, 1, 40),
    itemRows: Uint32Array.from({ length: 40 }, (_, item) => item),
    timestampsMs: Float64Array.from({ length: 40 }, (_, item) => start + (item === 0 ? 20 : item) * HOUR_MS),
  };
  const one = { names: ["engagement"], headOf: new Map([[0, 0]]), strengths: Float32Array.of(1) };
  const drawn = { ...options, heads: one, negatives: 30, popularNegatives: 1, negativeHours: 3 };
  const { candidates, offsets } = requestsOf(people, actsOf(people), drawn);
  const others = new Set(candidates.subarray(1, offsets[1]!)); // beside item 0, at hour 20
  expect([...others].sort((left, right) => left - right)).toEqual([18, 19, 20, 21, 22, 23]);
});

test("where nobody knows when anything was, requests are made of the newest acts of each person", () => {
  const acts = {
    ...{ userCount: 2, itemCount: 10, offsets: Uint32Array.of(0, 5, 8) },
    itemRows: Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
    actions: new Uint8Array(8).fill(1),
  };
  const { users, actsBefore } = requestsOf(acts, acts, {
    ...options,
    from: { ms: Number.NEGATIVE_INFINITY, share: 0.6 },
  });
  expect([...users]).toEqual([0, 0, 1]);
  expect([...actsBefore]).toEqual([3, 4, 2]);
});
