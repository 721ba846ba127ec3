import fc from "fast-check";
import { expect, test } from "vitest";
import { areaUnderCurve, calibrationError, reliability } from "./binary-metrics.ts";

test("the area is the share of pairs in the right order, ties half: against counting them", () => {
  const people = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean()), {
    minLength: 2,
    maxLength: 40,
  });
  fc.assert(
    fc.property(people, (list) => {
      const happened = list.filter(([, label]) => label).map(([score]) => score);
      const not = list.filter(([, label]) => !label).map(([score]) => score);
      fc.pre(happened.length > 0 && not.length > 0);
      const pairs = happened.flatMap((one) =>
        not.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)),
      );
      const share = pairs.reduce((sum: number, pair) => sum + pair, 0) / pairs.length;
      const area = areaUnderCurve(
        list.map(([score]) => score),
        list.map(([, label]) => Number(label)),
      );
      expect(area).toBeCloseTo(share, 10);
    }),
  );
});

test("what is said and happens as often has no calibration error; what is said twice too high has half of what it says", () => {
  const labels = [0, 0, 0, 1, 0, 1, 1, 1];
  const said = [0.25, 0.25, 0.25, 0.25, 0.75, 0.75, 0.75, 0.75];
  expect(calibrationError(said, labels, 2)).toBeCloseTo(0, 12);
  expect(
    calibrationError(
      said.map(() => 1),
      labels,
      2,
    ),
  ).toBeCloseTo(0.5, 12);
  expect(reliability(said, labels, 2)).toEqual([
    { predicted: 0.25, observed: 0.25, count: 4 },
    { predicted: 0.75, observed: 0.75, count: 4 },
  ]);
});
