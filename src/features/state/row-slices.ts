import { isLater, type Place } from "../aggregation.ts";
import { PackedReader } from "../packed-bytes.ts";

/** A stored row whose place is known and whose bytes are only passed on. */
export interface RowSlice extends Place {
  readonly bytes: Uint8Array;
  /** Number of its source in the plan. */
  readonly source: number;
}

/** The rows of the bytes (feature-row.ts), which they are views of. */
export function sliceRows(bytes: Uint8Array): RowSlice[] {
  const slices: RowSlice[] = [];
  const reader = new PackedReader(bytes);
  while (!reader.isAtEnd) {
    const from = reader.at;
    const size = reader.whole();
    const end = reader.at + size;
    const source = reader.whole();
    const timestampMs = reader.whole();
    const offset = reader.whole();
    reader.at = end;
    slices.push({ source, timestampMs, offset, bytes: bytes.subarray(from, end) });
  }
  return slices;
}

/** By time and place in the log, in place. */
export function sortSlices<Slice extends Place>(slices: Slice[]): Slice[] {
  return slices.sort((left, right) => (isLater(left, right) ? 1 : isLater(right, left) ? -1 : 0));
}
