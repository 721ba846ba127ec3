import type { SequenceRow } from "./sequence-block.ts";

/**
 * Rows read in place, from the bytes they are stored as: a number costs one load, and a string is made only when it is asked
 * for. `n` counts from 0. What a row does not have is `undefined`.
 */
export interface RowsView {
  readonly count: number;
  timestampMs(n: number): number;
  offset(n: number): number;
  itemRow(n: number): number;
  action(n: number): number;
  surface(n: number): number;
  dwellMs(n: number): number | undefined;
  value(n: number): number | undefined;
  position(n: number): number | undefined;
  /** As `consentBits` has it; 0 when the event said nothing. */
  consent(n: number): number;
  slateId(n: number): string | undefined;
  source(n: number): string | undefined;
  eventId(n: number): string;
  /** Length of the event id as UTF-8. */
  eventIdBytes(n: number): number;
  /** Writes the event id as UTF-8 from `at` on, where there is room for it, and returns where it ends. */
  writeEventId(n: number, bytes: Buffer, at: number): number;
}

/** Row `n` by itself, with its strings. */
export function rowAt(rows: RowsView, n: number): SequenceRow {
  const dwellMs = rows.dwellMs(n);
  const value = rows.value(n);
  const position = rows.position(n);
  const consent = rows.consent(n);
  const slateId = rows.slateId(n);
  const source = rows.source(n);
  const row: { -readonly [Field in keyof SequenceRow]: SequenceRow[Field] } = {
    timestampMs: rows.timestampMs(n),
    offset: rows.offset(n),
    eventId: rows.eventId(n),
    itemRow: rows.itemRow(n),
    action: rows.action(n),
    surface: rows.surface(n),
  };
  if (dwellMs !== undefined) row.dwellMs = dwellMs;
  if (value !== undefined) row.value = value;
  if (position !== undefined) row.position = position;
  if (slateId !== undefined) row.slateId = slateId;
  if (source !== undefined) row.source = source;
  if (consent !== 0) row.consent = consent;
  return row;
}
