import type { DuckDBConnection } from "@duckdb/node-api";
import {
  type Column,
  fieldDecoder,
  fieldSql,
  mappedColumns,
  propertyColumns,
  propertyDecoder,
  propertySql,
} from "./column-sql.ts";
import type { RowRun } from "./row-message.ts";
import { damaged, pathLiteral, type TableFile } from "./table-files.ts";
import type { FieldName, TableMapping } from "./table-mapping.ts";

/**
 * @file Parquet files, a range of rows at a time. Reading a vector's texts one by one makes a call and a buffer for each,
 * which costs more than the engine's own work; so some thousand values of a column come as one text with separators, and
 * are split here. The engine finds a range by the file's own index, so going on from any row is free. Order is the file's
 * as long as one thread reads it.
 */
const SEPARATOR = "\u001f";
/** Stands for an absent value. */
const ABSENT = "\u001e";
const RANGE_BYTES = 16 * 1024 * 1024;
const RANGE_ROWS = 131_072;
/** Split at once: little enough that the parts are gone before they are counted as long-lived. */
const PIECE_ROWS = 4096;

export interface ParquetParts {
  readonly connection: DuckDBConnection;
  readonly file: TableFile;
  readonly columns: readonly Column[];
  readonly mapping: TableMapping;
}

/** @throws PlatformError `data-damaged` */
export async function parquetColumns(connection: DuckDBConnection, file: TableFile): Promise<Column[]> {
  try {
    const result = await connection.run(`DESCRIBE SELECT * EXCLUDE (file_row_number) FROM ${readerOf(file)}`);
    return (await result.getRows()).map(([name, type]) => ({ name: String(name), type: String(type) }));
  } catch (error) {
    throw damaged(file, error);
  }
}

/** Rows the file says it has. */
export async function countParquetRows(connection: DuckDBConnection, file: TableFile): Promise<number> {
  return numberOf(connection, `SELECT num_rows::DOUBLE FROM parquet_file_metadata(${pathLiteral(file)})`);
}

/** The rows in the order of the file, without the first `skipped`. @throws PlatformError `data-damaged` */
export async function* parquetRuns(parts: ParquetParts, skipped: number): AsyncGenerator<RowRun> {
  const layout = layoutOf(parts);
  const selection = { ...parts, expressions: layout.expressions };
  try {
    const rowCount = await countParquetRows(parts.connection, parts.file);
    const rangeRows = await rangeRowsOf(parts, rowCount);
    const read = (from: number): Promise<Joined[]> | undefined =>
      from < rowCount ? readRange(selection, from, Math.min(from + rangeRows, rowCount)) : undefined;
    let next = read(skipped);
    for (let from = skipped; next; from += rangeRows) {
      const pieces = await next;
      next = read(from + rangeRows); // the engine reads on while the rows are used
      next?.catch(() => {}); // reported when it is awaited, if it is
      for (const [n, joined] of pieces.entries()) {
        const first = from + n * PIECE_ROWS;
        const end = Math.min(first + PIECE_ROWS, from + rangeRows, rowCount);
        yield layout.runOf(await splitPiece(selection, joined, first, end), end - first);
      }
    }
  } catch (error) {
    throw damaged(parts.file, error);
  }
}

/** One column of a run, row by row. */
type Cells = readonly string[];
/** The columns of one piece of a range, each as one text. */
type Joined = readonly string[];

interface Layout {
  readonly expressions: readonly string[];
  readonly runOf: (cells: readonly Cells[], count: number) => RowRun;
}

/** Which expression is selected for what, and how the selected texts are read. */
function layoutOf({ columns, mapping }: ParquetParts): Layout {
  const fields = mappedColumns(columns, mapping);
  const kept = propertyColumns(columns, mapping).map((column, n) => ({
    name: column.name,
    position: fields.length + n,
    sql: propertySql(column),
    decode: propertyDecoder(column),
  }));
  const shared = new SharedTexts();
  return {
    expressions: [...fields.map(fieldSql), ...kept.map(({ sql }) => sql)],
    runOf: (cells, count) => ({
      count,
      fault: () => undefined,
      reader(name) {
        const position = fields.findIndex((field) => field.name === name);
        const column = cells[position];
        if (!column) return () => undefined;
        const decode = fieldDecoder(fields[position]!) ?? (remembered.has(name) ? shared.own : undefined);
        return (row) => {
          const text = column[row]!;
          if (text === ABSENT) return null;
          return decode ? decode(text) : text;
        };
      },
      properties(row) {
        const values: Record<string, unknown> = {};
        for (const { name, position, decode } of kept) {
          const text = cells[position]![row]!;
          const value = text === ABSENT ? undefined : decode(text);
          if (value !== undefined) values[name] = value;
        }
        return values;
      },
    }),
  };
}

interface Selection {
  readonly connection: DuckDBConnection;
  readonly file: TableFile;
  readonly expressions: readonly string[];
}

async function readRange(
  { connection, file, expressions }: Selection,
  from: number,
  to: number,
): Promise<Joined[]> {
  const joined = expressions.map((value) => `string_agg(coalesce(${value}, chr(30)), chr(31))`);
  const piece = `(file_row_number - ${from}) // ${PIECE_ROWS} AS piece`;
  const result = await connection.run(
    `SELECT ${[piece, ...joined].join(", ")} FROM ${rowsOf(file, from, to)} GROUP BY piece ORDER BY piece`,
  );
  return (await result.getRows()).map(([, ...texts]) => texts.map(String));
}

async function splitPiece(
  { connection, file, expressions }: Selection,
  joined: Joined,
  from: number,
  to: number,
): Promise<Cells[]> {
  const columns: Cells[] = [];
  for (const [position, expression] of expressions.entries()) {
    const cells = joined[position]!.split(SEPARATOR);
    const isWhole = cells.length === to - from;
    columns.push(isWhole ? cells : await readCells(connection, expression, rowsOf(file, from, to)));
  }
  return columns;
}

/** The slow way, for a column whose texts hold the separator. */
async function readCells(connection: DuckDBConnection, expression: string, source: string): Promise<Cells> {
  const result = await connection.run(`SELECT coalesce(${expression}, chr(30)) FROM ${source}`);
  return (await result.getRows()).map(([value]) => String(value));
}

/** Fewer rows at a time where they are large. */
async function rangeRowsOf({ connection, file }: ParquetParts, rowCount: number): Promise<number> {
  const bytes = await numberOf(
    connection,
    `SELECT sum(total_uncompressed_size)::DOUBLE FROM parquet_metadata(${pathLiteral(file)})`,
  );
  const fitting = Math.floor((RANGE_BYTES * rowCount) / Math.max(1, bytes));
  return Math.max(64, Math.min(RANGE_ROWS, fitting));
}

/** What the platform remembers for as long as it runs: the catalogue of items and names. */
const remembered: ReadonlySet<FieldName> = new Set(["event", "itemId", "surface"]);
const SLICE_LENGTH = 13;
const KEPT_TEXTS = 50_000;

/**
 * Copies of texts. What `split` gives is a view into the whole once it is 13 characters long: whoever remembers one item's
 * id would keep thousands.
 */
class SharedTexts {
  readonly #known = new Map<string, string>();

  readonly own = (text: string): string => {
    if (text.length < SLICE_LENGTH) return text;
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const copy = Buffer.from(text).toString();
    if (this.#known.size >= KEPT_TEXTS) this.#known.clear();
    this.#known.set(copy, copy);
    return copy;
  };
}

function rowsOf(file: TableFile, from: number, to: number): string {
  return `${readerOf(file)} WHERE file_row_number >= ${from} AND file_row_number < ${to}`;
}

function readerOf(file: TableFile): string {
  return `read_parquet(${pathLiteral(file)}, hive_partitioning = false, file_row_number = true)`;
}

async function numberOf(connection: DuckDBConnection, sql: string): Promise<number> {
  return Number((await (await connection.run(sql)).getRows())[0]?.[0] ?? 0);
}
