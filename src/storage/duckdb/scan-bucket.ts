import type { DuckDBConnection, DuckDBVector } from "@duckdb/node-api";
import { assert, DAY_MS } from "#base";
import type { LakeBatch, LakeEvent, LakeScanOptions } from "../lake.ts";
import { duckDb } from "./engine.ts";
import { lakeColumns, quoteName, quoteText, ROW_ORDER, relationOf } from "./lake-columns.ts";
import type { Arrival, LakeFolder, SettledFile } from "./lake-folder.ts";

export interface BucketParts {
  readonly folder: LakeFolder;
  readonly bucket: number;
  readonly settled: readonly SettledFile[];
  readonly arrivals: readonly Arrival[];
  readonly connection: DuckDBConnection;
}

/** One bucket's rows in the order of the files, merged; the engine sorts outside memory when it must. */
export async function* scanBucket<Column extends keyof LakeEvent>(
  { folder, bucket, settled, arrivals, connection }: BucketParts,
  options: LakeScanOptions<Column>,
): AsyncIterable<LakeBatch<Column>> {
  const relation = relationOf(
    settled.filter((file) => mayHold(file, options)).map((file) => folder.settledPath(file)),
    arrivals.map((arrival) => folder.arrivalPath(arrival)),
  );
  const columns = options.columns.map((key) => {
    const column = lakeColumns.find((known) => known.key === key);
    assert(column, `"${key}" is a column of the lake`);
    return column;
  });
  const selected = columns.map(({ name }) => quoteName(name)).join(", ");
  const result = await connection.stream(
    `SELECT ${selected} FROM (${relation}) WHERE ${conditionOf(bucket, options)} ORDER BY ${ROW_ORDER}`,
  );
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return;
    const rows: Record<string, unknown>[] = Array.from({ length: chunk.rowCount }, () => ({}));
    for (const [position, { key }] of columns.entries()) {
      const read = readerOf(chunk.getColumnVector(position));
      for (let row = 0; row < rows.length; row++) rows[row]![key] = read(row);
    }
    yield { bucket, rows: rows as Pick<LakeEvent, Column>[] }; // each has the columns asked for, by the loop above
  }
}

function mayHold({ day }: SettledFile, { fromMs, untilMs }: LakeScanOptions<keyof LakeEvent>): boolean {
  const beginMs = Date.parse(day);
  const endMs = beginMs + DAY_MS;
  return (fromMs === undefined || fromMs < endMs) && (untilMs === undefined || beginMs < untilMs);
}

function conditionOf(
  bucket: number,
  { fromMs, untilMs, names, saysConsent }: LakeScanOptions<keyof LakeEvent>,
): string {
  const conditions = [`bucket = ${bucket}`];
  if (fromMs !== undefined) conditions.push(`"timestamp" >= ${timeOf(fromMs)}`);
  if (untilMs !== undefined) conditions.push(`"timestamp" < ${timeOf(untilMs)}`);
  if (names) conditions.push(names.length === 0 ? "false" : `name IN (${names.map(quoteText).join(", ")})`);
  if (saysConsent) conditions.push("consent IS NOT NULL");
  return conditions.join(" AND ");
}

function timeOf(timeMs: number): string {
  return `epoch_ms(${Math.ceil(timeMs)}::BIGINT)`;
}

/** Times and whole numbers as JavaScript numbers; the rest as it is. */
function readerOf(vector: DuckDBVector): (row: number) => unknown {
  const { DuckDBTimestampMillisecondsVector, DuckDBTimestampVector } = duckDb();
  if (vector instanceof DuckDBTimestampMillisecondsVector)
    return (row) => Number(vector.getItem(row)?.millis ?? 0n);
  if (vector instanceof DuckDBTimestampVector)
    return (row) => Number(vector.getItem(row)?.micros ?? 0n) / 1000;
  return (row) => {
    const value = vector.getItem(row);
    return typeof value === "bigint" ? Number(value) : value;
  };
}
