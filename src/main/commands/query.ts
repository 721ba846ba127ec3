import type { Command } from "commander";
import { type ErrorCode, PlatformError, SystemClock } from "#base";
import { formatTable } from "#evaluation";
import { LakeWriter, readAllProgress } from "#sequences";
import { DuckDbLake, LmdbStateStore, lockFolder, SegmentedEventLog } from "#storage";
import { paths, readManifest } from "../folder/data-folder.ts";
import { printable } from "../terminal/printable.ts";
import { ProgressBar, say, warn } from "../terminal/terminal.ts";
import { type DataOptions, folderFor, parseInteger, withDataOptions } from "./options.ts";

type Options = DataOptions & { readonly limit: number; readonly json?: boolean };

/** `inkling query`: SQL over the history of all events. */
export function registerQuery(program: Command): void {
  withDataOptions(program.command("query"))
    .argument("<sql>", 'one SELECT over the view "events"')
    .description("ask the history of all events (Parquet under lake/) in SQL")
    .option("--limit <n>", "rows shown at most", parseInteger, 100)
    .option("--json", "end with one JSON object")
    .action(async (sql: string, options: Options) => {
      const folder = folderFor(options);
      const missing = await bringLevel(folder);
      if (missing !== undefined) warn(missing);
      const lake = await DuckDbLake.open(paths.lake(folder), { isReadOnly: true });
      try {
        const table = await lake.query(sql, { limit: options.limit });
        if (options.json) return say(JSON.stringify(table));
        say(
          formatTable(
            table.columns.map(({ name }) => name),
            table.rows.map((row) => row.map((value) => printable(textOf(value)).slice(0, WIDEST))),
          ),
        );
        if (table.isTruncated) warn(`only the first ${options.limit} rows are shown; --limit shows more`);
      } finally {
        await lake.close();
      }
    });
}

/** Lists and structures as JSON. */
function textOf(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "");
}

/** Characters of a cell that are shown. */
const WIDEST = 40;

/** Why the lake may not have all that the log has, by what locking its folder said. */
const missingFor: Partial<Record<ErrorCode, string>> = {
  "data-locked": "a server has this folder open: its newest seconds may be missing",
  "data-read-only": "this folder cannot be written: what its lake does not have yet is missing",
};

/** Lays down what the log has and the lake has not; says what may be missing where it cannot, for a running server does that, or nobody. */
async function bringLevel(folder: string): Promise<string | undefined> {
  const manifest = await readManifest(folder);
  if (!manifest) throw new PlatformError("no-data", `${folder} is empty; fill it with: inkling import`);
  const lock = await lockFolder(folder).catch((error: unknown) => {
    const missing = error instanceof PlatformError ? missingFor[error.code] : undefined;
    if (missing === undefined) throw error;
    return missing;
  });
  if (typeof lock === "string") return lock;
  const bar = new ProgressBar();
  const { partitionCount } = manifest;
  const state = new LmdbStateStore(paths.state(folder), new SystemClock());
  const ends = (await readAllProgress(state, partitionCount)).map(({ offset }) => offset);
  const log = await SegmentedEventLog.open(paths.log(folder), { partitionCount, isReadOnly: true, ends });
  const lake = await DuckDbLake.open(paths.lake(folder));
  const onFailure = (error: unknown): never => {
    throw error;
  };
  const writer = new LakeWriter({ log, state, lake, onFailure });
  await writer.catchUp((done, total) => bar.listen({ stage: "laying down events", done, total }));
  bar.finish();
  await lake.close();
  await log.close();
  await state.close();
  await lock.release();
  return undefined;
}
