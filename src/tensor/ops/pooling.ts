import { type Expression, integers, operation, scalar } from "../graph/expression.ts";
import { axisOf } from "../graph/shape.ts";
import { div, mul, sign, sub } from "./elementwise.ts";
import { sum } from "./reduction.ts";

/** The largest along one axis, which keeps a size of 1. Where several are, they share the gradient. */
export function largest(x: Expression, axis: number): Expression {
  const along = axisOf(x.shape, axis);
  return operation({
    op: "ReduceMax",
    inputs: [x, integers([along])],
    attributes: { keepdims: { kind: "int", value: 1 } },
    shape: x.shape.map((size, other) => (other === along ? 1 : size)),
    gradient: (flow, y) => {
      const isLargest = sub(scalar(1), sign(sub(y, x)));
      return [mul(isLargest, div(flow, sum(isLargest, along))), undefined];
    },
  });
}
