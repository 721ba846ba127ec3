import { type Expression, integers, operation } from "../graph/expression.ts";
import { axisOf, type Shape, sameShape } from "../graph/shape.ts";
import { reshapeLike, shapeOf, sizeAlong } from "./layout.ts";

/** @file Sums over axes, and their opposite: stretching along axes. Reduced axes keep a size of 1. */

export function sum(x: Expression, ...axes: readonly number[]): Expression {
  return operation({
    op: "ReduceSum",
    inputs: [x, integers(axes.map((axis) => axisOf(x.shape, axis)))],
    attributes: keepsAxes,
    shape: reduced(x.shape, axes),
    gradient: (flow) => [stretchLike(flow, x), undefined],
  });
}

/** The sum of all elements, a single number. */
export function total(x: Expression): Expression {
  return operation({
    op: "ReduceSum",
    inputs: [x],
    attributes: { keepdims: { kind: "int", value: 0 } },
    shape: [],
    gradient: (flow) => [stretchLike(flow, x)],
  });
}

/** Stretched along axes of size 1 (and new outer axes) to the shape of `like`, of which only the shape matters. */
export function stretchLike(x: Expression, like: Expression): Expression {
  if (sameShape(x.shape, like.shape)) return x;
  return operation({
    op: "Expand",
    inputs: [x, shapeOf(like)],
    shape: like.shape,
    gradient: (flow) => [sumTo(flow, x), undefined],
  });
}

/** As {@link stretchLike}, of the size that it has along the last axis. */
export function stretchOuterLike(x: Expression, like: Expression): Expression {
  const shape = [...like.shape.slice(0, -1), x.shape.at(-1)!];
  if (sameShape(x.shape, shape)) return x;
  const outer = shape.slice(0, -1).map((_, axis) => sizeAlong(like, axis));
  const sizes = operation({
    op: "Concat",
    inputs: [...outer, sizeAlong(x, -1)],
    attributes: { axis: { kind: "int", value: 0 } },
    shape: [shape.length],
  });
  return operation({
    op: "Expand",
    inputs: [x, sizes],
    shape,
    gradient: (flow) => [sumTo(flow, x), undefined],
  });
}

/** The opposite of stretching: summed over the axes along which `like` has to stretch to the shape of `x`. */
export function sumTo(x: Expression, like: Expression): Expression {
  if (sameShape(x.shape, like.shape)) return x;
  const outer = x.shape.length - like.shape.length;
  const axes = [...x.shape.keys()].filter(
    (axis) => axis < outer || like.shape[axis - outer] !== x.shape[axis],
  );
  return reshapeLike(sum(x, ...axes), like);
}

const keepsAxes = { keepdims: { kind: "int", value: 1 } } as const;

function reduced(shape: Shape, axes: readonly number[]): Shape {
  const gone = new Set(axes.map((axis) => axisOf(shape, axis)));
  return shape.map((size, axis) => (gone.has(axis) ? 1 : size));
}
