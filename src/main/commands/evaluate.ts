import { writeFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { monotonicMs, Random } from "#base";
import { datasetNamed, evaluationViewOf } from "#datasets";
import { type EvaluationPart, evaluate, formatReport, protocolNamed, protocols, reportOf } from "#evaluation";
import { type LearningPoint, type ModelConfig, modelNamed, models } from "#models";
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
    .option("--model <name>", `one of ${models.map(({ name }) => name).join(", ")}`, "ease")
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
    .option("--config <file>", "settings of the model, in place of the recipe's")
    .option("--curve <file>", "where to draw the learning curve, as SVG")
    .option("--threads <n>", "threads to learn with (default: all cores)", parseInteger)
    .option("--json", "end with one JSON object")
    .action(runEvaluation);
}

async function runEvaluation(options: Options): Promise<void> {
  const { dataset: name, on: part, seed } = options;
  const bar = new ProgressBar();
  const dataset = datasetNamed(name);
  const model = modelNamed(options.model);
  const protocol = protocolNamed(options.protocol ?? dataset.protocols[0]!);
  const recipe = recipeFor(name, protocol.name, model.name);
  const config = await settingsOf(model, { ...options, recipe });
  const contents = await loadDataset(dataset, bar.listen);
  const task = protocol.task(evaluationViewOf(name, contents), { seed, part });
  const points: LearningPoint[] = [];
  const startedMs = monotonicMs();
  const fitted = await model.fit(task.train, config, {
    random: Random.of(seed, model.name),
    progress: bar.listen,
    learned: (point) => points.push(point),
    ...(options.threads !== undefined && { threads: options.threads }),
  });
  const fitSeconds = (monotonicMs() - startedMs) / 1000;
  const evaluation = await evaluate(task, fitted, { seed, progress: bar.listen });
  bar.finish();
  const report = reportOf(task, [{ ...evaluation, seconds: fitSeconds + evaluation.seconds }], {
    licence: dataset.licence,
    clock: contents.clock,
  });
  if (options.curve !== undefined)
    await writeFile(options.curve, learningCurveSvg(`${model.name} on ${name}`, points));
  if (!options.json) return say(formatReport(report));
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  const [result] = report.models;
  say(
    JSON.stringify({
      ...report,
      ...result?.metrics,
      fitSeconds,
      peakMiB,
      rejectedRows: contents.rejected.count,
    }),
  );
}
