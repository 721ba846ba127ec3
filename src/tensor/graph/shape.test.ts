import { expect, test } from "vitest";
import { axisOf, broadcast, fixedSize, sizeOf } from "./shape.ts";

test("a product of free sizes has one name, whatever the order of its factors", () => {
  expect(sizeOf(["T", 2, "B", 3])).toBe("6*B*T");
  expect(sizeOf(["B", sizeOf([3, "T", 2])])).toBe("6*B*T");
  expect([sizeOf([]), sizeOf([2, 3]), sizeOf(["B", 1]), sizeOf(["B", 0])]).toEqual([1, 6, "B", 0]);
  expect(fixedSize("6*B*T", { B: 2, T: 5 })).toBe(60);
  expect(() => fixedSize("6*B", {})).toThrow('the free size "B" is given');
});

test("shapes stretch along axes of size 1 and missing outer axes, and along no others", () => {
  expect(broadcast(["B", 1, 4], ["T", 1])).toEqual(["B", "T", 4]);
  expect(broadcast([], [2])).toEqual([2]);
  expect(() => broadcast([2], [3])).toThrow("shapes (2) and (3) stretch to each other");
  expect(() => broadcast(["B"], ["T"])).toThrow("stretch");
});

test("an axis is counted from either end", () => {
  expect([axisOf([2, 3], 0), axisOf([2, 3], -1)]).toEqual([0, 1]);
  expect(() => axisOf([2, 3], 2)).toThrow("axis 2 is one of (2, 3)");
});
