import { expect, test } from "vitest";
import { Random } from "#base";
import { distribution } from "./distribution.cases.ts";
import { Distribution, indexByChance, stabilityIndex } from "./drift.ts";
import type { Measure } from "./measure.ts";

const thousand = Array.from({ length: 1000 }, (_, n) => n + 1);

test("the same values are stable, others are not, by the figure that can be said beforehand", () => {
  const before = distribution(thousand);
  expect(stabilityIndex(before, distribution(thousand))).toBe(0);
  // Half of the people lose their value: each of ten bins goes from 0.1 to 0.05, absence from nothing (0.0001) to a half.
  const half = distribution(thousand.map((value) => (value % 2 ? value : null)));
  const wanted = 10 * (0.05 - 0.1) * Math.log(0.05 / 0.1) + (0.5 - 1e-4) * Math.log(0.5 / 1e-4);
  expect(stabilityIndex(before, half)).toBeCloseTo(wanted, 1);
  expect(stabilityIndex(before, distribution(thousand.map((value) => 10 * value)))).toBeGreaterThan(0.25);
  expect(stabilityIndex(before, distribution(thousand.map((value) => value + 20)))).toBeLessThan(0.1);
});

test("a distribution comes back from its text", () => {
  const before = distribution([1, 2, null, -3, 0]);
  const again = Distribution.decode("numbers", before.encode());
  expect(again).toMatchObject({ people: 5, absent: 1 });
  expect(stabilityIndex(before, again)).toBe(0);
});

test("what chance alone makes of the index is told: samples of one population stay under it about 95 times of 100", () => {
  const random = new Random(7);
  const sample = () => distribution(Array.from({ length: 100 }, () => 1 + random.integer(10_000)));
  const pairs = Array.from({ length: 200 }, () => [sample(), sample()] as const);
  const under = pairs.filter(([before, now]) => stabilityIndex(before, now) < indexByChance(before, now));
  expect(under.length / pairs.length).toBeGreaterThan(0.88);
  expect(under.length / pairs.length).toBeLessThan(1);
  const few = indexByChance(distribution(thousand.slice(0, 50)), distribution(thousand.slice(0, 50)));
  expect(few).toBeGreaterThan(0.5);
});

/** As many of each as is said, in the order of the entries. */
function people<Value>(counts: readonly (readonly [value: Value, count: number])[]): Value[] {
  return counts.flatMap(([value, count]) => Array.from({ length: count }, () => value));
}

/** The index by hand, of whole people in bins: half a person more in each. */
function byHand(before: readonly number[], now: readonly number[]): number {
  const total = (counts: readonly number[]): number =>
    counts.reduce((sum, count) => sum + count, 0) + counts.length / 2;
  return before.reduce((sum, count, n) => {
    const [old, fresh] = [(count + 0.5) / total(before), (now[n]! + 0.5) / total(now)]; // as many bins
    return sum + (fresh - old) * Math.log(fresh / old);
  }, 0);
}

test("texts and booleans go by the value, those of fewer than five people together, absence apart", () => {
  const texts = [
    ["home", 50],
    ["search", 40],
    ["mail", 3],
    ["push", 2],
    [null, 5],
  ] as const;
  const before = distribution(people(texts), "values");
  expect(stabilityIndex(before, distribution(people(texts).reverse(), "values"))).toBe(0);
  const now = distribution(
    people([
      ["home", 20],
      ["search", 60],
      ["ad", 10],
      [null, 10],
    ]),
    "values",
  );
  expect(stabilityIndex(before, now)).toBeCloseTo(byHand([50, 40, 5, 5], [20, 60, 10, 10]), 12);
  const wasTrue = distribution(
    people([
      [true, 90],
      [false, 10],
    ]),
    "values",
  );
  const isFalse = distribution(
    people([
      [true, 10],
      [false, 90],
    ]),
    "values",
  );
  expect(stabilityIndex(wasTrue, isFalse)).toBeCloseTo(byHand([90, 10], [10, 90]), 12);
  expect(stabilityIndex(wasTrue, isFalse)).toBeGreaterThan(indexByChance(wasTrue, isFalse));
  expect(
    stabilityIndex(
      wasTrue,
      distribution(
        people([
          ["true", 90],
          ["false", 10],
        ]),
        "values",
      ),
    ),
  ).toBeGreaterThan(1); // texts are no booleans
});

test("who has a list divides their weight among its elements, who has a map among the keys that count, and empty ones are a value", () => {
  const before = distribution(
    people([
      [["art", "food"], 20],
      [["art"], 10],
      [[], 10],
    ]),
    "elements",
  ); // art 20, food 10, empty 10
  expect(
    stabilityIndex(
      before,
      distribution(
        people([
          [["food", "art"], 20],
          [["art"], 10],
          [[], 10],
        ]),
        "elements",
      ),
    ),
  ).toBe(0);
  const now = distribution(
    people([
      [["food"], 20],
      [["art", "food"], 20],
    ]),
    "elements",
  );
  expect(stabilityIndex(before, now)).toBeCloseTo(byHand([20, 10, 10], [10, 30, 0]), 5);
  const maps = distribution(
    people([
      [{ art: 7, food: 0 }, 20],
      [{ art: 1, food: 1 }, 20],
      [{}, 10],
    ]),
    "keys",
  );
  const turned = distribution(
    people([
      [{ food: 3 }, 30],
      [{ art: 2, food: 9 }, 20],
    ]),
    "keys",
  );
  expect(stabilityIndex(maps, turned)).toBeCloseTo(byHand([30, 10, 10], [10, 40, 0]), 5);
  const numbers = distribution(
    people([
      [[1, 5, 7], 30],
      [[0], 10],
    ]),
    "elements",
  ); // 1..2, 4..8 twice, zero
  const doubled = distribution(
    people([
      [[2, 5, 6], 30],
      [[0], 10],
    ]),
    "elements",
  );
  expect(stabilityIndex(numbers, doubled)).toBeCloseTo(byHand([10, 20, 10, 0], [0, 20, 10, 10]), 5);
});

test("a histogram goes by its places, however much was counted", () => {
  const before = distribution(
    people([
      [[3, 1, 0], 40],
      [[0, 0, 0], 10],
    ]),
    "places",
  );
  const now = distribution(
    people([
      [[300, 100, 0], 30],
      [[0, 0, 5], 10],
      [[0, 0, 0], 10],
    ]),
    "places",
  );
  expect(stabilityIndex(before, now)).toBeCloseTo(byHand([30, 10, 10, 0], [22.5, 7.5, 10, 10]), 5);
});

test("vectors go by how far they lie along the mean of those before: turned away, longer, and of another length", () => {
  const random = new Random(3);
  const vectors = Array.from({ length: 200 }, () => [1 + random.normal() / 4, random.normal(), 0]);
  const before = distribution(vectors, "projections");
  const moved = (move: (vector: readonly number[]) => readonly number[]): number =>
    stabilityIndex(before, distribution(vectors.map(move), "projections"));
  expect(moved((vector) => vector)).toBe(0);
  expect(moved(([x, y]) => [x!, -y!, 0])).toBeLessThan(0.1); // across the mean nothing is asked
  expect(moved(([x, y]) => [-x!, y!, 0])).toBeGreaterThan(1);
  expect(moved((vector) => vector.map((value) => 3 * value))).toBeGreaterThan(1);
  expect(moved(([x, y]) => [x!, y!])).toBeCloseTo(
    (1 - 1e-4) * Math.log(1e4) + 10 * (0.1 - 1e-4) * Math.log(1e3),
    0,
  );
});

const kinds: readonly (readonly [Measure, (random: Random) => Parameters<typeof distribution>[0][number]])[] =
  [
    ["values", (random) => `v${Math.floor(random.exponential() * 3)}`],
    ["elements", (random) => Array.from({ length: random.integer(5) }, () => `v${random.integer(12)}`)],
    ["keys", (random) => ({ [`k${random.integer(9)}`]: 1, [`k${random.integer(9)}`]: random.integer(2) })],
    ["places", (random) => Array.from({ length: 6 }, () => random.integer(4))],
    ["projections", (random) => [1 + random.normal(), random.normal(), random.normal()]],
  ];

test.each(kinds)(
  "drift of %s comes back from its text, and chance alone stays under its bound about 95 times of 100",
  (measure, draw) => {
    const random = new Random(11);
    const sample = () =>
      distribution(
        Array.from({ length: 200 }, () => draw(random)),
        measure,
      );
    const pairs = Array.from({ length: 200 }, () => [sample(), sample()] as const);
    const under = pairs.filter(([before, now]) => stabilityIndex(before, now) < indexByChance(before, now));
    expect(under.length / pairs.length).toBeGreaterThan(0.9);
    for (const [before, now] of pairs.slice(0, 5)) {
      const read = Distribution.decode(measure, before.encode());
      expect([stabilityIndex(read, now), indexByChance(read, now)]).toEqual([
        stabilityIndex(before, now),
        indexByChance(before, now),
      ]);
    }
  },
);

test("what is kept of a distribution is bounded, and has no value in it", () => {
  const values = Array.from({ length: 5000 }, (_, n) => `secret ${n % 70}`);
  const text = Buffer.from(distribution(values, "values").encode(), "base64");
  expect(text.toString("latin1")).not.toContain("secret");
  expect(text.length).toBeLessThan(400);
});
