/**
 * Scales every row of `values`, of shape (rows, `width`), to Euclidean length 1, in place, and returns it. A row of zeros has no
 * direction and stays.
 */
export function unitRows(values: Float32Array, width: number): Float32Array {
  for (let start = 0; start < values.length; start += width) {
    let squares = 0;
    for (let at = start; at < start + width; at++) squares += values[at]! * values[at]!;
    if (squares === 0) continue;
    const factor = 1 / Math.sqrt(squares);
    for (let at = start; at < start + width; at++) values[at]! *= factor;
  }
  return values;
}
