import fc from "fast-check";
import { expect, test } from "vitest";
import { untouchedItems } from "./negatives.ts";

test("negatives are different items that the person never touched, as many as there are", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.nat(59)),
      fc.nat(30),
      fc.nat(),
      (items, rows, count, seed) => {
        const touched = rows.filter((row) => row < items);
        const drawn = untouchedItems(touched, items, count, seed, "someone");
        expect(drawn.length).toBe(Math.min(count, items - new Set(touched).size));
        expect(new Set(drawn).size).toBe(drawn.length);
        expect(drawn.every((item) => item < items && !touched.includes(item))).toBe(true);
        expect(untouchedItems(touched, items, count, seed, "someone")).toEqual(drawn);
      },
    ),
  );
});

test("every untouched item is drawn equally often", () => {
  const times = new Float64Array(100);
  for (let person = 0; person < 5000; person++)
    for (const item of untouchedItems([3, 4], 100, 10, 1, `person ${person}`)) times[item]!++;
  expect([times[3], times[4]]).toEqual([0, 0]);
  const expected = (5000 * 10) / 98;
  for (const [item, count] of times.entries())
    if (item !== 3 && item !== 4) expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
});
