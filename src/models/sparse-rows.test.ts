import fc from "fast-check";
import { expect, test } from "vitest";
import { packInteractions } from "#sequences";
import { columnSums, engagementsOf, transpose } from "./sparse-rows.ts";

/** @file Laws: transposing twice changes nothing; an entry of the transpose is the entry it came from. */
const interactions = fc
  .array(
    fc.record({
      user: fc.nat(4),
      item: fc.nat(6),
      weight: fc.constantFrom(0.5, 1, 2),
    }),
  )
  .map((rows) => packInteractions(rows, 5, 7));

test("transposing twice changes nothing", () => {
  fc.assert(
    fc.property(interactions, (data) => {
      const rows = engagementsOf(data);
      expect(transpose(transpose(rows))).toEqual(rows);
    }),
  );
});

test("the columns of a row are the rows of its columns", () => {
  fc.assert(
    fc.property(interactions, (data) => {
      const rows = engagementsOf(data);
      const columns = transpose(rows);
      const sums = columnSums(rows);
      for (let column = 0; column < 7; column++) {
        const values = columns.values.subarray(columns.offsets[column]!, columns.offsets[column + 1]!);
        expect(values.reduce((sum, value) => sum + value, 0)).toBe(sums[column]);
      }
    }),
  );
});

test("each person's strongest engagement with an item is the entry", () => {
  const data = packInteractions(
    [
      { user: 1, item: 2, weight: 1 },
      { user: 1, item: 0, weight: 3 },
      { user: 1, item: 2, weight: 2 },
    ],
    2,
    3,
  );
  expect(engagementsOf(data)).toEqual({
    rowCount: 2,
    columnCount: 3,
    offsets: Uint32Array.of(0, 0, 2),
    columns: Uint32Array.of(0, 2),
    values: Float32Array.of(3, 2),
  });
});
