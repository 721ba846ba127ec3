import { expect, test } from "vitest";
import { Random } from "#base";
import { candidatesOf, catalogueOf, queryOf } from "../hand-made.cases.ts";
import { Blender } from "./blender.ts";

/**
 * @file What logged probabilities are for: the value of a policy that was never served, from lists of another (inverse propensity, Horvitz
 * and Thompson 1952). In a world of ten items whose chances of being saved are known, the estimate has to be that policy's true value.
 */
const SAVED = [0.05, 0.4, 0.1, 0.6, 0.3, 0.2, 0.7, 0.15, 0.5, 0.25];
const PLACE = 1;
const POOL = 4;
const LISTS = 20_000;

const catalogue = catalogueOf(SAVED.map(() => ({})));
/** "a" proposes the first three, which stand on top without chance; "b" the others, which chance may choose among. */
const candidates = candidatesOf(SAVED.map((_, row) => (row < 3 ? "a" : "b")));
const relevance = Float64Array.from(SAVED, (_, row) => 1 - row / SAVED.length);
const blender = new Blender(catalogue, {
  exploration: { places: [PLACE], share: 0.4, source: "b", pool: POOL },
});

interface Shown {
  readonly row: number;
  readonly probability: number;
  readonly isSaved: boolean;
}

const shown: readonly Shown[] = Array.from({ length: LISTS }, (_, list) => {
  const query = queryOf({ n: 3, seed: `list-${list}` });
  const { position, probability } = blender.select(query, candidates, relevance)[PLACE]!;
  const isSaved = Random.of(1, `saved/${list}`).chance(SAVED[position]!);
  return { row: position, probability: probability!, isSaved };
});

/** Estimate and its standard error of the chance of a save under a policy: row -> probability of showing it there. */
function estimateOf(policy: ReadonlyMap<number, number>): { readonly mean: number; readonly error: number } {
  const weighted = shown.map(
    ({ row, probability, isSaved }) => (Number(isSaved) * (policy.get(row) ?? 0)) / probability,
  );
  const mean = weighted.reduce((sum, value) => sum + value, 0) / LISTS;
  const variance = weighted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (LISTS - 1);
  return { mean, error: Math.sqrt(variance / LISTS) };
}

const worthOf = (policy: ReadonlyMap<number, number>): number =>
  [...policy].reduce((sum, [row, probability]) => sum + probability * SAVED[row]!, 0);

const POLICIES: Readonly<Record<string, ReadonlyMap<number, number>>> = {
  "the best, always": new Map([[1, 1]]),
  "each of the pool alike": new Map([3, 4, 5, 6].map((row) => [row, 1 / POOL])),
  "the last of the pool, always": new Map([[6, 1]]),
  "mostly the third, sometimes the best": new Map([
    [5, 0.8],
    [1, 0.2],
  ]),
};

test.each(Object.entries(POLICIES))("%s: its value is told from lists of another policy", (_, policy) => {
  const { mean, error } = estimateOf(policy);
  expect(error).toBeLessThan(0.03);
  expect(Math.abs(mean - worthOf(policy))).toBeLessThan(3.5 * error);
});

test("the weights are 1 in the mean, and without them the estimate is another policy's value", () => {
  const weights = shown.map(
    ({ row, probability }) => (POLICIES["each of the pool alike"]!.get(row) ?? 0) / probability,
  );
  expect(weights.reduce((sum, weight) => sum + weight, 0) / LISTS).toBeCloseTo(1, 1);
  const plain = shown.filter(({ isSaved }) => isSaved).length / LISTS;
  const wanted = worthOf(POLICIES["the last of the pool, always"]!);
  expect(Math.abs(plain - wanted)).toBeGreaterThan(0.2);
});
