import { expect, test } from "vitest";
import { DAY_MS } from "#base";
import { factCount, writeFacts } from "./facts.ts";
import { ItemStatistics } from "./item-statistics.ts";

test("asked about the past, what is known of items is of the day it was taken: what came since is not new", () => {
  const statistics = new ItemStatistics(2, 1, {
    shown: Float32Array.of(0, 0),
    counts: Float32Array.of(9, 9),
    recent: Float32Array.of(1, 1),
    firstDay: Float32Array.of(10, 90),
    asOfDay: 100,
  });
  const factsAt = (day: number): Float32Array[] => {
    const beside = { declared: 0, retrievers: 0, conditions: false };
    const width = factCount(1, beside);
    const into = new Float32Array(2 * width);
    const acts = { itemRows: new Uint32Array(0) };
    writeFacts(
      { timeMs: day * DAY_MS, acts, before: 0, candidates: [0, 1] },
      { statistics, ...beside },
      into,
      0,
    );
    return [into.subarray(0, width), into.subarray(width)];
  };
  const [inThePast, now, later] = [factsAt(50), factsAt(100), factsAt(107)];
  for (const item of [0, 1]) expect(inThePast[item]!.slice(9)).toEqual(now[item]!.slice(9)); // after those of the request
  expect(later[1]!.slice(9)).not.toEqual(now[1]!.slice(9));
});
