import { type Expression, operation, operations, scalar, withGradient } from "../graph/expression.ts";
import type { Shape } from "../graph/shape.ts";
import { add, mul, reciprocal, scale, sqrt, sub } from "./elementwise.ts";
import { sum, sumTo } from "./reduction.ts";

/** @file Operators that set the last axis in proportion to itself. */

/** e^x over its sum along the last axis. */
export function softmax(x: Expression): Expression {
  return operation({
    op: "Softmax",
    inputs: [x],
    attributes: lastAxis,
    shape: x.shape,
    gradient: (flow, y) => {
      const weighted = mul(flow, y);
      return [sub(weighted, mul(y, sum(weighted, -1)))];
    },
  });
}

/** (x - mean) / sqrt(variance + epsilon) along the last axis, times `gain`, plus `shift`: both of its shape. Ba et al. 2016. */
export function layerNorm(x: Expression, gain: Expression, shift: Expression, epsilon = 1e-6): Expression {
  const perRow: Shape = [...x.shape.slice(0, -1), 1];
  const size = Number(x.shape.at(-1));
  const [y, center, inverse] = operations({
    op: "LayerNormalization",
    inputs: [x, gain, shift],
    attributes: { ...lastAxis, epsilon: { kind: "float", value: epsilon } },
    results: [x.shape, perRow, perRow].map((shape) => ({ type: x.type, shape })),
    gradient: (flow) => {
      const standard = mul(sub(x, center!), inverse!);
      const toStandard = mul(flow!, gain);
      const along = mul(standard, scale(sum(mul(toStandard, standard), -1), 1 / size));
      const across = scale(sum(toStandard, -1), 1 / size);
      return [
        mul(sub(sub(toStandard, across), along), inverse!),
        sumTo(mul(flow!, standard), gain),
        sumTo(flow!, shift),
      ];
    },
  });
  return y!;
}

/** Of length 1 along the last axis: x / sqrt(|x|^2 + epsilon). */
export function l2Normalize(x: Expression, epsilon = 1e-12): Expression {
  const inverse = reciprocal(sqrt(add(sum(mul(x, x), -1), scalar(epsilon))));
  const y = mul(x, inverse);
  return withGradient(y, [x], (flow) => [mul(inverse, sub(flow, mul(y, sum(mul(flow, y), -1))))]);
}

const lastAxis = { axis: { kind: "int", value: -1 } } as const;
