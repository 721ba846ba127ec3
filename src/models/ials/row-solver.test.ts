import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "#base";
import { RowSolver } from "./row-solver.ts";

/** @file Law: enough steps satisfy the equations, written out densely, from any start and for either right side. */
test("the solution satisfies the dense equations", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 12 }),
      fc.boolean(),
      fc.integer(),
      (size, count, isFromZero, seed) => {
        const random = new Random(seed);
        const vectors = Float32Array.from({ length: 12 * size }, () => random.normal());
        const rows = Uint32Array.from({ length: count }, () => random.integer(12));
        const weights = Float32Array.from({ length: count }, () => 0.5 + random.uniform());
        const diagonal = Float64Array.from({ length: size }, () => 0.5 + random.exponential());
        const target = Float32Array.from({ length: size }, () => random.normal());
        const start = Float32Array.from({ length: size }, () => (isFromZero ? 0 : random.normal()));
        const solver = new RowSolver(size);
        solver.setSystem(vectors, rows, weights, (at) => diagonal[at]!);

        const person = start.slice();
        solver.solveEngagements(person, weights, 200, 0);
        const view = start.slice();
        solver.solve(view, target, 200, 0);

        for (let at = 0; at < size; at++) {
          let personLeft = diagonal[at]! * person[at]!;
          let viewLeft = diagonal[at]! * view[at]!;
          let personRight = 0;
          for (const [k, row] of rows.entries()) {
            const own = vectors[row * size + at]!;
            const overlap = (x: Float32Array) =>
              x.reduce((sum, value, position) => sum + value * vectors[row * size + position]!, 0);
            personLeft += weights[k]! * own * overlap(person);
            viewLeft += weights[k]! * own * overlap(view);
            personRight += weights[k]! * own;
          }
          expect(personLeft).toBeCloseTo(personRight, 3);
          expect(viewLeft).toBeCloseTo(target[at]!, 3);
        }
      },
    ),
  );
});

test("no step leaves the start as it is", () => {
  const solver = new RowSolver(2);
  const one = Float32Array.of(1);
  solver.setSystem(Float32Array.of(1, 2), Uint32Array.of(0), one, () => 1);
  const x = Float32Array.of(0.25, -0.5);
  solver.solveEngagements(x, one, 0, 0);
  expect(x).toEqual(Float32Array.of(0.25, -0.5));
});
