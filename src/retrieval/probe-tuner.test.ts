import { expect, test } from "vitest";
import { ProbeTuner } from "./probe-tuner.ts";

function tuned(recall: number, needs: readonly number[], queries = 20): ProbeTuner {
  const tuner = new ProbeTuner(recall);
  for (let query = 0; query < queries; query++) tuner.observe(needs);
  return tuner;
}

test("the factor is the least that reaches the declared share of the neighbours", () => {
  const needs = [0, 0.25, 0.5, 0.5, 1, 1, 1, 2, 2, 4];
  expect(tuned(0.7, needs).factor).toBe(1);
  expect(tuned(0.71, needs).factor).toBe(2);
  expect(tuned(0.9, needs).factor).toBe(2);
  expect(tuned(0.95, needs).factor).toBe(4);
  expect(tuned(0.39, needs).factor).toBe(0.5);
  expect(tuned(0.1, needs).factor).toBe(0.25); // never less
  expect(tuned(1, [300, 1]).factor).toBe(256); // never more
});

test("queries weigh the same, however many neighbours each has", () => {
  const tuner = new ProbeTuner(0.5);
  for (let query = 0; query < 20; query++) tuner.observe(query % 2 === 0 ? [0.5] : new Array(100).fill(8));
  expect(tuner.factor).toBe(0.5);
});

test("a few queries change nothing, and what was long ago is forgotten", () => {
  const tuner = tuned(0.95, [4], 9);
  expect(tuner.factor).toBe(1);
  expect(tuner.observe([4])).toBe(true);
  expect(tuner.factor).toBe(4);
  for (let query = 0; query < 400; query++) tuner.observe([0.5]);
  expect(tuner.factor).toBe(0.5);
});

test("begun anew, it stays at its factor until enough others say otherwise, whatever came before", () => {
  const tuner = tuned(0.95, [4], 90);
  tuner.beginAnew();
  expect(tuned(0.95, [4], 90).observe([1])).toBe(false);
  for (let query = 0; query < 9; query++) expect(tuner.observe([0.5])).toBe(false);
  expect(tuner.factor).toBe(4);
  expect(tuner.observe([0.5])).toBe(true);
  expect(tuner.factor).toBe(0.5);
});

test("it does not go to and fro between two that are as good", () => {
  const tuner = tuned(0.9, [1, 1, 1, 1, 1, 1, 1, 1, 1, 2]);
  expect(tuner.factor).toBe(1);
  tuner.observe([2]);
  expect(tuner.factor).toBe(2);
  tuner.observe([1]);
  expect(tuner.factor).toBe(2);
});
