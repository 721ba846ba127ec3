import { expect, test } from "vitest";
import { dot } from "./dot.ts";
import { unitRows } from "./unit-rows.ts";

test("rows keep their direction and get length 1; a row of zeros stays", () => {
  const values = Float32Array.of(3, 4, 0, 0, 0, -2);
  expect([...unitRows(values, 2)].map((value) => Number(value.toFixed(6)))).toEqual([0.6, 0.8, 0, 0, 0, -1]);
});

test("an inner product is the sum of products, and takes two vectors of one length", () => {
  expect(dot(Float32Array.of(1, 2, 3), Float32Array.of(4, -5, 6))).toBe(12);
  expect(() => dot(Float32Array.of(1), Float32Array.of(1, 2))).toThrow("one length");
});
