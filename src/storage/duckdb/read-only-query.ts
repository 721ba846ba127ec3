import type { DuckDBConnection, DuckDBInstance, DuckDBResult } from "@duckdb/node-api";
import { PlatformError } from "#base";
import type { LakeQueryOptions, LakeTable } from "../lake.ts";
import { duckDb, type EngineOptions, openEngine } from "./engine.ts";
import { quoteText } from "./lake-columns.ts";

/** How much more than its memory a query may put on the disk. */
const SPILL_FACTOR = 16;

/**
 * Runs SQL written by others. What it may do is held twice: the engine can open no file outside the folder, reach no
 * network and change no setting; and only statements that select are run.
 */
export class ReadOnlyEngine {
  readonly #instance: DuckDBInstance;

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  static async open(folder: string, options: EngineOptions): Promise<ReadOnlyEngine> {
    const instance = await openEngine(options);
    const connection = await instance.connect();
    await connection.run(`SET GLOBAL TimeZone = 'UTC'`);
    await connection.run(`SET allowed_directories = [${quoteText(folder)}]`);
    await connection.run(`SET max_temp_directory_size = '${options.memoryLimitMb * SPILL_FACTOR}MiB'`);
    await connection.run("SET parquet_metadata_cache = true"); // a lake's file never changes under its name
    await connection.run("SET enable_external_access = false");
    await connection.run("SET lock_configuration = true");
    connection.closeSync();
    return new ReadOnlyEngine(instance);
  }

  /** `relation` is our own SQL, seen by the statement as the view `events`. */
  async query(sql: string, relation: string, options: LakeQueryOptions): Promise<LakeTable> {
    const { limit = 1000, timeoutMs = 60_000 } = options;
    const connection = await this.#instance.connect();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      connection.interrupt();
    }, timeoutMs);
    try {
      await connection.run(`CREATE TEMP VIEW events AS ${relation}`);
      return await readTable(await select(connection, sql), limit);
    } catch (error) {
      if (error instanceof PlatformError) throw error;
      const reason = isLate ? `it took longer than ${timeoutMs} ms` : messageOf(error);
      throw new PlatformError("invalid-request", `The query was not answered: ${reason}.`, { cause: error });
    } finally {
      clearTimeout(timer);
      connection.closeSync();
    }
  }

  close(): void {
    this.#instance.closeSync();
  }
}

async function select(connection: DuckDBConnection, sql: string): Promise<DuckDBResult> {
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1)
    throw new PlatformError(
      "invalid-request",
      `The query has ${statements.count} statements; send one SELECT.`,
    );
  const statement = await statements.prepare(0);
  if (statement.statementType !== duckDb().StatementType.SELECT)
    throw new PlatformError(
      "invalid-request",
      "The query does more than read. Send one SELECT, WITH, FROM, VALUES, DESCRIBE or SUMMARIZE statement.",
    );
  return statement.stream();
}

async function readTable(result: DuckDBResult, limit: number): Promise<LakeTable> {
  const columns = result.deduplicatedColumnNames().map((name, position) => ({
    name,
    type: String(result.columnType(position)),
  }));
  const rows: unknown[][] = [];
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return { columns, rows, isTruncated: false };
    for (let row = 0; row < chunk.rowCount; row++) {
      if (rows.length === limit) return { columns, rows, isTruncated: true };
      rows.push(columns.map((_, column) => toJson(chunk.getColumnVector(column).getItem(row))));
    }
  }
}

/** An engine's value as JSON has it. */
function toJson(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value !== "object" || value === null) return value ?? null;
  const duckdb = duckDb();
  if (value instanceof duckdb.DuckDBTimestampMillisecondsValue) return isoTime(Number(value.millis), value);
  if (value instanceof duckdb.DuckDBTimestampValue || value instanceof duckdb.DuckDBTimestampTZValue)
    return isoTime(Number(value.micros / 1000n), value);
  if (value instanceof duckdb.DuckDBDateValue) return value.toString();
  if (value instanceof duckdb.DuckDBDecimalValue) return value.toDouble();
  if (value instanceof duckdb.DuckDBListValue) return value.items.map(toJson);
  if (value instanceof duckdb.DuckDBStructValue)
    return Object.fromEntries(Object.entries(value.entries).map(([key, entry]) => [key, toJson(entry)]));
  if (value instanceof duckdb.DuckDBMapValue)
    return value.entries.map(({ key, value: entry }) => ({ key: toJson(key), value: toJson(entry) }));
  return String(value);
}

/** Infinite and far times have no ISO form in JavaScript. */
function isoTime(ms: number, value: object): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(value);
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.\s*$/, "");
}
