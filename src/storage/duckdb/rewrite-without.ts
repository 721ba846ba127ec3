import type { DuckDBConnection } from "@duckdb/node-api";
import { AS_STORED, listOf, ROW_ORDER } from "./lake-columns.ts";

interface RewriteParts {
  readonly connection: DuckDBConnection;
  /** Path of the file that replaces the one at this position; `undefined` when nothing has to. */
  readonly target: (position: number, rowsKept: number) => string | undefined;
  /** Writes the partial file of a path; gives the number of rows. */
  readonly copy: (sql: string, path: string) => Promise<number>;
}

interface Rewritten {
  readonly position: number;
  readonly source: string;
  /** Its partial file is written. */
  readonly target: string | undefined;
  readonly rowsKept: number;
  readonly rowsRemoved: number;
}

/**
 * Writes anew, without the rows of which the condition holds, those of the files that have some. Files are sorted by user and carry least and
 * greatest values per row group, so finding those of one user reads little more than their footers.
 */
export async function rewriteWithout(
  condition: string,
  paths: readonly string[],
  { connection, target, copy }: RewriteParts,
): Promise<Rewritten[]> {
  if (paths.length === 0) return [];
  const holders = await rowsOf(
    connection,
    `SELECT filename, count(*)::INTEGER FROM read_parquet(${listOf(paths)}, filename = true, hive_partitioning = false)
     WHERE ${condition} GROUP BY filename`,
  );
  const rewritten: Rewritten[] = [];
  for (const [source, rowsRemoved] of holders as [string, number][]) {
    const file = `read_parquet(${listOf([source])}, hive_partitioning = false)`;
    const [[rows] = []] = await rowsOf(connection, `SELECT count(*)::INTEGER FROM ${file}`);
    const rowsKept = Number(rows) - rowsRemoved;
    const position = paths.indexOf(source);
    const path = target(position, rowsKept);
    if (path !== undefined)
      await copy(
        `SELECT ${AS_STORED} FROM ${file} WHERE (${condition}) IS NOT TRUE ORDER BY ${ROW_ORDER}`,
        path,
      );
    rewritten.push({ position, source, target: path, rowsKept, rowsRemoved });
  }
  return rewritten;
}

async function rowsOf(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  return (await connection.run(sql)).getRows();
}
