import { type InferenceSession, Tensor } from "onnxruntime-node";
import { assert } from "#base";
import { openSession } from "./onnx-session.ts";

/**
 * @file Dense matrix products in single precision on ONNX Runtime: one `Gemm` node per session, sizes left free, so that a
 * handful of sessions serves every product. Arrays are handed over as they are: nothing is copied on the way in, and with
 * `into` nothing is allocated on the way out.
 */

/** Row-major: element (row, column) is `values[row * columns + column]`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** A matrix over `values`, or of zeros. */
export function matrixOf(
  rows: number,
  columns: number,
  values: Float32Array = new Float32Array(rows * columns),
): Matrix {
  assert(values.length === rows * columns, "a matrix has rows x columns values");
  return { rows, columns, values };
}

export interface ProductOptions {
  readonly transposeLeft?: boolean;
  readonly transposeRight?: boolean;
  /** Factor of the product, 1 when absent. A constant of the algorithm: every value of it compiles a session, for good. */
  readonly alpha?: number;
  /** Factor of what `into` held before, 0 when absent. A constant of the algorithm, like `alpha`. */
  readonly beta?: number;
  /** Where the result goes; must not share memory with the factors. A new matrix when absent. */
  readonly into?: Matrix;
}

/** `alpha * op(left) * op(right) + beta * into`, which is also written to `into` (BLAS's GEMM). Blocks while it computes. */
export async function multiply(left: Matrix, right: Matrix, options: ProductOptions = {}): Promise<Matrix> {
  const { transposeLeft = false, transposeRight = false, alpha = 1, beta = 0 } = options;
  const rows = transposeLeft ? left.columns : left.rows;
  const inner = transposeLeft ? left.rows : left.columns;
  const columns = transposeRight ? right.rows : right.columns;
  assert(inner === (transposeRight ? right.columns : right.rows), "the factors' inner sizes are equal");
  const product = options.into ?? matrixOf(rows, columns);
  assert(product.rows === rows && product.columns === columns, "the result has the product's size");
  if (rows === 0 || columns === 0) return product;
  if (inner === 0) {
    for (let position = 0; position < product.values.length; position++) product.values[position]! *= beta;
    return product;
  }
  const session = await sessionFor(transposeLeft, transposeRight, alpha, beta);
  const result = tensorOf(product);
  const factors = { left: tensorOf(left), right: tensorOf(right) };
  await session.run(beta === 0 ? factors : { ...factors, before: result }, { product: result });
  return product;
}

function tensorOf(matrix: Matrix): Tensor {
  return new Tensor("float32", matrix.values, [matrix.rows, matrix.columns]);
}

/** Compiled once per thread and shared: a session holds no state between runs. */
const sessions = new Map<string, Promise<InferenceSession>>();

function sessionFor(
  transposeLeft: boolean,
  transposeRight: boolean,
  alpha: number,
  beta: number,
): Promise<InferenceSession> {
  const key = `${transposeLeft} ${transposeRight} ${alpha} ${beta}`;
  const known = sessions.get(key);
  if (known) return known;
  const opened = openSession({
    name: "gemm",
    inputs: [
      { name: "left", type: "float32", shape: transposeLeft ? ["k", "m"] : ["m", "k"] },
      { name: "right", type: "float32", shape: transposeRight ? ["n", "k"] : ["k", "n"] },
      ...(beta === 0 ? [] : [{ name: "before", type: "float32", shape: ["m", "n"] } as const]),
    ],
    outputs: [{ name: "product", type: "float32", shape: ["m", "n"] }],
    nodes: [
      {
        op: "Gemm",
        inputs: beta === 0 ? ["left", "right"] : ["left", "right", "before"],
        outputs: ["product"],
        attributes: {
          alpha: { kind: "float", value: alpha },
          beta: { kind: "float", value: beta },
          transA: { kind: "int", value: Number(transposeLeft) },
          transB: { kind: "int", value: Number(transposeRight) },
        },
      },
    ],
  });
  sessions.set(key, opened);
  return opened;
}
