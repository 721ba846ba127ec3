import type { Command } from "commander";
import { Random } from "#base";
import { shadowOf } from "#recommendation";
import { listUsers } from "#sequences";
import { compareSurfaces, describeComparison } from "../lists/compare-surfaces.ts";
import { openRecommender } from "../services.ts";
import { ProgressBar, say } from "../terminal/terminal.ts";
import { openExisting } from "./open-folder.ts";
import { type DataOptions, declarationsOf, parseInteger, withDataOptions } from "./options.ts";

type Options = DataOptions & { readonly people: number; readonly n: number; readonly json?: boolean };

/** People looked at to draw from. */
const DRAWN_FROM = 100_000;

/** `inkling compare surfaces`: the lists of two surfaces for the same people, side by side. */
export function registerCompare(program: Command): void {
  const group = program.command("compare").description("hold two things against each other");
  withDataOptions(group.command("surfaces"))
    .argument("<one>", "a declared surface")
    .argument("[other]", "another; default: the shadow of the one")
    .description("overlap, diversity and scores of their lists for the same people")
    .option("--people <count>", "how many people are drawn", parseInteger, 200)
    .option("--n <count>", "length of the lists", parseInteger, 20)
    .option("--json", "end with one JSON object")
    .action(compare);
}

async function compare(one: string, other: string | undefined, options: Options): Promise<void> {
  const bar = new ProgressBar();
  const platform = await openExisting(options, await declarationsOf(options), bar);
  try {
    await platform.ensureModels(bar.listen);
    const recommender = await openRecommender(platform);
    const random = Random.of(platform.manifest.seed, "compare");
    const people = random
      .shuffle([...(await listUsers(platform.state, DRAWN_FROM))])
      .slice(0, options.people);
    const surfaces = [one, other ?? shadowOf(one)] as const;
    const request = { n: options.n, asOfMs: platform.clock.nowMs() };
    const comparison = await compareSurfaces(recommender, surfaces, people, request, bar.listen);
    bar.finish();
    say(options.json ? JSON.stringify(comparison) : describeComparison(comparison));
  } finally {
    await platform.close();
  }
}
