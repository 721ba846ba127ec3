import type { Command } from "commander";
import pc from "picocolors";
import { monotonicMs } from "#base";
import { listen, untilStopped } from "../listen.ts";
import { formatSeconds, ProgressBar, say, warn } from "../terminal/terminal.ts";
import { openFilled } from "./open-folder.ts";
import {
  type DataOptions,
  declarationsOf,
  keysFor,
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
  const config = await declarationsOf(options);
  const keys = keysFor(options, config);
  const startedMs = monotonicMs();
  const bar = new ProgressBar();
  const platform = await openFilled(options, config, bar);
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
    await platform.rehearse();
    const address = await listen(server, options);
    platform.followWithLake(warn);
    platform.health.start(warn);
    platform.population.start(warn);
    await platform.keepVectorsFresh();
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
