import { expect, test } from "vitest";
import {
  countOf,
  formatAgo,
  formatBefore,
  formatBytes,
  formatMs,
  formatProbability,
  formatScore,
  formatShare,
  formatShort,
  formatSpan,
  joinWords,
} from "./format.ts";

test.each([
  [0, "0"],
  [7.5, "7.5"],
  [2.5, "2.5"],
  [999, "999"],
  [1000, "1.0k"],
  [12_345, "12k"],
  [999_600, "1.0M"],
  [1_234_567, "1.2M"],
  [-2500, "-2.5k"],
])("%d is short for %s", (count, text) => {
  expect(formatShort(count)).toBe(text);
});

test.each([
  [0.001, "< 0.01"],
  [0.5, "0.50"],
  [0.856, "0.86"],
  [0.9995, "> 0.99"],
])("the probability %d reads %s", (probability, text) => {
  expect(formatProbability(probability)).toBe(text);
});

test.each([
  [0, "0 %"],
  [0.0004, "< 0.1 %"],
  [0.004, "0.4 %"],
  [0.345, "35 %"],
  [1, "100 %"],
])("the share %d reads %s", (share, text) => {
  expect(formatShare(share)).toBe(text);
});

test.each([
  [null, "–"],
  [0.4, "0.40 ms"],
  [2.41, "2.4 ms"],
  [37.2, "37 ms"],
  [2400, "2.4 s"],
])("%d ms reads %s", (ms, text) => {
  expect(formatMs(ms)).toBe(text);
});

test("spans go from seconds to days, and one day is one", () => {
  const day = 86_400_000;
  expect([40_000, 12 * 60_000, 5 * 3_600_000, day, 41 * day, -day].map(formatSpan)).toEqual([
    "40 s",
    "12 min",
    "5 h",
    "1 day",
    "41 days",
    "1 day",
  ]);
  expect(formatAgo("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z")).toBe("now");
  expect(formatAgo("2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z")).toBe("2 days ago");
});

test("words are joined and counted as in a sentence", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(joinWords)).toEqual(["", "a", "a and b", "a, b and c"]);
  expect([countOf(1, "event"), countOf(1200, "event"), countOf(2, "person", "people")]).toEqual([
    "1 event",
    "1,200 events",
    "2 people",
  ]);
  expect([0.127289, 0.00453, 12.5, 123_456].map(formatScore)).toEqual(["0.127", "0.00453", "12.5", "123k"]);
});

test.each([
  [950, "950 B"],
  [1000, "1.0 kB"],
  [66_700_000, "67 MB"],
])("%d bytes read %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test("before a moment that is looked at, not before now", () => {
  expect(formatBefore("2026-01-01T00:00:00Z", "2026-01-16T00:00:00Z")).toBe("15 days before");
  expect(formatBefore("2026-01-16T00:00:00Z", "2026-01-16T00:00:00Z")).toBe("then");
});
