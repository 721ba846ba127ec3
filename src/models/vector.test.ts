import { expect, test } from "vitest";
import { modelReference, similarities, similarity } from "./vector.ts";

const first = modelReference("sequence-encoder", "0001");
const second = modelReference("sequence-encoder", "0002");
const values = Float32Array.of(0.6, 0.8);
const table = { version: first, dimension: 2, values: Float32Array.of(1, 0, 0, 0, 0.8, 0.6) };
const refused = expect.objectContaining({
  code: "version-mismatch",
  message: expect.stringMatching(/sequence-encoder@0002.*sequence-encoder@0001|0001.*0002/),
});

test("vectors of one model version are compared by their inner product", () => {
  expect(similarity({ version: first, values }, { version: first, values })).toBeCloseTo(1, 6);
  const found = similarities({ version: first, values }, table, [0, 1, 2, 3, undefined]);
  expect(found.map((score) => score && Number(score.toFixed(6)))).toEqual([
    0.6, // that of the first item
    undefined, // an item without a vector
    0.96,
    undefined, // beyond the table
    undefined, // of no row
  ]);
});

test("vectors of two versions are never compared: the same numbers or not, and even where no item is asked for", () => {
  expect(() => similarity({ version: first, values }, { version: second, values })).toThrow(refused);
  expect(() => similarities({ version: second, values }, table, [0])).toThrow(refused);
  expect(() => similarities({ version: second, values }, table, [])).toThrow(refused);
});

test("a vector of another length is refused", () => {
  expect(() => similarities({ version: first, values: values.subarray(1) }, table, [0])).toThrow(
    "vector has 1 numbers; those of sequence-encoder@0001 have 2",
  );
});
