import type { DuckDBConnection } from "@duckdb/node-api";
import { AS_STORED, columnNames, listOf, ROW_ORDER } from "./lake-columns.ts";
import type { Arrival, LakeFolder, SettledFile } from "./lake-folder.ts";

export interface CompactionParts {
  readonly folder: LakeFolder;
  readonly arrivals: readonly Arrival[];
  readonly settled: readonly SettledFile[];
  /** Number of this change, the name of its files. */
  readonly change: number;
  readonly connection: DuckDBConnection;
  /** Writes the partial file of a path; gives the number of rows. */
  readonly copy: (sql: string, path: string) => Promise<number>;
}

/**
 * Lays the arrivals down in their days and buckets, one new file for each that has any. The new file takes in the old ones
 * of its place that are not much larger than itself, so each row is rewritten a logarithmic number of times and a place
 * has a logarithmic number of files.
 */
export async function compactPartitions(
  parts: CompactionParts,
): Promise<{ written: SettledFile[]; replaced: SettledFile[] }> {
  const { folder, arrivals, connection, change } = parts;
  const paths = arrivals.map((arrival) => folder.arrivalPath(arrival));
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE waiting AS SELECT ${columnNames}, bucket, CAST("timestamp" AS DATE) AS "day"
     FROM read_parquet(${listOf(paths)}) ORDER BY "day", bucket, ${ROW_ORDER}`,
  );
  const places = await connection.run(
    `SELECT CAST("day" AS VARCHAR), bucket, count(*)::INTEGER FROM waiting GROUP BY "day", bucket ORDER BY "day", bucket`,
  );
  const settled = byPlace(parts.settled);
  const written: SettledFile[] = [];
  const replaced: SettledFile[] = [];
  for (const [day, bucket, rows] of (await places.getRows()) as [string, number, number][]) {
    const merged = filesToMerge(settled.get(placeOf({ day, bucket })) ?? [], rows);
    const target = { day, bucket, change };
    const fresh = `SELECT ${columnNames} FROM waiting WHERE "day" = DATE '${day}' AND bucket = ${bucket}`;
    const old = merged.map((file) => folder.settledPath(file));
    const all =
      old.length === 0
        ? fresh
        : `${fresh} UNION ALL SELECT ${columnNames} FROM read_parquet(${listOf(old)}, hive_partitioning = false)`;
    const path = folder.settledPath(target);
    written.push({
      ...target,
      rows: await parts.copy(`SELECT ${AS_STORED} FROM (${all}) ORDER BY ${ROW_ORDER}`, path),
    });
    replaced.push(...merged);
  }
  await connection.run("DROP TABLE waiting");
  return { written, replaced };
}

/** From the smallest up, as long as each is at most twice what is merged so far. */
export function filesToMerge(files: readonly SettledFile[], newRows: number): SettledFile[] {
  const merged: SettledFile[] = [];
  let rows = newRows;
  for (const file of [...files].sort((a, b) => a.rows - b.rows)) {
    if (file.rows > 2 * rows) break;
    merged.push(file);
    rows += file.rows;
  }
  return merged;
}

function byPlace(files: readonly SettledFile[]): Map<string, SettledFile[]> {
  const places = new Map<string, SettledFile[]>();
  for (const file of files) {
    const place = placeOf(file);
    const own = places.get(place);
    if (own) own.push(file);
    else places.set(place, [file]);
  }
  return places;
}

function placeOf({ day, bucket }: Pick<SettledFile, "day" | "bucket">): string {
  return `${day}/${bucket}`;
}
