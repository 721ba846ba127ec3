import type { Command } from "commander";
import pc from "picocolors";
import { DAY_MS, monotonicMs, PlatformError } from "#base";
import { readEntityRows } from "#storage";
import { lookAtHealth } from "../features/feature-health.ts";
import { applyChange, type PlannedChange, planChange } from "../features/features.ts";
import {
  type InformativeReport,
  informativeFeatures,
  type RowsTold,
} from "../features/informative-features.ts";
import { exportTrainingSet } from "../features/training-set.ts";
import { Platform } from "../platform.ts";
import { ProgressBar, say } from "../terminal/terminal.ts";
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
  readonly served?: boolean;
};

type InformativeOptions = Options & {
  readonly every: number;
  readonly top: number;
  readonly label?: string;
};

type DoctorOptions = Options & { readonly people: number; readonly baseline?: boolean };

/** Exit code when a served value is not what the log says. */
const SKEWED = 1;

/** `inkling features`: what is computed of people's events: planned, applied, checked, exported. */
export function registerFeatures(program: Command): void {
  const features = program
    .command("features")
    .description("features: plan, apply, backfill, doctor, export, informative");
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
    "doctor",
    "compare what is served with what the log says, and tell absence, freshness and drift",
  )
    .option("--people <n>", "people looked at", parseInteger, 200)
    .option("--baseline", "measure drift against what is found now, from the next time on")
    .action(doctor);
  command(
    features,
    "export",
    "write a training set as Parquet: features as of each row's time, and labels after it",
  )
    .requiredOption("--out <file>", "the Parquet file to write")
    .option(
      "--rows <file>",
      "Parquet, CSV or JSON lines with user_id or item_id, or both, and timestamp (default: everybody, at regular times)",
    )
    .option("--every <days>", "days between the times of everybody", parseInteger, 7)
    .option(
      "--served",
      "what was served by each row's time and kept (log: true), in the place of what the log gives",
    )
    .option("--features <names>", "divided by commas (default: all)")
    .action(exportRows);
  command(
    features,
    "informative",
    "what each feature tells of a label, on later rows than those it was chosen on",
  )
    .option("--label <name>", "what is to be foretold (default: the first label)")
    .option("--every <days>", "days between the times of everybody", parseInteger, 7)
    .option("--top <n>", "how many features", parseInteger, 10)
    .action(tellInformative);
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

async function doctor(options: DoctorOptions): Promise<void> {
  const folder = folderFor(options);
  const manifest = await Platform.peek(folder);
  if (!manifest) throw new PlatformError("no-data", `${folder} is empty; fill it with: inkling import`);
  const { featureServices = {}, topics } = await declarationsOf(options);
  const bar = new ProgressBar();
  const seed = options.seed ?? manifest.seed;
  const { report } = await lookAtHealth(
    folder,
    {
      manifest,
      services: featureServices,
      topics,
      people: options.people,
      seed,
      setsBaseline: options.baseline ?? false,
    },
    bar.listen,
  );
  bar.finish();
  if (report.skewed > 0) process.exitCode = SKEWED;
  const { baseline: _, ...told } = report;
  if (options.json) return say(JSON.stringify(told));
  const shown = (value: number | null, digits = 3): string =>
    (value === null ? "-" : value.toFixed(digits)).padStart(12);
  say(
    `${"feature".padEnd(36)}  skew  absent %     age days         PSI   by chance         p10         p50         p90  PSI of`,
  );
  for (const one of report.features) {
    const { name, skew, nullRate, freshnessSeconds, stabilityIndex, indexByChance, quantiles, measure } = one;
    const days = freshnessSeconds === null ? null : (freshnessSeconds * 1000) / DAY_MS;
    const { p10, p50, p90 } = quantiles;
    say(
      `${name.padEnd(36)} ${String(skew).padStart(5)} ${(100 * nullRate).toFixed(1).padStart(9)} ${[days, stabilityIndex, indexByChance, p10, p50, p90].map((value) => shown(value)).join("")}  ${measure}`,
    );
  }
  for (const [service, coverage] of Object.entries(report.coverage))
    say(`service ${service}: every feature for ${(100 * coverage).toFixed(1)} % of the people`);
  const { people, items } = report.stateBytes;
  const taken = ({ p50, p99, most }: typeof people): string =>
    `${p50} bytes of state (p99 ${p99}, most ${most})`;
  say(`a person takes ${taken(people)}${items ? `, an item ${taken(items)}` : ""}`);
  say(
    `${report.compared} values of ${report.people} people and ${report.items} items compared with the log: ${report.skewed} differ`,
  );
}

async function exportRows(options: ExportOptions): Promise<void> {
  const bar = new ProgressBar();
  const startedMs = monotonicMs();
  const rows = options.rows === undefined ? undefined : await readEntityRows(options.rows);
  const set = await exportTrainingSet(
    folderFor(options),
    await givenDeclarations(options),
    {
      out: options.out,
      everyDays: options.every,
      isServed: options.served ?? false,
      ...(rows && { rows }),
      ...(options.features !== undefined && { names: options.features.split(",") }),
    },
    bar.listen,
  );
  bar.finish();
  const seconds = (monotonicMs() - startedMs) / 1000;
  if (options.json) return say(JSON.stringify({ ...set, seconds }));
  say(`${set.rows} rows with ${set.columns.length} columns in ${options.out}, in ${seconds.toFixed(1)} s`);
  for (const [name, count] of Object.entries(set.ofOtherDefinitions ?? {}))
    say(`${name}: ${count} values were served under another definition and are not joined`);
}

async function tellInformative(options: InformativeOptions): Promise<void> {
  const bar = new ProgressBar();
  const { every: everyDays, top, seed = 1, label } = options;
  const report = await informativeFeatures(
    folderFor(options),
    await givenDeclarations(options),
    { everyDays, top, seed, ...(label !== undefined && { label }) },
    bar.listen,
  );
  bar.finish();
  say(options.json ? JSON.stringify(report) : describeInformative(report));
}

function describeInformative({ label, features, model, earlier, later }: InformativeReport): string {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const rows = ({ rows, people, rate, fromMs, toMs }: RowsTold): string =>
    `${rows} rows of ${people} people, ${day(fromMs)} to ${day(toMs)}, ${(100 * rate).toFixed(1)} % above zero`;
  const area = (value: number, { low, high }: { low: number; high: number }): string =>
    `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`.padEnd(25);
  return [
    `${label} > 0`,
    `chosen and fitted on ${rows(earlier)}`,
    `areas under the ROC curve on ${rows(later)}; intervals of 95 % by people`,
    `${"".padEnd(32)} ${"bits".padEnd(7)} ${"alone".padEnd(25)} lost by the model without it`,
    ...features.map(
      ({ name, bits, alone, lost }) =>
        `${name.padEnd(32)} ${bits.toFixed(4).padEnd(7)} ${area(alone.area, alone.interval)} ${area(lost.area, lost.interval)}`,
    ),
    `${"all numeric features together".padEnd(40)} ${area(model.area, model.interval)}`,
  ].join("\n");
}

function describe({ added, removed, changed, noted, needsBackfill, ...change }: PlannedChange): string {
  const lines = [
    ...added.map((name) => pc.green(`+ ${name}`)),
    ...removed.map((name) => pc.red(`- ${name}`)),
    ...changed.map(({ name, from, to }) => pc.yellow(`~ ${name}  ${from} -> ${to}`)),
    ...noted.map((name) => pc.dim(`  ${name}: described otherwise`)),
  ];
  if (lines.length === 0) lines.push("no feature changes");
  if (change.isInterrupted) lines.push("a backfill was interrupted; applying goes on with it");
  if (change.isOfEarlierFormat)
    lines.push("the state is in the format of an earlier version; it is made anew when the folder is opened");
  lines.push(needsBackfill ? "applying reads all events again" : "applying reads no event");
  return lines.join("\n");
}
