import { assert } from "#base";
import { type Expression, integers, operation, operations } from "../graph/expression.ts";
import { axisOf, type Dimension, type Shape, sameShape, sizeOf, textOf } from "../graph/shape.ts";

/** @file Operators that move values without changing them. */

/**
 * The same values, row-major, in another shape. A size that is a name must stand where `x` has it; one more may be free, and
 * is what remains.
 */
export function reshape(x: Expression, shape: Shape): Expression {
  assert(sizeOf(x.shape) === sizeOf(shape), `${textOf(shape)} has as many elements as ${textOf(x.shape)}`);
  if (sameShape(x.shape, shape)) return x;
  const target = shape.map((size, axis) =>
    typeof size === "number" ? size : size === x.shape[axis] ? 0 : -1,
  );
  assert(
    target.filter((size) => size === -1).length <= 1,
    `${textOf(shape)} has one size to work out at most`,
  );
  return operation({
    op: "Reshape",
    inputs: [x, integers(target)],
    shape,
    gradient: (flow) => [reshapeLike(flow, x), undefined],
  });
}

/** The same values in the shape of `like`, of which only the shape matters. */
export function reshapeLike(x: Expression, like: Expression): Expression {
  if (sameShape(x.shape, like.shape)) return x;
  const target = like.shape.every((size) => typeof size === "number") ? integers(like.shape) : shapeOf(like);
  return operation({
    op: "Reshape",
    inputs: [x, target],
    shape: like.shape,
    gradient: (flow) => [reshapeLike(flow, x), undefined],
  });
}

/** All axes but the last as one: a matrix of rows. */
export function asRows(x: Expression): Expression {
  return x.shape.length === 2 ? x : reshape(x, [sizeOf(x.shape.slice(0, -1)), x.shape.at(-1)!]);
}

/** Result axis `i` is `x`'s axis `order[i]`. */
export function transpose(x: Expression, order: readonly number[]): Expression {
  const back = order.map((_, axis) => order.indexOf(axis));
  assert(
    order.length === x.shape.length && !back.includes(-1),
    `every axis of ${textOf(x.shape)} stands once`,
  );
  return operation({
    op: "Transpose",
    inputs: [x],
    attributes: { perm: { kind: "ints", value: order } },
    shape: order.map((axis) => x.shape[axis]!),
    gradient: (flow) => [transpose(flow, back)],
  });
}

/** With the last two axes exchanged. */
export function transposed(x: Expression): Expression {
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/** A new axis of size 1 at `axis` of the result. */
export function unsqueeze(x: Expression, axis: number): Expression {
  const at = axis < 0 ? x.shape.length + 1 + axis : axis;
  return operation({
    op: "Unsqueeze",
    inputs: [x, integers([at])],
    shape: [...x.shape.slice(0, at), 1, ...x.shape.slice(at)],
    gradient: (flow) => [reshapeLike(flow, x), undefined],
  });
}

/** One after another along the last axis. */
export function concatenate(parts: readonly Expression[]): Expression {
  const [first] = parts;
  assert(first, "something is joined");
  const widths = parts.map(({ shape }) => fixed(shape.at(-1)!));
  const outer = first.shape.slice(0, -1);
  assert(
    parts.every(({ shape }) => sameShape(shape.slice(0, -1), outer)),
    "what is joined differs in its last axis only",
  );
  return operation({
    op: "Concat",
    inputs: parts,
    attributes: { axis: { kind: "int", value: -1 } },
    shape: [...outer, widths.reduce((sum, width) => sum + width, 0)],
    gradient: (flow) => split(flow, widths),
  });
}

/** Inverse of {@link concatenate}: parts of the given widths along the last axis. */
export function split(x: Expression, widths: readonly number[]): readonly Expression[] {
  const outer = x.shape.slice(0, -1);
  assert(
    widths.reduce((sum, width) => sum + width, 0) === x.shape.at(-1),
    `the parts of ${textOf(x.shape)} add up to its last axis`,
  );
  const results = operations({
    op: "Split",
    inputs: [x, integers(widths)],
    attributes: { axis: { kind: "int", value: -1 } },
    results: widths.map((width) => ({ type: x.type, shape: [...outer, width] })),
    gradient: (...flows) => [
      concatenate(flows.map((flow, position) => flow ?? zerosLike(results[position]!))),
      undefined,
    ],
  });
  return results;
}

/** The first rows (along the first axis) of `x`, as many as `like` has along `axis`. */
export function firstRows(x: Expression, like: Expression, axis: number): Expression {
  const [rows, ...rest] = x.shape;
  const count = sizeAlong(like, axis);
  return operation({
    op: "Slice",
    inputs: [x, integers([0]), count, integers([0])],
    shape: [like.shape.at(axis)!, ...rest],
    gradient: (flow) => {
      const missing = operation({
        op: "Sub",
        inputs: [integers([fixed(rows!)]), count],
        shape: [1],
      });
      const none = integers(rest.map(() => 0));
      const pads = operation({
        op: "Concat",
        inputs: [integers([0]), none, missing, none],
        attributes: { axis: { kind: "int", value: 0 } },
        shape: [2 * x.shape.length],
      });
      return [
        operation({ op: "Pad", inputs: [flow, pads], shape: x.shape }),
        undefined,
        undefined,
        undefined,
      ];
    },
  });
}

/** Zeros in the shape of `x`. */
export function zerosLike(x: Expression): Expression {
  return operation({ op: "ConstantOfShape", inputs: [shapeOf(x)], shape: x.shape, type: "float32" });
}

/** The sizes of `x` as int64 of shape (rank). */
export function shapeOf(x: Expression): Expression {
  return operation({ op: "Shape", inputs: [x], shape: [x.shape.length], type: "int64" });
}

/** The size of one axis as int64 of shape (1). */
export function sizeAlong(x: Expression, axis: number): Expression {
  const start = axisOf(x.shape, axis);
  const attributes = {
    start: { kind: "int", value: start },
    end: { kind: "int", value: start + 1 },
  } as const;
  return operation({ op: "Shape", inputs: [x], attributes, shape: [1], type: "int64" });
}

function fixed(size: Dimension): number {
  assert(typeof size === "number", `the size ${size} is known when the graph is built`);
  return size;
}
