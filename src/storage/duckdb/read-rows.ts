import { DuckDBInstance } from "@duckdb/node-api";
import { PlatformError } from "#base";
import { listOf } from "./lake-columns.ts";

/** A person at a moment. */
export interface PersonRow {
  readonly userId: string;
  readonly timestampMs: number;
}

/**
 * The columns `user_id` and `timestamp` of a Parquet, CSV or JSON lines file, in its order. Times without a zone are in UTC.
 * @throws PlatformError `invalid-request` for a file that cannot be read or has no such columns
 */
export async function readPersonRows(path: string): Promise<PersonRow[]> {
  const reader = /\.parquet$/.test(path)
    ? "read_parquet"
    : /\.(json|jsonl|ndjson)$/.test(path)
      ? "read_json_auto"
      : "read_csv_auto";
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  try {
    await connection.run(`SET TimeZone = 'UTC'`);
    const result = await connection.runAndReadAll(
      `SELECT CAST(user_id AS VARCHAR), epoch_ms(CAST("timestamp" AS TIMESTAMP))::DOUBLE FROM ${reader}(${listOf([path])}) ` +
        `WHERE user_id IS NOT NULL AND "timestamp" IS NOT NULL`,
    );
    return result
      .getRows()
      .map(([userId, timestampMs]) => ({ userId: String(userId), timestampMs: Number(timestampMs) }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlatformError(
      "invalid-request",
      `${path} cannot be read as rows with user_id and timestamp: ${reason}`,
      { cause: error },
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
