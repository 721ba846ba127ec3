import fc from "fast-check";
import { expect, test } from "vitest";
import { NumberTable } from "./number-table.ts";

test("whatever is set in whatever order, the table answers as a map does", () => {
  const key = fc.oneof(
    fc.nat(40),
    fc.nat(2 ** 31 - 3),
    fc.integer({ min: 0, max: 30 }).map((n) => n << 16),
  );
  const acts = fc.array(fc.tuple(key, fc.integer()), { maxLength: 300 });
  fc.assert(
    fc.property(acts, fc.nat(100), (all, expected) => {
      const table = new NumberTable(expected);
      const map = new Map<number, number>();
      for (const [key, value] of all) {
        expect(table.get(key)).toBe(map.get(key));
        table.set(key, value);
        map.set(key, value);
      }
      for (const [key] of all) expect(table.get(key)).toBe(map.get(key));
      expect(table.size).toBe(map.size);
      const copy = table.copy();
      copy.set(7, -7);
      expect([copy.get(7), table.get(7)]).toEqual([-7, map.get(7)]);
    }),
    { seed: 6 },
  );
});
