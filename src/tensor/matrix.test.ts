import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "#base";
import { type Matrix, matrixOf, multiply } from "./matrix.ts";
import { encodeOnnx } from "./onnx-file.ts";

/**
 * @file Laws: every combination of transposes, sizes, alpha and beta agrees with three loops in double precision; the
 * result lands in the array it was given.
 */
const sizes = fc.integer({ min: 0, max: 9 });

test("every product agrees with three loops", async () => {
  await fc.assert(
    fc.asyncProperty(
      sizes,
      sizes,
      sizes,
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom(1, -1, 0.5),
      fc.constantFrom(0, 1),
      fc.integer(),
      async (rows, inner, columns, transposeLeft, transposeRight, alpha, beta, seed) => {
        const random = new Random(seed);
        const left = randomMatrix(random, ...(transposeLeft ? [inner, rows] : [rows, inner]));
        const right = randomMatrix(random, ...(transposeRight ? [columns, inner] : [inner, columns]));
        const into = randomMatrix(random, rows, columns);
        const expected = matrixOf(rows, columns);
        for (let row = 0; row < rows; row++)
          for (let column = 0; column < columns; column++) {
            let sum = beta * at(into, row, column);
            for (let between = 0; between < inner; between++)
              sum +=
                alpha *
                (transposeLeft ? at(left, between, row) : at(left, row, between)) *
                (transposeRight ? at(right, column, between) : at(right, between, column));
            expected.values[row * columns + column] = sum;
          }
        const { values } = into;
        const result = await multiply(left, right, { transposeLeft, transposeRight, alpha, beta, into });
        expect(result.values).toBe(values);
        values.forEach((value, position) => {
          expect(value).toBeCloseTo(expected.values[position]!, 4);
        });
      },
    ),
    { numRuns: 200 },
  );
});

test("without a place for the result, a new matrix is made", async () => {
  const left = matrixOf(1, 2, Float32Array.of(1, 2));
  const result = await multiply(left, left, { transposeRight: true });
  expect(result).toEqual({ rows: 1, columns: 1, values: Float32Array.of(5) });
});

test("inner sizes that differ are our mistake", async () => {
  await expect(multiply(matrixOf(2, 3), matrixOf(2, 3))).rejects.toThrow("inner sizes");
});

test("the same file runs in a worker thread, which then ends by itself", async () => {
  const value = { type: "float32", shape: [1, 2] } as const;
  const bytes = encodeOnnx({
    name: "sum",
    inputs: [{ name: "a", ...value }],
    outputs: [{ name: "b", ...value }],
    nodes: [{ op: "Add", inputs: ["a", "a"], outputs: ["b"] }],
  });
  const worker = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
     const { InferenceSession, Tensor } = require("onnxruntime-node");
     InferenceSession.create(workerData)
       .then((session) => session.run({ a: new Tensor("float32", Float32Array.of(1, 2), [1, 2]) }))
       .then(({ b }) => parentPort.postMessage(b.data));`,
    { eval: true, workerData: bytes },
  );
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  const answer = await new Promise((resolve, reject) =>
    worker.once("message", resolve).once("error", reject),
  );
  expect(answer).toEqual(Float32Array.of(2, 4));
  expect(await ended).toBe(0);
});

function randomMatrix(random: Random, rows = 0, columns = 0): Matrix {
  return matrixOf(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => random.normal()),
  );
}

function at(matrix: Matrix, row: number, column: number): number {
  return matrix.values[row * matrix.columns + column]!;
}
