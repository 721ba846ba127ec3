import type { Command } from "commander";
import { listen, untilStopped } from "../listen.ts";
import { ProgressBar, say, warn } from "../terminal/terminal.ts";
import { openExisting } from "./open-folder.ts";
import {
  type DataOptions,
  declarationsOf,
  keysFor,
  type ListenOptions,
  withDataOptions,
  withListenOptions,
} from "./options.ts";

/** `inkling serve`: serves a folder that was filled before, and nothing else. */
export function registerServe(program: Command): void {
  withListenOptions(withDataOptions(program.command("serve")))
    .description("serve a data folder that is filled already")
    .action(serve);
}

async function serve(options: DataOptions & ListenOptions): Promise<void> {
  const config = await declarationsOf(options);
  const keys = keysFor(options, config);
  const bar = new ProgressBar();
  const platform = await openExisting(options, config, bar);
  try {
    bar.finish();
    const server = await platform.createServer(keys);
    await platform.rehearse();
    say(`serving ${platform.folder} at ${await listen(server, options)}`);
    platform.followWithLake(warn);
    platform.health.start(warn);
    platform.population.start(warn);
    await platform.keepVectorsFresh();
    await untilStopped();
    await server.close();
  } finally {
    await platform.close();
  }
}
