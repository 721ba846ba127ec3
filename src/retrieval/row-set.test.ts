import fc from "fast-check";
import { expect, test } from "vitest";
import { RowSet } from "./row-set.ts";

test("whatever is added and deleted, the bits are those of a Set, as far as the words go", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 3000 }), { maxLength: 400 }), fc.nat({ max: 100 }), (rows, length) => {
      const set = new RowSet();
      const oracle = new Set<number>();
      for (const row of rows) {
        if (oracle.delete(row)) set.delete(row);
        else {
          oracle.add(row);
          set.add(row);
        }
      }
      const words = new Uint32Array(length);
      set.addTo(words);
      const bits = Array.from({ length: length * 32 }, (_, row) => row).filter(
        (row) => (words[row >>> 5]! >>> (row & 31)) & 1,
      );
      expect(bits).toEqual(
        [...oracle].filter((row) => row < length * 32).sort((left, right) => left - right),
      );
    }),
    { seed: 2 },
  );
});
