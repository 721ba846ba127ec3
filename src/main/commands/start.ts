import type { Command } from "commander";
import pc from "picocolors";
import { monotonicMs, PlatformError } from "#base";
import type { WorldPreset } from "#datasets";
import type { Config } from "#declarations";
import { checkBind } from "#serving";
import type { DataManifest } from "../data-folder.ts";
import { type ImportSource, importSource } from "../import-source.ts";
import { listen, untilStopped } from "../listen.ts";
import { Platform } from "../platform.ts";
import { openSource, WORLD } from "../sources.ts";
import { formatSeconds, ProgressBar, say, warn } from "../terminal.ts";
import {
  type DataOptions,
  declarationsOf,
  folderFor,
  keysFromEnvironment,
  type ListenOptions,
  withDataOptions,
  withListenOptions,
} from "./options.ts";
import { describeStart, pickPerson } from "./welcome.ts";

type Options = DataOptions & ListenOptions & { readonly json?: boolean };

/** `inkling start`: everything. The first run fills the folder and fits the models, later ones open it. */
export function registerStart(program: Command): void {
  withListenOptions(withDataOptions(program.command("start")))
    .description("fill the data folder if it is new, fit, and serve")
    .option("--json", "print one JSON object when ready")
    .action(start);
}

async function start(options: Options): Promise<void> {
  const keys = keysFromEnvironment();
  checkBind(options.host, keys);
  const startedMs = monotonicMs();
  const bar = new ProgressBar();
  const platform = await openFilled(options, bar);
  try {
    const abort = new AbortController();
    const stopped = untilStopped().finally(() => abort.abort());
    await platform.ensureModels(bar.listen, abort.signal).catch((error: unknown) => {
      if (!abort.signal.aborted) throw error;
    });
    bar.finish();
    if (abort.signal.aborted)
      return warn("stopped before anything was served; the next start goes on from here");
    const server = await platform.createServer(keys);
    const address = await listen(server, options);
    platform.followWithLake(warn);
    const person = await pickPerson(platform);
    const seconds = (monotonicMs() - startedMs) / 1000;
    if (options.json) say(JSON.stringify({ address, seconds, dataset: platform.manifest.dataset, person }));
    else
      say(
        describeStart({ address, platform, person, keys }) +
          pc.dim(`  ready in ${formatSeconds(seconds * 1000)}; Ctrl-C stops\n`),
      );
    await stopped;
    await server.close();
  } finally {
    await platform.close();
  }
  if (!options.json) say("stopped; everything accepted is stored");
}

/**
 * Opens the data set's folder, and fills it when it is new or its import was cut off.
 * @throws PlatformError `data-mismatch` when it was made with another seed or size
 */
export async function openFilled(options: DataOptions, bar: ProgressBar): Promise<Platform> {
  const progress = bar.listen;
  const folder = folderFor(options);
  const existing = await Platform.peek(folder);
  if (existing) requireSame(folder, existing, options);
  const config = await declarationsOf(options);
  if (existing?.imported.isComplete) return Platform.open({ folder, config, progress, onNotice: warn });
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
