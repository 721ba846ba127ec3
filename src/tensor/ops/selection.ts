import { type Expression, operation } from "../graph/expression.ts";
import { sizeOf } from "../graph/shape.ts";
import { asRows, reshape, shapeOf, unsqueeze, zerosLike } from "./layout.ts";

/** @file Operators that choose values by position. Positions are int32 or int64 and below the size of what they choose from. */

/**
 * Rows of `table`, of shape (rows, D), at `positions` of any shape: (...positions, D). The gradient adds up where a row was
 * taken more than once, always in the same order: ScatterND would be faster, but adds in the order of its threads.
 */
export function gather(table: Expression, positions: Expression): Expression {
  const width = table.shape.at(-1)!;
  return operation({
    op: "Gather",
    inputs: [table, positions],
    attributes: { axis: { kind: "int", value: 0 } },
    shape: [...positions.shape, width],
    gradient: (flow) => [scatterRows(table, positions, asRows(flow)), undefined],
  });
}

/** {@link gather} of rows that are all different, for which the gradient is a plain copy. */
export function gatherDistinct(table: Expression, positions: Expression): Expression {
  return operation({
    op: "Gather",
    inputs: [table, positions],
    attributes: { axis: { kind: "int", value: 0 } },
    shape: [...positions.shape, table.shape.at(-1)!],
    gradient: (flow) => {
      const rows = operation({
        op: "Cast",
        inputs: [unsqueeze(positions, -1)],
        attributes: { to: { kind: "int", value: 7 } }, // int64, the only type ScatterND takes
        shape: [...positions.shape, 1],
        type: "int64",
      });
      const placed = operation({
        op: "ScatterND",
        inputs: [zerosLike(table), rows, flow],
        shape: table.shape,
      });
      return [placed, undefined];
    },
  });
}

/** Zeros of the shape of `like`, (rows, D), with each of `updates`, (n, D), added to the row `positions` say. No gradient. */
export function scatterRows(like: Expression, positions: Expression, updates: Expression): Expression {
  const column = reshape(positions, [sizeOf(positions.shape), 1]);
  const everywhere = operation({ op: "Expand", inputs: [column, shapeOf(updates)], shape: updates.shape });
  return operation({
    op: "ScatterElements",
    inputs: [zerosLike(like), everywhere, updates],
    attributes: { axis: { kind: "int", value: 0 }, reduction: { kind: "string", value: "add" } },
    shape: like.shape,
  });
}

/** One value of each row of `x`, of shape (rows, columns), at `positions` of shape (rows): (rows, 1). No gradient. */
export function pick(x: Expression, positions: Expression): Expression {
  return operation({
    op: "GatherElements",
    inputs: [x, unsqueeze(positions, -1)],
    attributes: { axis: { kind: "int", value: -1 } },
    shape: [...x.shape.slice(0, -1), 1],
  });
}
