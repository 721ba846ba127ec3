import fc from "fast-check";
import { expect, test } from "vitest";
import { descending } from "./descending.ts";

test("the order is that of a sort by comparing, equal ones as they stand", () => {
  const value = fc.oneof(fc.constantFrom(0, -0, 1, Infinity, -Infinity), fc.double({ noNaN: true }));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 60 }), (values) => {
      const wanted = [...values.keys()].sort(
        (left, right) =>
          Number(values[right]! > values[left]!) - Number(values[right]! < values[left]!) || left - right,
      );
      expect([...descending(Float64Array.from(values))]).toEqual(wanted);
    }),
    { seed: 4 },
  );
});
