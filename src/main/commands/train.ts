import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { type LearningPoint, type ModelConfig, modelNamed, models } from "#models";
import type { FitListeners } from "../fit.ts";
import type { ModelToFit } from "../fit-worker.ts";
import { learningCurveSvg } from "../learning-curve.ts";
import type { ModelManifest } from "../model-manifest.ts";
import { collectSetting, settingsOf } from "../model-settings.ts";
import type { Platform } from "../platform.ts";
import { recommendedFor } from "../recipes.ts";
import { ProgressBar, say } from "../terminal.ts";
import { openExisting } from "./open-folder.ts";
import { type DataOptions, declarationsOf, withFolderOptions } from "./options.ts";

interface TrainOptions extends DataOptions {
  readonly declarations?: string;
  readonly set: ModelConfig;
  readonly curve?: string;
  readonly json?: boolean;
}

/** `inkling train`: fits a model on everything in the log and puts it in service; a ranker beside what is. */
export function registerTrain(program: Command): void {
  withFolderOptions(program.command("train"))
    .argument("<model>", `one of ${models.map(({ name }) => name).join(", ")}`)
    .description(
      "fit a model on the log and put it in service for people with a history; interrupted, it goes on next time",
    )
    .option("--config <file>", "settings of the model (default: those recommended for the data set)")
    .option("--set <name=value>", "a setting of the model; may be repeated", collectSetting, {})
    .option("--curve <file>", "where to draw the learning curve after every pass, as SVG")
    .option("--declarations <file>", "what the application declares (default: ./inkling.config.{ts,js,mjs})")
    .option("--json", "end with one JSON object")
    .action(runTraining);
}

async function runTraining(name: string, options: TrainOptions): Promise<void> {
  const { config: _, declarations, dataset, curve, json, ...rest } = options;
  const recipe = recommendedFor(dataset, name);
  const config = await settingsOf(modelNamed(name), { ...options, recipe });
  const bar = new ProgressBar();
  const declared = await declarationsOf({
    ...rest,
    ...(declarations !== undefined && { config: declarations }),
  });
  const platform = await openExisting(options, declared, bar);
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  process.once("SIGINT", interrupt);
  const points: LearningPoint[] = [];
  let drawn = Promise.resolve();
  try {
    const listeners: FitListeners = {
      progress: bar.listen,
      abort: interruption.signal,
      learned(point) {
        points.push(point);
        if (curve === undefined) return;
        const picture = learningCurveSvg(`${name} on ${dataset}`, points);
        drawn = drawn.then(() => writeFile(curve, picture));
      },
    };
    const fitted = modelNamed(name).isRanker
      ? await besideOthers(platform, { name, config }, listeners)
      : (await platform.fit([{ name, config }, { name: platform.coldStartModel }], listeners)).personal;
    await drawn;
    bar.finish();
    if (json) say(JSON.stringify(fitted));
    else say(`${fitted.name} ${fitted.version} is in service; fitted in ${fitted.fitSeconds.toFixed(1)} s`);
  } finally {
    process.off("SIGINT", interrupt);
    await platform.close();
  }
}

/** Fits a ranker and lets it answer whoever asks for it by name: surfaces, requests. */
async function besideOthers(
  platform: Platform,
  model: ModelToFit,
  listeners: FitListeners,
): Promise<ModelManifest> {
  const manifest = await platform.fitBeside(model, listeners);
  await platform.models.serveBeside(manifest);
  return manifest;
}
