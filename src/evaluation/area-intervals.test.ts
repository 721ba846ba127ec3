import { expect, test } from "vitest";
import { Random } from "#base";
import { areaUnderCurve } from "#numeric";
import { compareAreas } from "./area-intervals.ts";

const random = Random.of(3, "areas");
const labels = Array.from({ length: 600 }, () => (random.chance(0.3) ? 1 : 0));
const people = labels.map((_, row) => row >> 1);

test("an area is the plain one, ties half, and its interval lies around it", () => {
  const score = labels.map((label) => label + random.integer(3));
  const [found] = compareAreas([score], { labels, people }, { random: Random.of(1, "draws") });
  expect(found!.area).toBeCloseTo(areaUnderCurve(score, labels), 12);
  expect(found!.interval.low).toBeLessThan(found!.area);
  expect(found!.interval.high).toBeGreaterThan(found!.area);
  expect(found!.interval.high - found!.interval.low).toBeLessThan(0.12);
  expect(found!.loss).toBe(0);
  expect(found!.lossInterval).toEqual({ low: 0, high: 0 });
});

test("what chance took away is told from what it left", () => {
  const good = labels.map((label) => label + random.normal());
  const worse = good.map((score) => score + 2 * random.normal());
  const same = good.map((score) => 2 * score + 1);
  const [, ofWorse, ofSame] = compareAreas(
    [good, worse, same],
    { labels, people },
    { random: Random.of(1, "d") },
  );
  expect(ofWorse!.lossInterval.low).toBeGreaterThan(0);
  expect(ofSame!.loss).toBe(0);
});

test("rows of one person come and go together: what is said twice is no surer", () => {
  const score = labels.map((label) => label + random.normal());
  const twice = [...score, ...score];
  const width = (numbers: readonly number[]): number => {
    const rows = { labels: [...labels, ...labels], people: numbers };
    const [found] = compareAreas([twice], rows, { random: Random.of(1, "draws") });
    return found!.interval.high - found!.interval.low;
  };
  const rows = labels.map((_, row) => row);
  const apart = width([...rows, ...rows.map((row) => row + rows.length)]);
  expect(width([...rows, ...rows]) / apart).toBeGreaterThan(1.2); // the square root of two, but for chance
});
