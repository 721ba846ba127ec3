import type { Command } from "commander";
import { PlatformError } from "#base";
import { readManifest } from "../folder/data-folder.ts";
import { openServedLists } from "../lists/discovery.ts";
import { describeServedList } from "../terminal/describe-served-list.ts";
import { say, warn } from "../terminal/terminal.ts";
import { type DataOptions, folderFor, withDataOptions } from "./options.ts";

type Options = DataOptions & { readonly json?: boolean };

/** `inkling explain recommendation`: how a list that was served came about, stage by stage. */
export function registerExplain(program: Command): void {
  const group = program.command("explain").description("say how something came about");
  withDataOptions(group.command("recommendation"))
    .argument("<id>", "recommendationId of a list that was served")
    .description("what every stage of a served list did; also beside a running server")
    .option("--json", "print the list as it is kept")
    .action(explainRecommendation);
}

async function explainRecommendation(id: string, options: Options): Promise<void> {
  const folder = folderFor(options);
  if (!(await readManifest(folder))) throw new PlatformError("no-data", `${folder} is empty`);
  const lists = await openServedLists(folder, { onNotice: warn, isReadOnly: true });
  try {
    const list = await lists.get(id);
    if (!list)
      throw new PlatformError("recommendation-not-found", `no list "${id}" is kept in ${folder} (any more)`);
    say(options.json ? JSON.stringify(list) : describeServedList(list));
  } finally {
    await lists.close();
  }
}
