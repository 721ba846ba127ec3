import { join } from "node:path";
import type { Command } from "commander";
import { monotonicMs, PlatformError } from "#base";
import { openTables, sourceNames } from "../datasets/sources.ts";
import type { Platform } from "../platform.ts";
import { ProgressBar, say } from "../terminal/terminal.ts";
import { fill, openFilled } from "./open-folder.ts";
import { type DataOptions, declarationsOf, withDataOptions } from "./options.ts";

type Options = DataOptions & { readonly map?: string; readonly into: string; readonly json?: boolean };

/** `inkling import`: fills a data folder through the one way in. An import that was cut off goes on. */
export function registerImport(program: Command): void {
  withDataOptions(program.command("import"))
    .argument("[what...]", `a data set (${sourceNames().join(", ")}), or files of your own with --map`)
    .description("fill a data folder with a data set, the world, or Parquet, CSV and JSONL files of your own")
    .option("--map <mapping>", 'columns of your files: userId=visitor,event="view",itemId=sku,timestamp=ts')
    .option("--into <name>", "name of the data folder for files of your own", "own")
    .option("--json", "end with one JSON object")
    .action(async (what: string[], options: Options) => {
      const startedMs = monotonicMs();
      const bar = new ProgressBar();
      const platform =
        options.map === undefined
          ? await importNamed(what, options, bar)
          : await importFiles(what, options, bar);
      const { dataset, imported } = platform.manifest;
      const items = platform.catalogue.itemCount;
      await platform.close();
      const seconds = (monotonicMs() - startedMs) / 1000;
      if (options.json) return say(JSON.stringify({ dataset, ...imported, items, seconds }));
      const { messages, rejected } = imported;
      say(
        `${dataset}: ${messages} events read (${rejected} rejected), ${items} items, in ${seconds.toFixed(1)} s`,
      );
    });
}

async function importNamed(
  [name, ...others]: readonly string[],
  options: Options,
  bar: ProgressBar,
): Promise<Platform> {
  if (others.length > 0) {
    throw new PlatformError(
      "invalid-config",
      "files of your own need --map, which says what their columns mean",
    );
  }
  const config = await declarationsOf(options);
  return openFilled({ ...options, dataset: name ?? options.dataset }, config, bar);
}

/** Into a folder of its own, to which later imports add. */
async function importFiles(files: readonly string[], options: Options, bar: ProgressBar): Promise<Platform> {
  if (files.length === 0) throw new PlatformError("invalid-config", "--map needs files or folders to read");
  const folder = join(options.data, options.into);
  const source = await openTables(options.into, files, options.map ?? "");
  const config = await declarationsOf(options);
  return fill(folder, source, { config, seed: options.seed ?? 1, preset: null }, bar);
}
