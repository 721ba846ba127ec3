import type { Random } from "#base";
import type { Matrix } from "#tensor";
import type { Points } from "./align.ts";

const ITERATIONS = 60;

/** Rows as seen along the two directions in which they differ most (principal components, by power iteration). */
export function principalPlane({ rows, columns, values }: Matrix, random: Random): Points {
  const mean = new Float64Array(columns);
  for (let row = 0; row < rows; row++)
    for (let at = 0; at < columns; at++) mean[at]! += values[row * columns + at]! / rows;
  const directions: Float64Array[] = [];
  for (let component = 0; component < 2; component++) {
    let direction = Float64Array.from({ length: columns }, () => random.normal());
    for (let round = 0; round < ITERATIONS; round++) {
      const next = new Float64Array(columns);
      for (let row = 0; row < rows; row++) {
        const length = along(row, direction);
        for (let at = 0; at < columns; at++) next[at]! += length * (values[row * columns + at]! - mean[at]!);
      }
      for (const before of directions) remove(next, before);
      const size = Math.hypot(...next);
      if (size === 0) break; // they differ in no further direction
      direction = next.map((value) => value / size);
    }
    directions.push(direction);
  }
  return Float32Array.from({ length: 2 * rows }, (_, at) => along(at >> 1, directions[at % 2]!));

  function along(row: number, direction: Float64Array): number {
    let sum = 0;
    for (let at = 0; at < columns; at++) sum += (values[row * columns + at]! - mean[at]!) * direction[at]!;
    return sum;
  }
}

function remove(vector: Float64Array, direction: Float64Array): void {
  let length = 0;
  for (let at = 0; at < vector.length; at++) length += vector[at]! * direction[at]!;
  for (let at = 0; at < vector.length; at++) vector[at]! -= length * direction[at]!;
}
