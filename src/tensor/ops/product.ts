import { assert } from "#base";
import { type Expression, operation, withGradient } from "../graph/expression.ts";
import { sameShape, textOf } from "../graph/shape.ts";
import { add } from "./elementwise.ts";
import { asRows, transposed } from "./layout.ts";

/**
 * Matrix product over the last two axes: (..., M, K) by (K, N), the same for every outer index, or by (..., K, N) of the same
 * outer axes. Products by a {@link transposed} matrix cost no transposition: the runtime reads it in the other order.
 */
export function matmul(x: Expression, y: Expression): Expression {
  const outer = x.shape.slice(0, -1);
  const isShared = y.shape.length === 2;
  assert(
    x.shape.at(-1) === y.shape.at(-2) && (isShared || sameShape(outer.slice(0, -1), y.shape.slice(0, -2))),
    `${textOf(x.shape)} can be multiplied by ${textOf(y.shape)}`,
  );
  return operation({
    op: "MatMul",
    inputs: [x, y],
    shape: [...outer, y.shape.at(-1)!],
    gradient: (flow) => [
      matmul(flow, transposed(y)),
      isShared ? matmul(transposed(asRows(x)), asRows(flow)) : matmul(transposed(x), flow),
    ],
  });
}

/** {@link matmul} by a matrix of which nothing is learned, (K, N), where K may be known only when the graph runs. */
export function matmulGiven(x: Expression, given: Expression): Expression {
  return withGradient(matmul(x, given), [x], (flow) => [matmul(flow, transposed(given))]);
}

/** x W + b with W of shape (in, out), b of shape (out). */
export function affine(x: Expression, weight: Expression, bias: Expression): Expression {
  return add(matmul(x, weight), bias);
}
