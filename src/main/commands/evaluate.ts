import { type Command, Option } from "commander";
import { monotonicMs, PlatformError, Random } from "#base";
import { datasetNamed, evaluationViewOf } from "#datasets";
import { type EvaluationPart, evaluate, formatReport, protocolNamed, protocols, reportOf } from "#evaluation";
import { type ModelConfig, modelNamed, models } from "#models";
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
  readonly set: Readonly<Record<string, number>>;
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
    .option("--json", "end with one JSON object")
    .action(runEvaluation);
}

async function runEvaluation(options: Options): Promise<void> {
  const { dataset: name, on: part, seed } = options;
  const bar = new ProgressBar();
  const dataset = datasetNamed(name);
  const model = modelNamed(options.model);
  const protocol = protocolNamed(options.protocol ?? dataset.protocols[0]!);
  const config = configOf(
    model.name,
    { ...model.defaults, ...recipeFor(name, protocol.name, model.name), ...options.set },
    model.defaults,
  );
  const contents = await loadDataset(dataset, bar.listen);
  const task = protocol.task(evaluationViewOf(name, contents), { seed, part });
  const startedMs = monotonicMs();
  const fitted = await model.fit(task.train, config, {
    random: Random.of(seed, model.name),
    progress: bar.listen,
  });
  const fitSeconds = (monotonicMs() - startedMs) / 1000;
  const evaluation = await evaluate(task, fitted, { seed, progress: bar.listen });
  bar.finish();
  const report = reportOf(task, [{ ...evaluation, seconds: fitSeconds + evaluation.seconds }], {
    licence: dataset.licence,
    clock: contents.clock,
  });
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

/** @throws PlatformError `invalid-config` naming a setting the model does not have */
function configOf(name: string, config: ModelConfig, defaults: ModelConfig): ModelConfig {
  const unknown = Object.keys(config).find((key) => !Object.hasOwn(defaults, key));
  if (unknown === undefined) return config;
  const known = Object.keys(defaults).join(", ");
  throw new PlatformError("invalid-config", `${name} has no setting "${unknown}"; it has ${known || "none"}`);
}

function collectSetting(text: string, settings: Readonly<Record<string, number>>): Record<string, number> {
  const [key = "", value = ""] = text.split("=");
  const number = Number(value);
  if (key === "" || value === "" || Number.isNaN(number)) {
    throw new PlatformError("invalid-config", `--set takes name=number, not "${text}"`);
  }
  return { ...settings, [key]: number };
}
