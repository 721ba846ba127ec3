import fc from "fast-check";
import { expect, test } from "vitest";
import { countUpTo } from "./count-up-to.ts";

test("as many are counted as a look at each finds, with equal ones, before the first and behind the last", () => {
  const value = fc.integer({ min: -5, max: 5 });
  fc.assert(
    fc.property(fc.array(value, { maxLength: 20 }), value, (values, bound) => {
      const ascending = Float64Array.from(values).sort();
      expect(countUpTo(ascending, bound)).toBe(values.filter((one) => one <= bound).length);
    }),
    { seed: 3 },
  );
});
