import { PlatformError } from "#base";
import type { WorldPreset } from "#datasets";
import type { Config } from "#declarations";
import { type ImportSource, importSource } from "../datasets/import-source.ts";
import { openSource, WORLD } from "../datasets/sources.ts";
import { type DataManifest, isFilled } from "../folder/data-folder.ts";
import { Platform } from "../platform.ts";
import { type ProgressBar, warn } from "../terminal/terminal.ts";
import { type DataOptions, folderFor } from "./options.ts";

/** @file The ways in which commands open a data folder: as it is, or filled first. */

/** Opens a folder that is filled. @throws PlatformError `no-data` when it is not */
export async function openExisting(
  options: DataOptions,
  config: Config,
  bar: ProgressBar,
): Promise<Platform> {
  const folder = folderFor(options);
  const manifest = await Platform.peek(folder);
  if (!manifest || !isFilled(manifest)) {
    const isOwn = manifest?.imported.source !== undefined;
    const fix = isOwn ? "its import again" : `inkling import ${options.dataset} --data ${options.data}`;
    throw new PlatformError("no-data", `${folder} is not filled yet; run: ${fix}`);
  }
  if (!manifest.imported.isComplete)
    warn("the last import into this folder was cut off: run again, it goes on where it was");
  return Platform.open({
    folder,
    config,
    isDurable: options.flush ?? true,
    progress: bar.listen,
    onNotice: warn,
  });
}

/**
 * As {@link openExisting}; `undefined` where a process has the folder that may go on, a server: what is read of it is read beside that one.
 */
export async function openUnlessServed(
  options: DataOptions,
  config: Config,
  bar: ProgressBar,
): Promise<Platform | undefined> {
  return openExisting(options, config, bar).catch((error: unknown) => {
    if (error instanceof PlatformError && error.code === "data-locked") return undefined;
    throw error;
  });
}

/**
 * Opens the data set's folder, and fills it when it is new or its import was cut off.
 * @throws PlatformError `data-mismatch` when it was made with another seed or size
 */
export async function openFilled(options: DataOptions, config: Config, bar: ProgressBar): Promise<Platform> {
  const progress = bar.listen;
  const folder = folderFor(options);
  const existing = await Platform.peek(folder);
  if (existing) requireSame(folder, existing, options);
  if (existing && isFilled(existing))
    return Platform.open({ folder, config, isDurable: options.flush ?? true, progress, onNotice: warn });
  const seed = options.seed ?? existing?.seed ?? 1;
  const preset = options.preset ?? (existing?.preset as WorldPreset | undefined) ?? "small";
  const source = await openSource(options.dataset, { seed, preset, progress });
  return fill(folder, source, { config, seed, preset: source.name === WORLD ? preset : null }, bar);
}

/** Opens the folder, makes it for the source when it is new, and feeds it what it does not have of it. */
export async function fill(
  folder: string,
  source: ImportSource,
  { config, ...made }: Pick<DataManifest, "seed" | "preset"> & { readonly config: Config },
  bar: ProgressBar,
): Promise<Platform> {
  const { name: dataset, clock, areTimesMadeUp } = source;
  const create = { dataset, clock, areTimesMadeUp, ...made };
  const platform = await Platform.open({ folder, config, create, progress: bar.listen, onNotice: warn });
  try {
    await importSource(platform, source, bar.listen);
  } catch (error) {
    await platform.close();
    throw error;
  }
  bar.finish();
  const { count, samples } = source.rejectedRows;
  const [first] = samples;
  if (first)
    warn(
      `${count} rows could not be read and were left out; first: ${first.file}:${first.line} ${first.reason}`,
    );
  return platform;
}

function requireSame(folder: string, { seed, preset }: DataManifest, options: DataOptions): void {
  const differs = (asked: unknown, has: unknown): boolean =>
    asked !== undefined && has !== null && asked !== has;
  if (!differs(options.seed, seed) && !differs(options.preset, preset)) return;
  throw new PlatformError(
    "data-mismatch",
    `${folder} was made with seed ${seed}${preset === null ? "" : ` and size ${preset}`}. Leave out --seed and --preset to use it, ` +
      "or choose another folder with --data.",
  );
}
