import type { Command } from "commander";
import { monotonicMs } from "#base";
import { ProgressBar, say } from "../terminal.ts";
import { type DataOptions, withDataOptions } from "./options.ts";
import { openFilled } from "./start.ts";

/** `inkling import`: fills a data folder through the one way in. An import that was cut off goes on. */
export function registerImport(program: Command): void {
  withDataOptions(program.command("import"))
    .argument("[name]", "data set; the same as --dataset")
    .description("fill the data folder with a data set or the world")
    .option("--json", "end with one JSON object")
    .action(async (name: string | undefined, options: DataOptions & { json?: boolean }) => {
      const startedMs = monotonicMs();
      const platform = await openFilled({ ...options, dataset: name ?? options.dataset }, new ProgressBar());
      const { dataset, imported } = platform.manifest;
      const items = platform.catalogue.itemCount;
      await platform.close();
      const seconds = (monotonicMs() - startedMs) / 1000;
      if (options.json) say(JSON.stringify({ dataset, ...imported, items, seconds }));
      else
        say(
          `${dataset}: ${imported.messages} events (${imported.rejected} rejected), ${items} items, in ${seconds.toFixed(1)} s`,
        );
    });
}
