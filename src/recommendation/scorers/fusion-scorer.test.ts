import { expect, test } from "vitest";
import { fusedWithOrder } from "./fusion-scorer.ts";

test("an order and scores vote by reciprocal ranks; what has no score stands in the middle of theirs", () => {
  const share = (place: number): number => 1 / (61 + place);
  expect([...fusedWithOrder(Float64Array.of(0.1, Number.NaN, 0.9))]).toEqual([
    share(0) + share(1),
    share(1) + share(1),
    share(2) + share(0),
  ]);
});
