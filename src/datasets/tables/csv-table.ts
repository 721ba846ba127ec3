import type { DuckDBConnection } from "@duckdb/node-api";
import { type Column, fromCsv, mappedColumns, propertyColumns, quoteName } from "./column-sql.ts";
import { linesOf } from "./lines.ts";
import type { RowRun } from "./row-message.ts";
import { damaged, pathLiteral, type TableFile } from "./table-files.ts";
import type { TableMapping } from "./table-mapping.ts";

/** @file CSV files, read by DuckDB as text, chunk by chunk. Lines with too many or too few fields are no rows. */
export interface CsvOptions {
  /** Default: the most frequent of comma, semicolon, tab and bar in the first line. */
  readonly delimiter?: string;
}

export interface CsvParts {
  readonly connection: DuckDBConnection;
  readonly file: TableFile;
  readonly columns: readonly Column[];
  readonly mapping: TableMapping;
  readonly options: CsvOptions;
  /** Told of lines that are no rows, after the last row. */
  readonly onRejected: (line: number, reason: string) => void;
}

/** @throws PlatformError `data-damaged` */
export async function csvColumns(
  connection: DuckDBConnection,
  file: TableFile,
  options: CsvOptions,
): Promise<Column[]> {
  try {
    const result = await connection.run(`DESCRIBE SELECT * FROM ${await readerOf(file, options)}`);
    return (await result.getRows()).map(([name]) => ({ name: String(name), type: "VARCHAR" }));
  } catch (error) {
    throw damaged(file, error);
  }
}

export async function countCsvRows(
  connection: DuckDBConnection,
  file: TableFile,
  options: CsvOptions,
): Promise<number> {
  const result = await connection.run(`SELECT count(*)::DOUBLE FROM ${await readerOf(file, options)}`);
  return Number((await result.getRows())[0]?.[0] ?? 0);
}

/** The rows in the order of the file, without the first `skipped`. @throws PlatformError `data-damaged` */
export async function* csvRuns(parts: CsvParts, skipped: number): AsyncGenerator<RowRun> {
  const { connection, file, columns, mapping, options } = parts;
  const fields = mappedColumns(columns, mapping);
  const kept = propertyColumns(columns, mapping);
  const selected = [...fields.map(({ column }) => column), ...kept].map(({ name }) => quoteName(name));
  const list = selected.join(", ") || "NULL";
  const offset = skipped > 0 ? ` OFFSET ${skipped}` : "";
  try {
    const source = await readerOf(file, options, "store_rejects = true");
    const result = await connection.stream(`SELECT ${list} FROM ${source}${offset}`);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) break;
      const vectors = selected.map((_, position) => chunk.getColumnVector(position));
      yield {
        count: chunk.rowCount,
        fault: () => undefined,
        reader(name) {
          const vector = vectors[fields.findIndex((field) => field.name === name)];
          return (row) => vector?.getItem(row);
        },
        properties(row) {
          const values: Record<string, unknown> = {};
          for (const [position, { name }] of kept.entries()) {
            const value = vectors[fields.length + position]!.getItem(row);
            if (value !== null) values[name] = fromCsv(String(value));
          }
          return values;
        },
      };
    }
    await reportRejected(parts);
  } catch (error) {
    throw damaged(file, error);
  }
}

async function readerOf(file: TableFile, { delimiter }: CsvOptions, ...more: string[]): Promise<string> {
  const mark = delimiter ?? (await delimiterOf(file));
  return `read_csv(${[
    pathLiteral(file),
    "header = true, all_varchar = true, quote = '\"', escape = '\"', ignore_errors = true, hive_partitioning = false",
    `delim = '${mark.replaceAll("'", "''")}'`,
    ...more,
  ].join(", ")})`;
}

/** Outside quotes, in the line that names the columns. */
async function delimiterOf({ path }: TableFile): Promise<string> {
  for await (const [header = ""] of linesOf(path)) {
    const names = header.replace(/"[^"]*"/g, "");
    const counted = [",", ";", "\t", "|"].map((mark) => ({ mark, count: names.split(mark).length }));
    return counted.reduce((most, next) => (next.count > most.count ? next : most)).mark;
  }
  return ",";
}

async function reportRejected({ connection, onRejected }: CsvParts): Promise<void> {
  const result = await connection.run(
    `SELECT line::DOUBLE, any_value(lower(replace(error_type::VARCHAR, '_', ' ')) || ': ' || split_part(error_message, chr(10), 1))
     FROM reject_errors GROUP BY line ORDER BY line`,
  );
  for (const [line, reason] of await result.getRows()) onRejected(Number(line), String(reason));
  await connection.run("DELETE FROM reject_errors"); // the next file adds to it
}
