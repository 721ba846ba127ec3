import type { Command } from "commander";
import { monotonicMs } from "#base";
import { ProgressBar, say } from "../terminal/terminal.ts";
import { type Replay, replay } from "../upkeep/replay.ts";
import { type DataOptions, folderFor, givenDeclarations, withDataOptions } from "./options.ts";

const DIFFERS = 1;

/** `inkling replay`: state again from the log, and whether it came out the same. */
export function registerReplay(program: Command): void {
  withDataOptions(program.command("replay"))
    .description(
      "build the state again from the log, compare it with what there is, and keep the rebuilt one; applies a configuration's changed actions and purposes to the events there are",
    )
    .option("--verify", "only compare; keep the state as it is")
    .option("--json", "end with one JSON object")
    .action(async (options: DataOptions & { verify?: boolean; json?: boolean }) => {
      const bar = new ProgressBar();
      const startedMs = monotonicMs();
      const config = await givenDeclarations(options);
      const keepsRebuilt = !options.verify;
      const result = await replay(
        folderFor(options),
        { keepsRebuilt, ...(config && { config }) },
        bar.listen,
      );
      bar.finish();
      const seconds = (monotonicMs() - startedMs) / 1000;
      const { rebuilt, records, dropped, isIdentical, before, change } = result;
      if (!isIdentical && before && change === undefined) process.exitCode = DIFFERS;
      if (options.json) return say(JSON.stringify({ ...result, seconds }));
      const outcome = isIdentical ? "identical to the state there was" : differenceOf(result);
      say(
        `${records} records${dropped > 0 ? ` of the log and ${dropped} that it dropped, from the lake,` : ""} replayed in ${seconds.toFixed(1)} s: ${rebuilt.entries} entries, ${rebuilt.hash.slice(0, 16)}, ${outcome}`,
      );
    });
}

function differenceOf({ before, change }: Replay): string {
  if (change !== undefined) return `built with the configuration, which ${change}`;
  return before ? "NOT what the state was" : "there was no state";
}
