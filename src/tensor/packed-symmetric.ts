import { assert } from "#base";

/**
 * @file A symmetric matrix stored once: its lower triangle in panels of 256 rows, so that half the memory holds it and every
 * leading part of a row panel is a dense row-major matrix of its own.
 *
 *     panel 0   [ 256 x 256 ]
 *     panel 1   [ 256 x 512 .......... ]
 *     panel 2   [ 256 x 768 .................... ]
 *
 * The size is padded to whole panels with an identity, which no algorithm here lets touch the rest. Diagonal blocks hold
 * both of their halves, equal up to rounding.
 */
export interface PackedSymmetric {
  /** Rows and columns, without the padding. */
  readonly size: number;
  /** Panel `p` holds rows 256 p .. 256 p + 255, columns 0 .. 256 (p + 1) - 1, row-major. */
  readonly panels: readonly Float32Array[];
}

export const PANEL_ROWS = 256;

/** Zero, but for the identity on the padding. */
export function packedSymmetric(size: number): PackedSymmetric {
  assert(Number.isInteger(size) && size > 0, "a matrix has at least one row");
  const panels = Array.from(
    { length: Math.ceil(size / PANEL_ROWS) },
    (_, panel) => new Float32Array(PANEL_ROWS * PANEL_ROWS * (panel + 1)),
  );
  const last = panels[panels.length - 1]!;
  for (let row = size; row < panels.length * PANEL_ROWS; row++)
    last[(row % PANEL_ROWS) * panels.length * PANEL_ROWS + row] = 1;
  return { size, panels };
}

/** Bytes of a packed matrix of this size. */
export function packedBytes(size: number): number {
  const panels = Math.ceil(size / PANEL_ROWS);
  return 4 * PANEL_ROWS * PANEL_ROWS * ((panels * (panels + 1)) / 2);
}

/** The element at (row, column), in either order. */
export function elementAt(matrix: PackedSymmetric, row: number, column: number): number {
  const [lower, upper] = row >= column ? [row, column] : [column, row];
  const panel = Math.floor(lower / PANEL_ROWS);
  return matrix.panels[panel]![(lower % PANEL_ROWS) * (panel + 1) * PANEL_ROWS + upper]!;
}

/** Adds to the elements (row, column) and (column, row), once when they are the same. */
export function addAt(matrix: PackedSymmetric, row: number, column: number, value: number): void {
  const lower = Math.max(row, column);
  const upper = Math.min(row, column);
  const panel = (lower / PANEL_ROWS) | 0;
  const width = (panel + 1) * PANEL_ROWS;
  const values = matrix.panels[panel]!;
  values[(lower - panel * PANEL_ROWS) * width + upper]! += value;
  const isInDiagonalBlock = upper >= panel * PANEL_ROWS;
  if (isInDiagonalBlock && lower !== upper) values[(upper - panel * PANEL_ROWS) * width + lower]! += value;
}

/** All elements of a row, without the padding, into `out` of shape (size). */
export function copyRow(matrix: PackedSymmetric, row: number, out: Float32Array): void {
  const own = Math.floor(row / PANEL_ROWS);
  const ownWidth = (own + 1) * PANEL_ROWS;
  const ownStart = (row % PANEL_ROWS) * ownWidth;
  out.set(matrix.panels[own]!.subarray(ownStart, ownStart + Math.min(ownWidth, matrix.size)));
  for (let panel = own + 1; panel < matrix.panels.length; panel++) {
    const values = matrix.panels[panel]!;
    const width = (panel + 1) * PANEL_ROWS;
    const rows = Math.min(PANEL_ROWS, matrix.size - panel * PANEL_ROWS);
    for (let below = 0; below < rows; below++) out[panel * PANEL_ROWS + below] = values[below * width + row]!;
  }
}
