import { historyOf, type Interactions } from "#sequences";
import { distinctItems } from "./distinct-items.ts";

/** A sparse matrix compressed by rows; columns ascend within a row. */
export interface SparseRows {
  readonly rowCount: number;
  readonly columnCount: number;
  /** (rowCount + 1): the entries of row `r` are `offsets[r] .. offsets[r + 1]`. */
  readonly offsets: Uint32Array;
  /** (n) */
  readonly columns: Uint32Array;
  /** (n) */
  readonly values: Float32Array;
}

/** People by items: the weight of each person's strongest engagement with each item ({@link distinctItems}). */
export function engagementsOf(data: Interactions): SparseRows {
  const columns = new Uint32Array(data.itemRows.length);
  const values = new Float32Array(data.itemRows.length);
  const offsets = new Uint32Array(data.userCount + 1);
  let end = 0;
  for (let user = 0; user < data.userCount; user++) {
    const { itemRows, weights } = distinctItems(historyOf(data, user), data.itemCount);
    columns.set(itemRows, end);
    values.set(weights, end);
    end += itemRows.length;
    offsets[user + 1] = end;
  }
  return {
    rowCount: data.userCount,
    columnCount: data.itemCount,
    offsets,
    columns: columns.subarray(0, end),
    values: values.subarray(0, end),
  };
}

/** Rows become columns. O(n), a counting sort. */
export function transpose(rows: SparseRows): SparseRows {
  const offsets = new Uint32Array(rows.columnCount + 1);
  for (const column of rows.columns) offsets[column + 1]!++;
  for (let column = 0; column < rows.columnCount; column++) offsets[column + 1]! += offsets[column]!;
  const next = offsets.slice(0, rows.columnCount);
  const columns = new Uint32Array(rows.columns.length);
  const values = new Float32Array(rows.columns.length);
  for (let row = 0; row < rows.rowCount; row++)
    for (let entry = rows.offsets[row]!; entry < rows.offsets[row + 1]!; entry++) {
      const to = next[rows.columns[entry]!]!++;
      columns[to] = row;
      values[to] = rows.values[entry]!;
    }
  return { rowCount: rows.columnCount, columnCount: rows.rowCount, offsets, columns, values };
}

/** Sum of the values of each column: shape (columnCount). */
export function columnSums(rows: SparseRows): Float32Array {
  const sums = new Float64Array(rows.columnCount);
  for (let entry = 0; entry < rows.columns.length; entry++)
    sums[rows.columns[entry]!]! += rows.values[entry]!;
  return Float32Array.from(sums);
}
