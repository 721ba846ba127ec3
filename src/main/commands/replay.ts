import type { Command } from "commander";
import { monotonicMs } from "#base";
import { replay } from "../replay.ts";
import { ProgressBar, say } from "../terminal.ts";
import { type DataOptions, folderFor, withDataOptions } from "./options.ts";

const DIFFERS = 1;

/** `inkling replay`: state again from the log, and whether it came out the same. */
export function registerReplay(program: Command): void {
  withDataOptions(program.command("replay"))
    .description(
      "build the state again from the log, compare it with what there is, and keep the rebuilt one",
    )
    .option("--verify", "only compare; keep the state as it is")
    .option("--json", "end with one JSON object")
    .action(async (options: DataOptions & { verify?: boolean; json?: boolean }) => {
      const bar = new ProgressBar();
      const startedMs = monotonicMs();
      const result = await replay(folderFor(options), !options.verify, bar.listen);
      bar.finish();
      const seconds = (monotonicMs() - startedMs) / 1000;
      if (!result.isIdentical && result.before) process.exitCode = DIFFERS;
      if (options.json) return say(JSON.stringify({ ...result, seconds }));
      const { rebuilt, records, isIdentical, before } = result;
      const outcome = isIdentical
        ? "identical to the state there was"
        : before
          ? "NOT what the state was"
          : "there was no state";
      say(
        `${records} records replayed in ${seconds.toFixed(1)} s: ${rebuilt.entries} entries, ${rebuilt.hash.slice(0, 16)}, ${outcome}`,
      );
    });
}
