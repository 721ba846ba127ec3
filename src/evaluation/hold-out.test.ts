import fc from "fast-check";
import { expect, test } from "vitest";
import { historyOf, keepWhere, packInteractions } from "#sequences";
import { tableOf } from "./fake-models.cases.ts";
import { holdOutLast, holdOutShare, withoutRepeats } from "./hold-out.ts";

const lists = fc.array(fc.uniqueArray(fc.nat(29), { maxLength: 12 }), { minLength: 1, maxLength: 20 });

test("kept positions keep their order, weights and times", () => {
  const rows = [5, 6, 7].map((item, step) => ({ user: 1, item, weight: step + 1, timestampMs: 10 * step }));
  expect(keepWhere(packInteractions(rows, 2, 8), (position) => position !== 1)).toEqual({
    userCount: 2,
    itemCount: 8,
    offsets: Uint32Array.of(0, 0, 2),
    itemRows: Uint32Array.of(5, 7),
    weights: Float32Array.of(1, 3),
    timestampsMs: Float64Array.of(0, 20),
  });
});

test("a repeated item stays at its first place, and a table without repeats is itself", () => {
  const repeated = tableOf([[1, 2, 1, 3, 2], [1]], 4);
  expect([...withoutRepeats(repeated).itemRows]).toEqual([1, 2, 3, 1]);
  const plain = tableOf([[1, 2], [1]], 4);
  expect(withoutRepeats(plain)).toBe(plain);
});

test("the last item is held out of everyone who has enough", () => {
  const { train, asked } = holdOutLast(tableOf([[1, 2, 3], [4], [5, 6]], 7), 2);
  expect([...asked]).toEqual([
    [0, Uint32Array.of(3)],
    [2, Uint32Array.of(6)],
  ]);
  expect([...train.itemRows]).toEqual([1, 2, 4, 5]);
});

test("a share divides each person's items into two parts, rounded to the allotted total", () => {
  fc.assert(
    fc.property(lists, fc.nat(), (items, seed) => {
      const table = tableOf(items, 30);
      const { train, asked } = holdOutShare(table, 0.2, seed);
      for (const [user, mine] of items.entries()) {
        const known = [...historyOf(train, user).itemRows];
        const held = [...(asked.get(user) ?? [])];
        expect([...known, ...held].sort()).toEqual([...mine].sort());
        expect(known).toEqual(mine.filter((item) => known.includes(item)));
        expect(held.length).toBeGreaterThanOrEqual(Math.floor(0.2 * mine.length));
        expect(held.length).toBeLessThanOrEqual(Math.ceil(0.2 * mine.length));
        if (mine.length > 0) expect(known.length).toBeGreaterThan(0);
      }
      expect(holdOutShare(table, 0.2, seed).train).toEqual(train);
    }),
  );
});

test("the total held out is the share of the total, rounded up", () => {
  const table = tableOf(
    Array.from({ length: 13 }, () => [0, 1, 2, 3, 4, 5, 6]),
    7,
  );
  const { train } = holdOutShare(table, 0.2, 1); // 91 engagements: 18.2
  expect(train.itemRows.length).toBe(91 - 19);
});
