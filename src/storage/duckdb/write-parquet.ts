import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { openEngine } from "./engine.ts";
import { listOf, quoteName, quoteText } from "./lake-columns.ts";

/** A column of a table that is written as Parquet. Values are given as JSON has them; times as ISO 8601 text. */
export interface ParquetColumn {
  readonly name: string;
  readonly type:
    | ParquetScalar
    | `${ParquetScalar}[]`
    | `MAP(VARCHAR, ${ParquetScalar})`
    | `MAP(VARCHAR, ${ParquetScalar}[])`;
}

export type ParquetScalar = "VARCHAR" | "DOUBLE" | "BOOLEAN" | "TIMESTAMP";

/**
 * Writes rows, each with a value for every column or `null`, and returns how many there were. The file appears whole or not at all. Rows
 * cross to the engine as lines of JSON in a file beside it: one call for each value costs forty times as much.
 */
export async function writeParquet(
  path: string,
  columns: readonly ParquetColumn[],
  rows: Iterable<readonly unknown[]>,
): Promise<number> {
  const lines = `${path}.lines`;
  const partial = `${path}.partial`;
  try {
    const count = await writeLines(lines, rows);
    const types = columns.map(({ type }, n) => `${quoteName(`c${n}`)}: ${quoteText(type)}`).join(", ");
    const selected = columns.map(({ name }, n) => `${quoteName(`c${n}`)} AS ${quoteName(name)}`).join(", ");
    const instance = await openEngine();
    const connection = await instance.connect();
    try {
      await connection.run(
        `COPY (SELECT ${selected} FROM read_json(${listOf([lines])}, format = 'newline_delimited', columns = {${types}}, maximum_object_size = 67108864)) ` +
          `TO ${quoteText(partial)} (FORMAT parquet, COMPRESSION zstd)`,
      );
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
    await rename(partial, path);
    return count;
  } finally {
    await rm(lines, { force: true });
    await rm(partial, { force: true });
  }
}

async function writeLines(path: string, rows: Iterable<readonly unknown[]>): Promise<number> {
  const stream = createWriteStream(path);
  let count = 0;
  for (const row of rows) {
    const line = `{${row.map((value, n) => `"c${n}":${JSON.stringify(value ?? null)}`).join(",")}}\n`;
    count++;
    if (!stream.write(line)) await once(stream, "drain");
  }
  stream.end();
  await once(stream, "finish");
  return count;
}
