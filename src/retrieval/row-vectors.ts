/** @file Rows with their vectors, wherever they are kept. */
export interface RowVectors {
  readonly count: number;
  rowAt(position: number): number;
  /** A view: to be used before the next change. */
  vectorAt(position: number): Float32Array;
}

/** `values` has shape (rows, dimensions), row-major. */
export function rowVectorsOf(rows: Uint32Array, values: Float32Array, dimensions: number): RowVectors {
  return {
    count: rows.length,
    rowAt: (position) => rows[position]!,
    vectorAt: (position) => values.subarray(position * dimensions, (position + 1) * dimensions),
  };
}
