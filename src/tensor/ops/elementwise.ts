import { type Expression, operation, scalar } from "../graph/expression.ts";
import { broadcast } from "../graph/shape.ts";
import { sumTo } from "./reduction.ts";

/** @file Operators that work on each element alone. Those of two operands stretch their shapes to each other. */

export const add = binary("Add", (flow) => [flow, flow]);
export const sub = binary("Sub", (flow) => [flow, neg(flow)]);
export const mul = binary("Mul", (flow, x, y) => [mul(flow, y), mul(flow, x)]);
export const div = binary("Div", (flow, x, y) => {
  const perY = div(flow, y);
  return [perY, neg(mul(perY, div(x, y)))];
});

export const neg = unary("Neg", (flow) => neg(flow));
export const exp = unary("Exp", (flow, _x, y) => mul(flow, y));
export const log = unary("Log", (flow, x) => div(flow, x));
export const sqrt = unary("Sqrt", (flow, _x, y) => div(scale(flow, 0.5), y));
export const reciprocal = unary("Reciprocal", (flow, _x, y) => neg(mul(flow, mul(y, y))));
export const sigmoid = unary("Sigmoid", (flow, _x, y) => mul(flow, mul(y, sub(scalar(1), y))));
export const tanh = unary("Tanh", (flow, _x, y) => mul(flow, sub(scalar(1), mul(y, y))));
export const erf = unary("Erf", (flow, x) => mul(flow, scale(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))));
/** log(1 + e^x) */
export const softplus = unary("Softplus", (flow, x) => mul(flow, sigmoid(x)));
/** max(x, 0); at 0 the gradient is 0. */
export const relu = unary("Relu", (flow, _x, y) => mul(flow, sign(y)));

/** -1, 0 or 1; its gradient is 0 everywhere and not given. */
export function sign(x: Expression): Expression {
  return operation({ op: "Sign", inputs: [x], shape: x.shape });
}

export function scale(x: Expression, factor: number): Expression {
  return factor === 1 ? x : mul(x, scalar(factor));
}

/** x sigmoid(x), also called swish. */
export function silu(x: Expression): Expression {
  return mul(x, sigmoid(x));
}

/** x P(N(0, 1) <= x), exactly. Hendrycks and Gimpel 2016. */
export function gelu(x: Expression): Expression {
  return scale(mul(x, add(erf(scale(x, Math.SQRT1_2)), scalar(1))), 0.5);
}

function unary(
  op: string,
  gradient: (flow: Expression, x: Expression, y: Expression) => Expression,
): (x: Expression) => Expression {
  return (x) => operation({ op, inputs: [x], shape: x.shape, gradient: (flow, y) => [gradient(flow, x, y)] });
}

function binary(
  op: string,
  gradient: (flow: Expression, x: Expression, y: Expression) => readonly [Expression, Expression],
): (x: Expression, y: Expression) => Expression {
  return (x, y) =>
    operation({
      op,
      inputs: [x, y],
      shape: broadcast(x.shape, y.shape),
      gradient: (flow) => {
        const [toX, toY] = gradient(flow, x, y);
        return [sumTo(toX, x), sumTo(toY, y)];
      },
    });
}
