import fc from "fast-check";
import { expect, test } from "vitest";
import { addAt, copyRow, elementAt, PANEL_ROWS, packedBytes, packedSymmetric } from "./packed-symmetric.ts";

/** @file Laws: what is added at (row, column) is read at both (row, column) and (column, row), by element and by row. */
const SIZE = 2 * PANEL_ROWS + 3;
const place = fc.nat(SIZE - 1);

test("elements and rows agree with a dense symmetric matrix", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(place, place, fc.integer({ min: 1, max: 9 }))), place, (additions, row) => {
      const packed = packedSymmetric(SIZE);
      const dense = new Map<number, number>();
      const add = (left: number, right: number, value: number): void => {
        dense.set(left * SIZE + right, (dense.get(left * SIZE + right) ?? 0) + value);
      };
      for (const [left, right, value] of additions) {
        addAt(packed, left, right, value);
        add(left, right, value);
        if (left !== right) add(right, left, value);
      }
      for (const [at, value] of dense)
        expect(elementAt(packed, Math.floor(at / SIZE), at % SIZE)).toBe(value);
      const values = new Float32Array(SIZE);
      copyRow(packed, row, values);
      for (const [column, value] of values.entries()) expect(value).toBe(dense.get(row * SIZE + column) ?? 0);
    }),
    { numRuns: 30 },
  );
});

test("the bytes are those of the panels", () => {
  const { panels } = packedSymmetric(SIZE);
  expect(panels.reduce((sum, panel) => sum + panel.byteLength, 0)).toBe(packedBytes(SIZE));
});
