import fc from "fast-check";
import { expect, test } from "vitest";
import { HistoricalClock, MINUTE_MS, SystemClock } from "#base";
import { happenedAt, receiptOf } from "./happened-at.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const atNow = { atMs: NOW, isByWallClock: true };
const iso = (ms: number): string => new Date(ms).toISOString();
const at = (time: string): string => `2026-03-01T${time}Z`;

test.each([
  // A phone ten minutes slow: it says 11:40, and sends at 11:45 what is received at 12:00.
  [{ originalTimestamp: at("11:40:00"), sentAt: at("11:45:00") }, at("11:55:00.000")],
  [{ timestamp: at("11:40:00"), sentAt: at("11:45:00") }, at("11:55:00.000")],
  // A day fast.
  [{ timestamp: "2026-03-02T11:59:00Z", sentAt: "2026-03-02T12:00:00Z" }, at("11:59:00.000")],
  // A device whose clock begins at 1970.
  [{ timestamp: "1970-01-01T00:05:00Z", sentAt: "1970-01-01T00:06:00Z" }, at("11:59:00.000")],
  // A request on its way for a minute is not a wrong clock; a millisecond more is.
  [{ timestamp: at("11:40:00"), sentAt: at("11:59:00") }, at("11:40:00.000")],
  [{ timestamp: at("11:40:00"), sentAt: at("11:58:59.999") }, at("11:41:00.001")],
  [{ timestamp: at("11:40:00"), sentAt: at("12:01:00") }, at("11:40:00.000")],
  // What Segment's formula is for takes the way for the clock, however short.
  [{ originalTimestamp: at("11:40:00"), sentAt: at("11:59:59.500") }, at("11:40:00.500")],
  // From a database, years later, by a right clock.
  [{ timestamp: "2019-01-01T00:00:00Z", sentAt: at("11:59:59") }, "2019-01-01T00:00:00.000Z"],
  // Corrected before, or said by somebody who knows.
  [
    { timestamp: at("11:00:00"), originalTimestamp: at("10:00:00"), sentAt: at("10:30:00") },
    at("11:00:00.000"),
  ],
  // The same bytes tried again for an hour: nobody can tell them from a clock that is an hour slow.
  [{ timestamp: at("10:59:00"), sentAt: at("11:00:00") }, at("11:59:00.000")],
])("%o, received at 12:00, happened at %s", (times, expected) => {
  expect(iso(happenedAt(times, atNow).ms)).toBe(expected);
});

test("whatever a sender's clock is off by, what it tells of happened when it did, to what a request takes", () => {
  const situation = fc.record({
    offMs: fc.integer({ min: -1e11, max: 1e11 }),
    agoMs: fc.integer({ min: 0, max: 1e9 }),
    onItsWayMs: fc.integer({ min: 0, max: 5000 }),
    field: fc.constantFrom("timestamp", "originalTimestamp"),
  });
  fc.assert(
    fc.property(situation, ({ offMs, agoMs, onItsWayMs, field }) => {
      const sentMs = NOW - onItsWayMs;
      const times = { [field]: iso(sentMs - agoMs + offMs), sentAt: iso(sentMs + offMs) };
      const { ms } = happenedAt(times, atNow);
      const wrongByMs = Math.abs(ms - (sentMs - agoMs));
      expect(wrongByMs).toBeLessThanOrEqual(Math.abs(offMs) < MINUTE_MS ? MINUTE_MS : onItsWayMs);
    }),
    { seed: 1 },
  );
});

test("a clock that stands where the data does is no measure of a sender's", () => {
  const clock = new HistoricalClock(Date.parse("2016-01-01T00:00:00Z"));
  const times = { timestamp: at("11:40:00"), sentAt: at("11:59:00") };
  const receipt = receiptOf(times, clock, clock.nowMs());
  expect(receipt).toEqual({ atMs: Date.parse(at("11:40:00")), isByWallClock: false });
  expect(iso(happenedAt(times, receipt).ms)).toBe(at("11:40:00.000"));
  expect(receiptOf(times, new SystemClock(), NOW)).toEqual(atNow);
});
