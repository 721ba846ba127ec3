import type { Command } from "commander";
import { PlatformError } from "#base";
import { checkBind } from "#serving";
import { listen, untilStopped } from "../listen.ts";
import { Platform } from "../platform.ts";
import { ProgressBar, say, warn } from "../terminal.ts";
import {
  type DataOptions,
  declarationsOf,
  folderFor,
  keysFromEnvironment,
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
  const keys = keysFromEnvironment();
  checkBind(options.host, keys);
  const folder = folderFor(options);
  if (!(await Platform.peek(folder))?.imported.isComplete) {
    throw new PlatformError(
      "no-data",
      `${folder} is not filled yet; run: inkling import ${options.dataset} --data ${options.data}`,
    );
  }
  const bar = new ProgressBar();
  const platform = await Platform.open({
    folder,
    config: await declarationsOf(options),
    progress: bar.listen,
    onNotice: warn,
  });
  try {
    bar.finish();
    const server = await platform.createServer(keys);
    say(`serving ${folder} at ${await listen(server, options)}`);
    platform.followWithLake(warn);
    await untilStopped();
    await server.close();
  } finally {
    await platform.close();
  }
}
