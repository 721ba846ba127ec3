import type { DuckDBConnection } from "@duckdb/node-api";
import type { SegmentMessage } from "#api";
import { PlatformError } from "#base";
import type { RejectedRows } from "../dataset.ts";
import { Rejections } from "../rejections.ts";
import type { Column } from "./column-sql.ts";
import { type CsvOptions, countCsvRows, csvColumns, csvRuns } from "./csv-table.ts";
import { countJsonLines, jsonLinesColumns, jsonLinesRuns } from "./json-lines.ts";
import { countParquetRows, parquetColumns, parquetRuns } from "./parquet-table.ts";
import { RowMessages, type RowRun } from "./row-message.ts";
import { findTableFiles, type TableFile } from "./table-files.ts";
import { columnsOf, type TableMapping } from "./table-mapping.ts";

/** A person's own tables as the messages that an application would have sent. */
export interface Table {
  /** In the order they are read. */
  readonly files: readonly string[];
  /** Of all files together. */
  readonly columns: readonly string[];
  /** `undefined` when a file has to be read to know. */
  readonly rowCount: number | undefined;
  /**
   * The messages in the order of files and rows, from row `from` (counted over all files) on: always the same, with the
   * same ids, so a reading that was cut off goes on from the last batch's `nextRow`. One reading at a time.
   * @throws PlatformError `data-damaged` when a file breaks off in the middle
   */
  batches(from?: number): AsyncIterable<TableBatch>;
  /** Rows without user, event or time and lines that are no rows: of what was read so far, and for a CSV file of all of it. */
  readonly rejected: RejectedRows;
}

export interface TableBatch {
  readonly messages: readonly SegmentMessage[];
  /** The row after the last one of the batch. */
  readonly nextRow: number;
}

export interface TableOptions extends CsvOptions {
  /** Default 512. */
  readonly memoryLimitMb?: number;
}

interface KnownFile {
  readonly file: TableFile;
  readonly columns: readonly Column[];
  readonly rowCount: number | undefined;
}

const BATCH_MESSAGES = 10_000;

/**
 * Opens Parquet, CSV (also .tsv) and JSONL files, or folders of them, and checks the mapping against the columns of each.
 * @throws PlatformError `missing-file`, `invalid-config` (no such column: the message lists those there are),
 * `data-damaged`
 */
export async function readTable(
  paths: string | readonly string[],
  mapping: TableMapping,
  options: TableOptions = {},
): Promise<Table> {
  const files = await findTableFiles(typeof paths === "string" ? [paths] : paths);
  const known = await withEngine(options, (connection) => {
    const opened = files.map(async (file) => openFile(connection, file, mapping, options));
    return Promise.all(opened);
  });
  const rejections = new Rejections();
  const isCounted = known.every(({ rowCount }) => rowCount !== undefined);
  return {
    files: files.map(({ path }) => path),
    columns: [...new Set(known.flatMap(({ columns }) => columns.map(({ name }) => name)))],
    rowCount: isCounted ? known.reduce((sum, { rowCount = 0 }) => sum + rowCount, 0) : undefined,
    batches: (from = 0) => readBatches(known, from, { mapping, options, rejections }),
    get rejected() {
      return rejections.summary();
    },
  };
}

async function openFile(
  connection: DuckDBConnection,
  file: TableFile,
  mapping: TableMapping,
  options: TableOptions,
): Promise<KnownFile> {
  const mapped = columnsOf(mapping);
  const columns = await columnsIn(connection, file, mapped, options);
  const missing = mapped.filter((wanted) => !columns.some(({ name }) => name === wanted));
  if (missing.length > 0)
    throw new PlatformError(
      "invalid-config",
      `${file.name} has no column ${missing.map((name) => `"${name}"`).join(", ")}. It has: ${columns.map(({ name }) => name).join(", ")}.`,
    );
  const rowCount = file.format === "parquet" ? await countParquetRows(connection, file) : undefined;
  return { file, columns, rowCount };
}

interface ReadingParts {
  readonly mapping: TableMapping;
  readonly options: TableOptions;
  readonly rejections: Rejections;
}

async function* readBatches(
  known: readonly KnownFile[],
  from: number,
  { mapping, options, rejections }: ReadingParts,
): AsyncGenerator<TableBatch> {
  const rowMessages = new RowMessages(mapping);
  const { connection, close } = await openEngine(options);
  let messages: SegmentMessage[] = [];
  let nextRow = 0;
  try {
    for (const [position, { file, columns, rowCount }] of known.entries()) {
      const isLast = position === known.length - 1;
      const before = nextRow;
      // A file that lies wholly before `from` is only counted.
      const count =
        before >= from || isLast ? undefined : (rowCount ?? (await countRows(connection, file, options)));
      if (count !== undefined && before + count <= from) {
        nextRow += count;
        continue;
      }
      const skipped = Math.max(0, from - before);
      let row = skipped;
      for await (const run of runsOf({ file, columns, skipped, connection, mapping, options, rejections })) {
        const messageAt = rowMessages.readerOf(run);
        for (let n = 0; n < run.count; n++, row++) {
          const read = messageAt(n, `${file.hash}:${row}`);
          if (typeof read === "string") rejections.add(file.name, row + 1, read);
          else messages.push(read);
        }
        nextRow = before + row;
        if (messages.length < BATCH_MESSAGES) continue;
        yield { messages, nextRow };
        messages = [];
      }
    }
    if (messages.length > 0) yield { messages, nextRow };
  } finally {
    close();
  }
}

function runsOf({ skipped, rejections, ...parts }: ReadingParts & KnownFileParts): AsyncGenerator<RowRun> {
  const { file, mapping } = parts;
  switch (file.format) {
    case "jsonl":
      return jsonLinesRuns(file, mapping, skipped);
    case "parquet":
      return parquetRuns(parts, skipped);
    case "csv": {
      const onRejected = (line: number, reason: string): void => rejections.add(file.name, line, reason);
      return csvRuns({ ...parts, onRejected }, skipped);
    }
  }
}

interface KnownFileParts {
  readonly file: TableFile;
  readonly columns: readonly Column[];
  readonly skipped: number;
  readonly connection: DuckDBConnection;
}

async function columnsIn(
  connection: DuckDBConnection,
  file: TableFile,
  mapped: readonly string[],
  options: TableOptions,
): Promise<Column[]> {
  switch (file.format) {
    case "jsonl":
      return (await jsonLinesColumns(file, mapped)).map((name) => ({ name, type: "JSON" }));
    case "parquet":
      return parquetColumns(connection, file);
    case "csv":
      return csvColumns(connection, file, options);
  }
}

function countRows(connection: DuckDBConnection, file: TableFile, options: TableOptions): Promise<number> {
  return file.format === "jsonl" ? countJsonLines(file) : countCsvRows(connection, file, options);
}

async function withEngine<Result>(
  options: TableOptions,
  task: (connection: DuckDBConnection) => Promise<Result>,
): Promise<Result> {
  const { connection, close } = await openEngine(options);
  try {
    return await task(connection);
  } finally {
    close();
  }
}

/** One thread: it keeps rows in order, and the other processors have the platform's work. */
async function openEngine({ memoryLimitMb = 512 }: TableOptions): Promise<{
  connection: DuckDBConnection;
  close: () => void;
}> {
  const { DuckDBInstance } = await import("@duckdb/node-api"); // which takes a while, for commands that read no table
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "1",
    memory_limit: `${memoryLimitMb}MiB`,
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
