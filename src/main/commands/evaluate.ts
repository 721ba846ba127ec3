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
} from "#evaluation";
import { type LearningPoint, type Model, type ModelConfig, modelNamed, models } from "#models";
import { learningCurveSvg } from "../learning-curve.ts";
import { collectSetting, settingsOf } from "../model-settings.ts";
import { recipeFor } from "../recipes.ts";
import { loadDataset } from "../sources.ts";
import { ProgressBar, say } from "../terminal.ts";
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
  readonly learnFrom?: string;
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
      `one of ${protocols.map(({ name }) => name).join(", ")}; default: the set's headline`,
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
      "a setting of the model in place of the recipe's; may be repeated",
      collectSetting,
      {},
    )
    .option("--fit-seeds <list>", "fit with each of these seeds, a row for each: 1,2,3", parseSeeds)
    .option(
      "--learn-from <actions>",
      "what models are shown: names of actions, separated by commas (default: all)",
    )
    .option("--config <file>", "settings of the model, in place of the recipe's")
    .option("--curve <file>", "where to draw the learning curve, as SVG")
    .option("--threads <n>", "threads to learn with (default: all cores)", parseInteger)
    .option("--json", "end with one JSON object")
    .action(runEvaluation);
}

async function runEvaluation(options: Options): Promise<void> {
  const { dataset: name, on: part, seed, learnFrom } = options;
  const bar = new ProgressBar();
  const dataset = datasetNamed(name);
  const asked = options.model.split(",").map(modelNamed);
  const protocol = protocolNamed(options.protocol ?? dataset.protocols[0]!);
  const settings = await Promise.all(
    asked.map((model) => {
      return settingsOf(model, { ...options, recipe: recipeFor(name, protocol.name, model.name) });
    }),
  );
  const contents = await loadDataset(dataset, bar.listen);
  const whole = protocol.task(evaluationViewOf(name, contents), { seed, part });
  const task = learnFrom === undefined ? whole : onlyActions(whole, learnFrom.split(","));
  const results: Measured[] = [];
  for (const [position, model] of asked.entries())
    for (const fitSeed of options.fitSeeds ?? [seed])
      results.push(await measure(model, settings[position]!, task, { ...options, fitSeed }, bar));
  bar.finish();
  const report = reportOf(task, results, { licence: dataset.licence, clock: contents.clock });
  if (!options.json) return say(formatReport(report));
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  const [{ metrics, fitSeconds }] = results as [Measured]; // one model at least
  say(JSON.stringify({ ...report, ...metrics, fitSeconds, peakMiB, rejectedRows: contents.rejected.count }));
}

interface Measured extends Evaluation {
  readonly fitSeconds: number;
}

/** Fits and asks one model; draws its learning curve where it learns in passes. */
async function measure(
  model: Model,
  config: ModelConfig,
  task: EvaluationTask,
  { seed, fitSeed, fitSeeds, threads, curve }: Options & { readonly fitSeed: number },
  bar: ProgressBar,
): Promise<Measured> {
  const points: LearningPoint[] = [];
  const startedMs = monotonicMs();
  const fitted = await model.fit(task.train, config, {
    random: Random.of(fitSeed, model.name),
    progress: bar.listen,
    learned: (point) => points.push(point),
    ...(threads !== undefined && { threads }),
  });
  const fitSeconds = (monotonicMs() - startedMs) / 1000;
  const evaluation = await evaluate(task, fitted, { seed, progress: bar.listen });
  if (curve !== undefined && points.length > 0)
    await writeFile(curve, learningCurveSvg(`${model.name} on ${task.dataset}`, points));
  const named = fitSeeds ? { model: `${model.name}, seed ${fitSeed}` } : {};
  return { ...evaluation, ...named, fitSeconds, seconds: fitSeconds + evaluation.seconds };
}

function parseSeeds(text: string): number[] {
  return text.split(",").map(parseInteger);
}
