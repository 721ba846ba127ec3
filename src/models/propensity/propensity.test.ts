import { expect, test } from "vitest";
import { Random } from "#base";
import { calibrate, driversOf, fitPropensity, type PersonTable, probabilityOf } from "./propensity.ts";

/** Log odds: 1.5 x below zero, 0 above, and -1 for the second; the third is noise. */
function logit([first = 0, second = 0]: readonly number[]): number {
  return 1.5 * Math.min(0, first) - second;
}

function people(count: number, seed: number): { table: PersonTable; labels: number[]; rows: number[][] } {
  const random = new Random(seed);
  const rows = Array.from({ length: count }, () => [2 * random.normal(), random.normal(), random.normal()]);
  const labels = rows.map((row) => Number(random.chance(1 / (1 + Math.exp(-logit(row))))));
  return {
    table: { names: ["bent", "straight", "noise"], values: Float64Array.from(rows.flat()) },
    labels,
    rows,
  };
}

const { table, labels } = people(6000, 1);
const other = people(3000, 2);
const model = calibrate(fitPropensity(table, labels), other.table, other.labels);

test("probabilities are the planted ones, bends and all", () => {
  for (const row of [
    [-3, 0, 0],
    [-1, 1, 0],
    [2, 0, 1],
    [3, -1, 0],
  ])
    expect(probabilityOf(model, row)).toBeCloseTo(1 / (1 + Math.exp(-logit(row))), 1);
});

test("drivers add up to the logit against everybody's, and what is noise drives nothing", () => {
  const row = [-3, 1.5, 0.5];
  const drivers = driversOf(model, row);
  expect(drivers.map(({ name }) => name)).toEqual(["bent", "straight", "noise"]);
  const total = drivers.reduce((sum, { effect }) => sum + effect, 0);
  const p = probabilityOf(model, row);
  expect(total + model.slope * model.constant + model.offset).toBeCloseTo(Math.log(p / (1 - p)), 9);
  expect(Math.abs(drivers[2]!.effect)).toBeLessThan(0.3);
});

test("a calibration sets right what is said too surely", () => {
  const sure = {
    ...model,
    slope: 1,
    offset: 0,
    constant: 3 * model.constant,
    curves: model.curves.map((curve) => ({
      ...curve,
      weights: curve.weights.map((weight) => 3 * weight),
      center: 3 * curve.center,
    })),
  };
  expect(calibrate(sure, other.table, other.labels).slope).toBeCloseTo(model.slope / 3, 2);
});

test("a model is plain data: kept as JSON it says the same", () => {
  const kept = JSON.parse(JSON.stringify(model));
  expect(probabilityOf(kept, [1, 2, 3])).toBe(probabilityOf(model, [1, 2, 3]));
});
