import type { Expiry, LakeEvent } from "../lake.ts";

/** @file The columns of a lake file, and the SQL that reads them from any set of files. */
export interface LakeColumn {
  readonly key: keyof LakeEvent;
  readonly name: string;
  readonly type: "VARCHAR" | "TIMESTAMP_MS" | "INTEGER" | "BIGINT" | "DOUBLE";
}

export const lakeColumns: readonly LakeColumn[] = [
  { key: "userId", name: "user_id", type: "VARCHAR" },
  { key: "eventId", name: "event_id", type: "VARCHAR" },
  { key: "kind", name: "kind", type: "VARCHAR" },
  { key: "name", name: "name", type: "VARCHAR" },
  { key: "itemId", name: "item_id", type: "VARCHAR" },
  { key: "surface", name: "surface", type: "VARCHAR" },
  { key: "timestampMs", name: "timestamp", type: "TIMESTAMP_MS" },
  { key: "receivedAtMs", name: "received_at", type: "TIMESTAMP_MS" },
  { key: "properties", name: "properties", type: "VARCHAR" },
  { key: "traits", name: "traits", type: "VARCHAR" },
  { key: "rest", name: "rest", type: "VARCHAR" },
  { key: "consent", name: "consent", type: "VARCHAR" },
  { key: "partition", name: "partition", type: "INTEGER" },
  { key: "logOffset", name: "log_offset", type: "BIGINT" },
  { key: "dwellMs", name: "dwell_ms", type: "DOUBLE" },
  { key: "value", name: "value", type: "DOUBLE" },
  { key: "slateId", name: "slate_id", type: "VARCHAR" },
  { key: "position", name: "position", type: "INTEGER" },
];

export const columnNames = lakeColumns.map(({ name }) => quoteName(name)).join(", ");
/** All columns of a file, for another file: the engine reads milliseconds as microseconds. */
export const AS_STORED = `* REPLACE (${lakeColumns
  .filter(({ type }) => type === "TIMESTAMP_MS")
  .map(({ name, type }) => `CAST(${quoteName(name)} AS ${type}) AS ${quoteName(name)}`)
  .join(", ")})`;
/** The order of rows in every file. */
export const ROW_ORDER = `user_id, "timestamp", "partition", log_offset`;

/** SQL that holds of the rows that are past their time. */
export function expiredCondition(expiries: readonly Expiry[]): string {
  const conditions = expiries.map(
    ({ name, beforeMs }) =>
      `(kind = 'track' AND name = ${quoteText(name)} AND "timestamp" < make_timestamp_ms(${Math.floor(beforeMs)}))`,
  );
  return conditions.join(" OR ");
}

/** A relation of the lake's columns with `day` and `bucket`, over the files given by absolute path. */
export function relationOf(settled: readonly string[], arrivals: readonly string[]): string {
  const parts: string[] = [];
  if (settled.length > 0)
    parts.push(
      `SELECT ${columnNames}, "day", bucket FROM read_parquet(${listOf(settled)}, hive_partitioning = true, hive_types = {'day': DATE, 'bucket': INTEGER})`,
    );
  if (arrivals.length > 0)
    parts.push(
      `SELECT ${columnNames}, CAST("timestamp" AS DATE) AS "day", bucket FROM read_parquet(${listOf(arrivals)}, hive_partitioning = false)`,
    );
  if (parts.length === 0) {
    const empty = lakeColumns.map(({ name, type }) => {
      const read = type === "TIMESTAMP_MS" ? "TIMESTAMP" : type; // as the engine reads it from a file
      return `CAST(NULL AS ${read}) AS ${quoteName(name)}`;
    });
    parts.push(`SELECT ${empty.join(", ")}, CAST(NULL AS DATE) AS "day", 0 AS bucket WHERE false`);
  }
  return parts.join(" UNION ALL ");
}

/** Paths as a list literal that names these files and no others, whatever characters they have. */
export function listOf(paths: readonly string[]): string {
  return `[${paths.map((path) => quoteText(path.replace(/[*?[]/g, "[$&]"))).join(", ")}]`;
}

/** A text as an expression. The engine takes a zero byte for the end of a statement. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''").replaceAll("\0", "' || chr(0) || '")}'`;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
