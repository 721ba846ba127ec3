/** The column where it has room for so many, else a copy with room for twice as many; the rest is zeros. */
export function grown<Column extends Float64Array | Int32Array | Float32Array>(
  column: Column,
  least: number,
): Column {
  if (least <= column.length) return column;
  const larger = new (column.constructor as new (length: number) => Column)(2 * least); // of the column's own kind
  larger.set(column);
  return larger;
}
