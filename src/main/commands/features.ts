import type { Command } from "commander";
import pc from "picocolors";
import { monotonicMs } from "#base";
import { readPersonRows } from "#storage";
import { applyChange, type PlannedChange, planChange } from "../features.ts";
import { ProgressBar, say } from "../terminal.ts";
import { exportTrainingSet } from "../training-set.ts";
import {
  type DataOptions,
  declarationsOf,
  folderFor,
  givenDeclarations,
  parseInteger,
  withDataOptions,
} from "./options.ts";

type Options = DataOptions & { readonly json?: boolean };
type ExportOptions = Options & {
  readonly out: string;
  readonly rows?: string;
  readonly every: number;
  readonly features?: string;
};

/** Most informative features that are shown. */
const SHOWN = 10;

/** `inkling features`: what is computed of people's events: planned, applied, checked, exported. */
export function registerFeatures(program: Command): void {
  const features = program.command("features").description("features: plan, apply, backfill, doctor, export");
  command(
    features,
    "plan",
    "show what applying the configuration's features would change, and change nothing",
  ).action(plan);
  command(
    features,
    "apply",
    "apply the configuration's features, with a backfill where that takes one",
  ).action((options: Options) => apply(options, false));
  command(
    features,
    "backfill",
    "build the features of everybody again from all events; goes on where it was interrupted",
  ).action((options: Options) => apply(options, true));
  command(
    features,
    "export",
    "write a training set as Parquet: features as of each row's time, and labels after it",
  )
    .requiredOption("--out <file>", "the Parquet file to write")
    .option(
      "--rows <file>",
      "Parquet, CSV or JSON lines with user_id and timestamp (default: everybody, at regular times)",
    )
    .option("--every <days>", "days between the times of everybody", parseInteger, 7)
    .option("--features <names>", "divided by commas (default: all)")
    .action(exportRows);
}

function command(features: Command, name: string, description: string): Command {
  return withDataOptions(features.command(name))
    .description(description)
    .option("--json", "end with one JSON object");
}

async function plan(options: Options): Promise<void> {
  const change = await planChange(folderFor(options), await declarationsOf(options));
  say(options.json ? JSON.stringify(change) : describe(change));
}

async function apply(options: Options, isForced: boolean): Promise<void> {
  const bar = new ProgressBar();
  const startedMs = monotonicMs();
  const result = await applyChange(
    folderFor(options),
    await declarationsOf(options),
    { isForced },
    bar.listen,
  );
  bar.finish();
  const seconds = (monotonicMs() - startedMs) / 1000;
  if (options.json) return say(JSON.stringify({ ...result, seconds }));
  say(describe(result));
  say(`applied: ${result.events} events read in ${seconds.toFixed(1)} s`);
}

async function exportRows(options: ExportOptions): Promise<void> {
  const bar = new ProgressBar();
  const startedMs = monotonicMs();
  const rows = options.rows === undefined ? undefined : await readPersonRows(options.rows);
  const set = await exportTrainingSet(
    folderFor(options),
    await givenDeclarations(options),
    {
      out: options.out,
      everyDays: options.every,
      ...(rows && { rows }),
      ...(options.features !== undefined && { names: options.features.split(",") }),
    },
    bar.listen,
  );
  bar.finish();
  const seconds = (monotonicMs() - startedMs) / 1000;
  if (options.json) return say(JSON.stringify({ ...set, seconds }));
  say(`${set.rows} rows with ${set.columns.length} columns in ${options.out}, in ${seconds.toFixed(1)} s`);
  for (const [label, ranked] of Object.entries(set.informative)) {
    say(`\nmost informative of ${label} > 0, each alone:   bits      AUC`);
    for (const { name, mutualInformation, auc } of ranked.slice(0, SHOWN))
      say(`  ${name.padEnd(40)} ${mutualInformation.toFixed(4)}   ${auc.toFixed(3)}`);
  }
}

function describe({ added, removed, changed, noted, needsBackfill, isInterrupted }: PlannedChange): string {
  const lines = [
    ...added.map((name) => pc.green(`+ ${name}`)),
    ...removed.map((name) => pc.red(`- ${name}`)),
    ...changed.map(({ name, from, to }) => pc.yellow(`~ ${name}  ${from} -> ${to}`)),
    ...noted.map((name) => pc.dim(`  ${name}: described otherwise`)),
  ];
  if (lines.length === 0) lines.push("no feature changes");
  if (isInterrupted) lines.push("a backfill was interrupted; applying goes on with it");
  lines.push(needsBackfill ? "applying reads all events again" : "applying reads no event");
  return lines.join("\n");
}
