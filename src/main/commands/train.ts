import type { Command } from "commander";
import { modelNamed, models } from "#models";
import { ProgressBar, say } from "../terminal.ts";
import { openExisting } from "./open-folder.ts";
import { type DataOptions, declarationsOf, withDataOptions } from "./options.ts";

/** `inkling train`: fits a model on everything in the log and puts it in service. */
export function registerTrain(program: Command): void {
  withDataOptions(program.command("train"))
    .argument("<model>", `one of ${models.map(({ name }) => name).join(", ")}`)
    .description("fit a model on the log and put it in service for people with a history")
    .option("--json", "end with one JSON object")
    .action(async (name: string, options: DataOptions & { json?: boolean }) => {
      modelNamed(name);
      const bar = new ProgressBar();
      const platform = await openExisting(options, await declarationsOf(options), bar);
      try {
        const { personal } = await platform.fit([name, platform.coldStartModel], bar.listen);
        bar.finish();
        if (options.json) say(JSON.stringify(personal));
        else
          say(
            `${personal.name} ${personal.version} is in service; fitted in ${personal.fitSeconds.toFixed(1)} s`,
          );
      } finally {
        await platform.close();
      }
    });
}
