import { PlatformError } from "#base";
import { openEngine } from "./engine.ts";
import { listOf, quoteName } from "./lake-columns.ts";

/** A person, an item, or both, at a moment. */
export interface EntityTimeRow {
  readonly userId?: string;
  readonly itemId?: string;
  /** Of the file's other columns: what features of pairs are asked by, such as `{ topic: "art" }`. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly timestampMs: number;
}

/**
 * The columns `user_id`, `item_id` (one of them at least) and `timestamp` of a Parquet, CSV or JSON lines file, in its order, and its others as text. Times without a zone are in UTC.
 * @throws PlatformError `invalid-request` for a file that cannot be read or has no such columns
 */
export async function readEntityRows(path: string): Promise<EntityTimeRow[]> {
  const reader = /\.parquet$/.test(path)
    ? "read_parquet"
    : /\.(json|jsonl|ndjson)$/.test(path)
      ? "read_json_auto"
      : "read_csv_auto";
  const instance = await openEngine();
  const connection = await instance.connect();
  try {
    await connection.run(`SET TimeZone = 'UTC'`);
    const from = `${reader}(${listOf([path])})`;
    const columns = (await connection.runAndReadAll(`FROM ${from} LIMIT 0`)).columnNames();
    const idOf = (name: string): string => (columns.includes(name) ? `CAST(${name} AS VARCHAR)` : "NULL");
    const has = `its columns are ${columns.join(", ")}`;
    if (!columns.includes("user_id") && !columns.includes("item_id"))
      throw new Error(`it has neither user_id nor item_id, ${has}`);
    if (!columns.includes("timestamp")) throw new Error(`it has no timestamp, ${has}`);
    const others = columns.filter((name) => !["user_id", "item_id", "timestamp"].includes(name));
    const keys = others.map((name) => `, CAST(${quoteName(name)} AS VARCHAR)`).join("");
    const result = await connection.runAndReadAll(
      `SELECT ${idOf("user_id")} u, ${idOf("item_id")} i, epoch_ms(CAST("timestamp" AS TIMESTAMP))::DOUBLE${keys} FROM ${from} ` +
        `WHERE (u IS NOT NULL OR i IS NOT NULL) AND "timestamp" IS NOT NULL`,
    );
    return result.getRows().map(([userId, itemId, timestampMs, ...told]) => ({
      ...(userId !== null && { userId: String(userId) }),
      ...(itemId !== null && { itemId: String(itemId) }),
      ...(others.length > 0 && { keys: keysOf(others, told) }),
      timestampMs: Number(timestampMs),
    }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlatformError(
      "invalid-request",
      `${path} cannot be read as rows with user_id or item_id, and timestamp: ${reason}`,
      { cause: error },
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function keysOf(columns: readonly string[], cells: readonly unknown[]): Record<string, string> {
  return Object.fromEntries(
    columns.flatMap((name, n) => (cells[n] === null ? [] : [[name, String(cells[n])] as const])),
  );
}
