import type { Command } from "commander";
import { PlatformError } from "#base";
import { Platform } from "../platform.ts";
import { ProgressBar, say, warn } from "../terminal/terminal.ts";
import { hasTraces } from "../upkeep/traces.ts";
import { type DataOptions, declarationsOf, folderFor, withDataOptions } from "./options.ts";

const FAILED = 1;

type Options = DataOptions & { readonly value?: readonly string[]; readonly json?: boolean };

/** `inkling erase`: forgets one person while no server runs, and shows the receipt. */
export function registerErase(program: Command): void {
  withDataOptions(program.command("erase"))
    .argument("<userId>", "any id of the person; all their ids go")
    .description("erase a person from every store and print the receipt")
    .option("--value <text...>", "unique values of theirs that must not be found afterwards either")
    .option("--json", "end with one JSON object")
    .action(erase);
}

async function erase(userId: string, options: Options): Promise<void> {
  const folder = folderFor(options);
  if (!(await Platform.peek(folder))) throw new PlatformError("no-data", `${folder} is empty`);
  const bar = new ProgressBar();
  const config = await declarationsOf(options);
  const platform = await Platform.open({ folder, config, progress: bar.listen, onNotice: warn });
  try {
    bar.finish();
    const { identity, erasures } = platform;
    const ids = identity.idsOf(userId);
    if (!(await hasTraces(platform, ids)))
      throw new PlatformError("user-not-found", `nothing was received of user "${userId}"`);
    const erasureId = await erasures.begin(ids, options.value);
    await erasures.settled();
    const receipt = await erasures.receipt(erasureId);
    if (receipt?.status !== "done") process.exitCode = FAILED;
    say(JSON.stringify(receipt, null, options.json ? 0 : 2));
  } finally {
    await platform.close();
  }
}
