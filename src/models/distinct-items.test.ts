import { expect, test } from "vitest";
import { distinctItems } from "./distinct-items.ts";

test("a repeated item counts once, at its strongest, and the newest of equals is the evidence", () => {
  const history = {
    itemRows: Uint32Array.of(7, 3, 7, 7, 3),
    weights: Float32Array.of(1, 2, 4, 4, 1),
  };
  expect(distinctItems(history, 10)).toEqual({
    itemRows: Uint32Array.of(3, 7),
    weights: Float32Array.of(2, 4),
    positions: Uint32Array.of(1, 3),
  });
});

test("rows beyond the catalogue and weights of zero or less are left out", () => {
  const history = {
    itemRows: Uint32Array.of(9, 1, 2, 3),
    weights: Float32Array.of(1, 0, -1, 0.5),
  };
  expect([...distinctItems(history, 9).itemRows]).toEqual([3]);
});

test("without weights every item weighs one", () => {
  expect(distinctItems({ itemRows: Uint32Array.of(4, 4) }, 5)).toEqual({
    itemRows: Uint32Array.of(4),
    weights: Float32Array.of(1),
    positions: Uint32Array.of(1),
  });
});
