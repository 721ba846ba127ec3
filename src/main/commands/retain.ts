import type { Command } from "commander";
import { ProgressBar, say } from "../terminal/terminal.ts";
import { retain } from "../upkeep/retain.ts";
import { type DataOptions, declarationsOf, folderFor, withDataOptions } from "./options.ts";

/** `inkling retain`: lets go of events that are past the days their action is kept. */
export function registerRetain(program: Command): void {
  withDataOptions(program.command("retain"))
    .description(
      "remove events older than the retentionDays of their action from log and lake, and build the state of what is left",
    )
    .option("--json", "end with one JSON object")
    .action(async (options: DataOptions & { json?: boolean }) => {
      const bar = new ProgressBar();
      const retained = await retain(folderFor(options), await declarationsOf(options), bar.listen);
      bar.finish();
      if (options.json) return say(JSON.stringify(retained));
      const { events, rows, replay } = retained;
      say(
        replay
          ? `${events} records of the log and ${rows} rows of the lake were past their time and are gone; state is built of the ${replay.records} records left`
          : "nothing is past its time",
      );
    });
}
