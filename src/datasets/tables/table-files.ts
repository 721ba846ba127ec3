import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { murmur3, PlatformError } from "#base";

export type TableFormat = "parquet" | "csv" | "jsonl";

export interface TableFile {
  readonly path: string;
  /** Below the folder that all files share: what a message to a person names. */
  readonly name: string;
  readonly format: TableFormat;
  /** Of the name, so that the same file read from elsewhere gives the same message ids. Another file of this name differs by its rows' times. */
  readonly hash: string;
}

const endings: readonly (readonly [ending: RegExp, format: TableFormat])[] = [
  [/\.(?:parquet|pq)$/i, "parquet"],
  [/\.(?:csv|tsv)(?:\.gz)?$/i, "csv"],
  [/\.(?:jsonl|ndjson)(?:\.gz)?$/i, "jsonl"],
];

/**
 * The tables at the paths, in that order; a folder stands for all tables in and below it, by name.
 * @throws PlatformError `missing-file`, or `invalid-config` for a file of no known format
 */
export async function findTableFiles(paths: readonly string[]): Promise<TableFile[]> {
  const found = (await Promise.all(paths.map(filesAt))).flat();
  if (found.length === 0)
    throw new PlatformError("missing-file", `No .parquet, .csv, .tsv or .jsonl file in ${paths.join(", ")}.`);
  const folder = sharedFolder(found);
  return found.map((path) => {
    const name = relative(folder, path).replaceAll(sep, "/");
    return { path, name, format: formatOf(path)!, hash: murmur3(name).toString(36) };
  });
}

async function filesAt(path: string): Promise<string[]> {
  const about = await stat(path).catch(() => undefined);
  if (!about) throw new PlatformError("missing-file", `There is no ${resolve(path)}. Check the path.`);
  if (!about.isDirectory()) {
    if (formatOf(path)) return [resolve(path)];
    throw new PlatformError(
      "invalid-config",
      `${basename(path)} is of no known format. Tables end in .parquet, .csv, .tsv, .jsonl or .ndjson; text may be .gz.`,
    );
  }
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && formatOf(entry.name) && !/^[._]/.test(entry.name))
    .map((entry) => resolve(join(entry.parentPath, entry.name)))
    .sort();
}

function formatOf(path: string): TableFormat | undefined {
  return endings.find(([ending]) => ending.test(path))?.[1];
}

function sharedFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0]!);
  while (
    !paths.every((path) => path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) &&
    folder !== dirname(folder)
  )
    folder = dirname(folder);
  return folder;
}

/** The error for a file that is not what its name says; an error that says so already stays as it is. */
export function damaged(file: TableFile, error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
  return new PlatformError("data-damaged", `${file.name} cannot be read as ${file.format}: ${reason}`, {
    cause: error,
  });
}

/** The path in the engine's SQL: this file and no other, whatever characters it has. */
export function pathLiteral({ path }: TableFile): string {
  return `'${path.replace(/[*?[]/g, "[$&]").replaceAll("'", "''")}'`;
}
