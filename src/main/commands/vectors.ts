import type { Command } from "commander";
import { monotonicMs, PlatformError } from "#base";
import { ProgressBar, say } from "../terminal/terminal.ts";
import { openExisting } from "./open-folder.ts";
import { type DataOptions, declarationsOf, withDataOptions } from "./options.ts";

/** `inkling vectors refresh`: what a running server does once a day. */
export function registerVectors(program: Command): void {
  const group = program.command("vectors").description("vectors of people");
  withDataOptions(group.command("refresh"))
    .description("compute the long-term vectors of those who were active since the last time")
    .option("--json", "end with one JSON object")
    .action(refresh);
}

async function refresh(options: DataOptions & { readonly json?: boolean }): Promise<void> {
  const bar = new ProgressBar();
  const platform = await openExisting(options, await declarationsOf(options), bar);
  try {
    const startedMs = monotonicMs();
    const refreshed = await platform.refreshVectors(bar.listen);
    bar.finish();
    if (!refreshed)
      throw new PlatformError(
        "no-data",
        "no model in service makes vectors; fit one with: inkling train sequence-encoder",
      );
    const seconds = (monotonicMs() - startedMs) / 1000;
    if (options.json) return say(JSON.stringify({ ...refreshed, seconds }));
    const { version, people, vectors } = refreshed;
    say(
      `${people} people were active; ${vectors} have a vector of ${version} now, in ${seconds.toFixed(1)} s`,
    );
  } finally {
    await platform.close();
  }
}
