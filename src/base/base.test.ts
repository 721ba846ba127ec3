import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { HistoricalClock } from "./clock.ts";
import { errorCatalogue, PlatformError } from "./errors.ts";
import { mix32, murmur3 } from "./hash.ts";
import { isIsoTime, parseIsoTime } from "./iso-time.ts";
import { Random } from "./random.ts";

test("murmur3 gives the reference vectors (Appleby's SMHasher, as quoted by its many ports)", () => {
  const vectors: [string, number, number][] = [
    ["", 0, 0],
    ["", 1, 0x514e28b7],
    ["", 0xffffffff, 0x81f16f39],
    ["test", 0, 0xba6bd213],
    ["test", 0x9747b28c, 0x704b81dc],
    ["Hello, world!", 0, 0xc0363e43],
    ["Hello, world!", 0x9747b28c, 0x24884cba],
    ["The quick brown fox jumps over the lazy dog", 0, 0x2e4ff723],
    ["The quick brown fox jumps over the lazy dog", 0x9747b28c, 0x2fa826cd],
  ];
  for (const [text, seed, hash] of vectors) expect(murmur3(text, seed), `"${text}" ${seed}`).toBe(hash);
});

test("the finalizer maps different integers to different integers", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (left, right) => {
      expect(mix32(left) === mix32(right)).toBe(left === right);
    }),
  );
});

test("a generator depends on seed and name alone", () => {
  const draw = (seed: number, name: string): number[] => {
    const random = Random.of(seed, name);
    return Array.from({ length: 5 }, () => random.uint32());
  };
  expect(draw(1, "u-1")).toEqual(draw(1, "u-1"));
  expect(draw(1, "u-1")).not.toEqual(draw(2, "u-1"));
  expect(draw(1, "u-1")).not.toEqual(draw(1, "u-2"));
});

test("uniform, normal and exponential draws have their moments", () => {
  const random = new Random(7);
  const mean = (draw: () => number): number => {
    let sum = 0;
    for (let n = 0; n < 100_000; n++) sum += draw();
    return sum / 100_000;
  };
  expect(mean(() => random.uniform())).toBeCloseTo(0.5, 2);
  expect(mean(() => random.normal())).toBeCloseTo(0, 1);
  expect(mean(() => random.normal() ** 2)).toBeCloseTo(1, 1);
  expect(mean(() => random.exponential())).toBeCloseTo(1, 1);
  expect(mean(() => random.integer(10))).toBeCloseTo(4.5, 1);
});

test("a shuffle keeps every element and reaches every order", () => {
  const random = new Random(3);
  const orders = new Set<string>();
  for (let n = 0; n < 500; n++) orders.add(random.shuffle([1, 2, 3]).join());
  expect(orders.size).toBe(6);
  for (const order of orders) expect(order.split(",").sort()).toEqual(["1", "2", "3"]);
});

test("a historical clock moves forward with the events it sees and never back", () => {
  const clock = new HistoricalClock(100);
  clock.observe(50);
  expect(clock.nowMs()).toBe(100);
  clock.observe(150);
  expect(clock.nowMs()).toBe(150);
});

test("docs/errors.md lists exactly the codes of the catalogue, with their status", () => {
  const documented = Array.from(
    readFileSync("docs/errors.md", "utf8").matchAll(/^\| `([a-z-]+)` \| (\d+) \|/gm),
  );
  const catalogue = Object.entries(errorCatalogue).map(([code, { status }]) => [code, String(status)]);
  expect(documented.map(([, code, status]) => [code, status]).sort()).toEqual(catalogue.sort());
  expect(new PlatformError("user-not-found", "no user").status).toBe(404);
});

test("a time is what Date.parse says, for any time and for texts that are nearly one", () => {
  const time = fc
    .date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString());
  const spoilt = fc
    .tuple(time, fc.nat(23), fc.constantFrom(..."0123456789-:.TZ +"))
    .map(([text, at, mark]) => text.slice(0, at) + mark + text.slice(at + 1));
  fc.assert(
    fc.property(fc.oneof(time, spoilt, fc.string()), (text) => {
      expect(parseIsoTime(text)).toBe(Date.parse(text));
    }),
    { numRuns: 5000 },
  );
  for (const text of ["2024-02-30T00:00:00.000Z", "2024-01-01T24:00:00.000Z", "2024-01-01T23:60:00.000Z"])
    expect(parseIsoTime(text)).toBe(Date.parse(text));
});

test("a time with its zone is one when there is such a day and such an hour", () => {
  const times = ["2024-02-29T00:00:00Z", "2026-12-31t23:59:59.123456z", "2026-01-01T10:00:00+05:30"];
  for (const text of [...times, "2026-01-01T10:00:00-0800", "2000-02-29T00:00:00Z", "0001-01-31T00:00:00Z"]) {
    expect(isIsoTime(text), text).toBe(true);
    expect(Date.parse(text), text).not.toBeNaN();
  }
  const days = [
    "2026-02-29",
    "2026-02-30",
    "2026-04-31",
    "1900-02-29",
    "2026-01-32",
    "2026-01-00",
    "2026-13-01",
    "2026-19-10",
  ];
  for (const day of days) expect(isIsoTime(`${day}T00:00:00Z`), day).toBe(false);
  const hours = [
    "24:00:00Z",
    "29:00:00Z",
    "10:60:00Z",
    "23:59:60Z",
    "10:00Z",
    "10:00:00",
    "10:00:00.Z",
    "10:00:00+05",
    "10:00:00+99:99",
  ];
  for (const hour of hours) expect(isIsoTime(`2026-01-01T${hour}`), hour).toBe(false);
  for (const text of [
    "",
    "2026-01-01",
    "2026-01-01 10:00:00Z",
    " 2026-01-01T10:00:00Z",
    "+002026-01-01T10:00:00Z",
    "yesterday",
  ])
    expect(isIsoTime(text), text).toBe(false);
});
