import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { HistoricalClock } from "./clock.ts";
import { errorCatalogue, PlatformError } from "./errors.ts";
import { mix32, murmur3 } from "./hash.ts";
import { parseIsoTime } from "./iso-time.ts";
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
