import type { Command } from "commander";
import pc from "picocolors";
import { monotonicMs } from "#base";
import { checkBind } from "#serving";
import { importSource } from "../import-source.ts";
import { listen, untilStopped } from "../listen.ts";
import { Platform } from "../platform.ts";
import { openSource } from "../sources.ts";
import { formatSeconds, ProgressBar, say, warn } from "../terminal.ts";
import {
  type DataOptions,
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
  withListenOptions(withDataOptions(program.command("start", { isDefault: true })))
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
    await platform.ensureModels(bar.listen, abort.signal);
    bar.finish();
    const server = await platform.createServer(keys);
    const address = await listen(server, options);
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

/** Opens the data set's folder, and fills it when it is new or its import was cut off. */
export async function openFilled(options: DataOptions, bar: ProgressBar): Promise<Platform> {
  const progress = bar.listen;
  const folder = folderFor(options);
  const existing = await Platform.peek(folder);
  if (existing?.imported.isComplete) return Platform.open({ folder, progress, onNotice: warn });
  const source = await openSource(options.dataset, {
    seed: options.seed,
    worldPreset: options.preset,
    progress,
  });
  const { name: dataset, clock, areTimesMadeUp } = source;
  const platform = await Platform.open({
    folder,
    create: { dataset, clock, areTimesMadeUp, seed: options.seed },
    progress,
    onNotice: warn,
  });
  try {
    await importSource(platform, source, progress);
  } catch (error) {
    await platform.close();
    throw error;
  }
  bar.finish();
  const { count, samples } = source.rejectedRows;
  if (count > 0)
    warn(
      `${count} rows could not be read and were left out; first: ${samples[0]?.file}:${samples[0]?.line} ${samples[0]?.reason}`,
    );
  return platform;
}
