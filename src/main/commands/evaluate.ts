import { writeFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { monotonicMs, Random } from "#base";
import { datasetNamed, evaluationViewOf } from "#datasets";
import {
  type Evaluation,
  type EvaluationPart,
  type EvaluationTask,
  evaluate,
  formatReport,
  onlyActions,
  protocolNamed,
  protocols,
  reportOf,
  stalenessProtocols,
} from "#evaluation";
import { type LearningPoint, type Model, type ModelConfig, modelNamed, models } from "#models";
import { loadDataset } from "../datasets/sources.ts";
import { learningCurveSvg } from "../fitting/learning-curve.ts";
import { collectSetting, settingsOf, settingsOfEach } from "../fitting/model-settings.ts";
import { recipeFor } from "../fitting/recipes.ts";
import { type StalenessLine, stalenessSvg } from "../fitting/staleness-curve.ts";
import { ProgressBar, say } from "../terminal/terminal.ts";
import { parseInteger } from "./options.ts";

interface Options {
  readonly dataset: string;
  readonly protocol?: string;
  readonly model: string;
  readonly on: EvaluationPart;
  readonly seed: number;
  readonly set: ModelConfig;
  readonly config?: string;
  readonly curve?: string;
  readonly threads?: number;
  readonly learnFrom: readonly string[];
  readonly picture?: string;
  readonly fitSeeds?: readonly number[];
  readonly json?: boolean;
}

/** `inkling evaluate`: a model on a public data set by a published protocol, beside the published figures. */
export function registerEvaluate(program: Command): void {
  program
    .command("evaluate")
    .description("fit a model on a public data set and measure it by a published protocol")
    .requiredOption("--dataset <name>", "data set, looked for in $INKLING_DATASETS")
    .option(
      "--protocol <name>",
      `one of ${protocols.map(({ name }) => name).join(", ")}; ${STALENESS}: its three, one fit for all; default: the set's headline`,
    )
    .option("--model <names>", `one or more of ${models.map(({ name }) => name).join(",")}`, "ease")
    .addOption(
      new Option("--on <part>", "validation is carved out of the training part")
        .choices(["test", "validation"])
        .default("test"),
    )
    .option("--seed <n>", "seed of everything random", parseInteger, 1)
    .option(
      "--set <name=value>",
      "a setting in place of the recipe's, of all models that have it, or of one: model.name=value; may be repeated",
      collectSetting,
      {},
    )
    .option("--fit-seeds <list>", "fit with each of these seeds, a row for each: 1,2,3", parseSeeds)
    .option(
      "--learn-from <actions>",
      `what models are shown: names of actions, separated by commas, or ${ALL} (default); may be repeated, a row for each`,
      (actions: string, earlier: readonly string[]) => [...earlier, actions],
      [],
    )
    .option("--config <file>", "settings of the model, in place of the recipe's")
    .option("--curve <file>", "where to draw the learning curve, as SVG")
    .option("--picture <file>", `where to draw what ${STALENESS} costs, as SVG`)
    .option("--threads <n>", "threads to learn with (default: all cores)", parseInteger)
    .option("--json", "end with one JSON object")
    .action(runEvaluation);
}

/** Asks the same of histories that were refreshed once, daily and right now. */
const STALENESS = "staleness";
/** Of actions. */
const ALL = "all";

async function runEvaluation(options: Options): Promise<void> {
  const { dataset: name, on: part, seed, learnFrom, picture } = options;
  const bar = new ProgressBar();
  const dataset = datasetNamed(name);
  const asked = options.model.split(",").map(modelNamed);
  const isStaleness = options.protocol === STALENESS;
  const asking = isStaleness
    ? stalenessProtocols
    : [protocolNamed(options.protocol ?? dataset.protocols[0]!)];
  const told = settingsOfEach(asked, options.set);
  const settings = await Promise.all(
    asked.map((model, at) => {
      const recipe = recipeFor(name, asking[0]!.name, model.name);
      return settingsOf(model, { ...options, recipe, set: told[at]! });
    }),
  );
  const contents = await loadDataset(dataset, bar.listen);
  const whole = asking.map((protocol) => protocol.task(evaluationViewOf(name, contents), { seed, part }));
  const lessons = (learnFrom.length > 0 ? learnFrom : [ALL]).map((actions) =>
    actions === ALL ? whole : whole.map((task) => onlyActions(task, actions.split(","))),
  );
  const results: Measured[] = [];
  for (const [position, model] of asked.entries())
    for (const [lesson, tasks] of lessons.entries())
      for (const fitSeed of options.fitSeeds ?? [seed]) {
        const measured = await measure(model, settings[position]!, tasks, { ...options, fitSeed }, bar);
        const shown = lessons.length > 1 ? `, ${learnFrom[lesson]}` : "";
        const rows = measured.map((one) => ({ ...one, model: one.model + shown }));
        for (const row of rows) bar.note(noteOf(row, isStaleness)); // the next may take an hour, and not end
        results.push(...rows);
      }
  bar.finish();
  const [task] = lessons[0]!;
  const named = { ...task!, ...(isStaleness && { protocol: STALENESS }) }; // one task at least
  if (isStaleness && picture !== undefined)
    await writeFile(picture, stalenessSvg(...linesOf(name, part, results)));
  const rows = results.map(({ refreshed, ...row }) => ({
    ...row,
    model: nameOf({ model: row.model, refreshed }, isStaleness),
  }));
  const report = reportOf(named, rows, { licence: dataset.licence, clock: contents.clock });
  if (!options.json) return say(formatReport(report));
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  const [{ metrics, fitSeconds }] = results as [Measured]; // one model at least
  say(JSON.stringify({ ...report, ...metrics, fitSeconds, peakMiB, rejectedRows: contents.rejected.count }));
}

interface Measured extends Evaluation {
  readonly fitSeconds: number;
  /** How fresh the histories were, in the last word of the protocol's name. */
  readonly refreshed: string;
}

function nameOf({ model, refreshed }: Pick<Measured, "model" | "refreshed">, isStaleness: boolean): string {
  return isStaleness ? `${model}, ${refreshed}` : model;
}

function noteOf(row: Measured, isStaleness: boolean): string {
  const { metrics, fitSeconds } = row;
  const figures = Object.entries(metrics).map(
    ([name, value]) => `${name} ${(value ?? Number.NaN).toFixed(4)}`,
  );
  return `${nameOf(row, isStaleness)}, fitted in ${fitSeconds.toFixed(0)} s: ${figures.join(", ")}`;
}

/** What the picture shows: Recall@10 by how fresh histories were. */
function linesOf(
  dataset: string,
  part: EvaluationPart,
  results: readonly Measured[],
): [title: string, lines: StalenessLine[]] {
  const names = [...new Set(results.map(({ model }) => model))];
  const lines = names.map((model) => ({
    model,
    readings: results
      .filter((one) => one.model === model)
      .map(({ refreshed, metrics, intervals }) => ({
        ...{ refreshed, value: metrics.recallAt10 ?? 0 },
        ...(intervals.recallAt10 ?? { low: 0, high: 0 }),
      })),
  }));
  return [`Recall@10 by when the history was refreshed: ${dataset}, ${part}`, lines];
}

/** Fits one model and asks it every task, which all have the same to learn from; draws its learning curve where it learns in passes. */
async function measure(
  model: Model,
  config: ModelConfig,
  tasks: readonly EvaluationTask[],
  { seed, fitSeed, fitSeeds, threads, curve }: Options & { readonly fitSeed: number },
  bar: ProgressBar,
): Promise<Measured[]> {
  const points: LearningPoint[] = [];
  const startedMs = monotonicMs();
  const { train, dataset } = tasks[0]!; // there is one
  const fitted = await model.fit(train, config, {
    random: Random.of(fitSeed, model.name),
    progress: bar.listen,
    learned: (point) => points.push(point),
    ...(threads !== undefined && { threads }),
  });
  const fitSeconds = (monotonicMs() - startedMs) / 1000;
  if (curve !== undefined && points.length > 0)
    await writeFile(curve, learningCurveSvg(`${model.name} on ${dataset}`, points));
  const named = fitSeeds ? { model: `${model.name}, seed ${fitSeed}` } : {};
  const measured: Measured[] = [];
  for (const task of tasks) {
    const evaluation = await evaluate(task, fitted, { seed, progress: bar.listen });
    const refreshed = task.protocol.split("-").at(-1)!; // a text has a last part
    measured.push({
      ...evaluation,
      ...named,
      refreshed,
      fitSeconds,
      seconds: fitSeconds + evaluation.seconds,
    });
  }
  return measured;
}

function parseSeeds(text: string): number[] {
  return text.split(",").map(parseInteger);
}
