import fc from "fast-check";
import { expect, test } from "vitest";
import { ranksOf, TieOrders } from "./ranking.ts";

/** Sort all rivals, read off where the positives stand. */
function naiveRanks(
  scores: Float32Array,
  ties: Uint32Array,
  positives: Uint32Array,
  rivals: number[],
): number[] {
  const order = rivals
    .filter((item) => scores[item]! > Number.NEGATIVE_INFINITY)
    .sort((left, right) => scores[right]! - scores[left]! || ties[left]! - ties[right]!);
  return order.flatMap((item, place) => (positives.includes(item) ? [place + 1] : []));
}

const score = fc.constantFrom(0, 1, 2, 3, Number.NEGATIVE_INFINITY, Number.NaN);
const world = fc.integer({ min: 1, max: 25 }).chain((items) =>
  fc.record({
    scores: fc
      .array(score, { minLength: items, maxLength: items })
      .map((values) => Float32Array.from(values)),
    positives: fc.uniqueArray(fc.nat(items - 1), { minLength: 1 }).map((rows) => Uint32Array.from(rows)),
    others: fc.uniqueArray(fc.nat(items - 1)),
    seed: fc.nat(),
  }),
);

test("ranks among all items agree with sorting everything", () => {
  fc.assert(
    fc.property(world, ({ scores, positives, seed }) => {
      const ties = new TieOrders(scores.length, seed).of(3);
      const all = Array.from(scores.keys());
      expect([...ranksOf(scores, ties, positives)]).toEqual(naiveRanks(scores, ties, positives, all));
    }),
  );
});

test("ranks among negatives agree with sorting the candidates", () => {
  fc.assert(
    fc.property(world, ({ scores, positives, others, seed }) => {
      const ties = new TieOrders(scores.length, seed).of(3);
      const negatives = Uint32Array.from(others.filter((item) => !positives.includes(item)));
      const candidates = [...positives, ...negatives];
      const found = ranksOf(scores, ties, positives, negatives);
      expect([...found]).toEqual(naiveRanks(scores, ties, positives, candidates));
    }),
  );
});

test("a tie order is a permutation, fixed by seed and person", () => {
  const orders = new TieOrders(50, 7);
  const rows = Array.from({ length: 50 }, (_, row) => row);
  expect([...orders.of(1)].sort((left, right) => left - right)).toEqual(rows);
  expect([...new TieOrders(50, 7).of(1)]).toEqual([...orders.of(1)]);
  expect([...orders.of(2)]).not.toEqual([...orders.of(1)]);
  expect([...new TieOrders(50, 8).of(1)]).not.toEqual([...orders.of(1)]);
});
