import { dot } from "#numeric";
import type { Matrix } from "#tensor";

/** The nearest of each row by cosine: `rows` and `cosines` are (n, k), the nearest first, the row itself left out. */
export interface Neighbours {
  readonly k: number;
  readonly rows: Int32Array;
  readonly cosines: Float32Array;
}

/** Exact, of rows of length 1. O(n^2 D). */
export function nearestRows(vectors: Matrix, k: number): Neighbours {
  const { rows: n } = vectors;
  const width = Math.min(k, Math.max(0, n - 1));
  const rows = new Int32Array(n * width).fill(-1);
  const cosines = new Float32Array(n * width).fill(Number.NEGATIVE_INFINITY);
  for (let row = 0; row < n; row++) {
    const own = rowOf(vectors, row);
    for (let other = 0; other < row; other++) {
      const cosine = dot(own, rowOf(vectors, other));
      offer(row, other, cosine);
      offer(other, row, cosine);
    }
  }
  return { k: width, rows, cosines };

  /** Insertion into the short sorted list of a row. */
  function offer(to: number, row: number, cosine: number): void {
    let at = (to + 1) * width - 1;
    if (width === 0 || cosine <= cosines[at]!) return;
    for (; at > to * width && cosines[at - 1]! < cosine; at--) {
      cosines[at] = cosines[at - 1]!;
      rows[at] = rows[at - 1]!;
    }
    cosines[at] = cosine;
    rows[at] = row;
  }
}

function rowOf({ values, columns }: Matrix, row: number): Float32Array {
  return values.subarray(row * columns, (row + 1) * columns);
}
