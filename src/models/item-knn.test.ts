import { expect, test } from "vitest";
import { Random } from "#base";
import { packInteractions } from "#sequences";
import { itemKnn } from "./item-knn.ts";

const context = { random: new Random(1), progress: () => {} };
const people = [
  [0, 1, 2],
  [0, 1],
  [0, 3],
  [2, 3],
];
const data = packInteractions(
  people.flatMap((items, user) => items.map((item) => ({ user, item }))),
  people.length,
  4,
);

test("nearness is the cosine, shrunk", async () => {
  const fitted = await itemKnn.fit(data, { neighbours: 4, shrinkage: 1 }, context);
  const related = await fitted.related(0);
  expect(related[1]).toBeCloseTo(2 / (Math.sqrt(3) * Math.sqrt(2) + 1), 6);
  expect(related[2]).toBeCloseTo(1 / (Math.sqrt(3) * Math.sqrt(2) + 1), 6);
});

test("a candidate hears only its nearest neighbours", async () => {
  const fitted = await itemKnn.fit(data, { neighbours: 1, shrinkage: 0 }, context);
  const history = { itemRows: Uint32Array.of(1, 2) };
  const parts = await fitted.explain(history, 0);
  expect(parts[0]).toBeCloseTo(2 / Math.sqrt(6), 6);
  expect(parts[1]).toBe(0);
});

test("items that are near nothing in the history follow in the order of their popularity", async () => {
  const fitted = await itemKnn.fit(data, { neighbours: 1, shrinkage: 0 }, context);
  const scores = await fitted.score([{ itemRows: Uint32Array.of(3) }]);
  expect(scores[0]).toBeGreaterThan(scores[1]!);
});
