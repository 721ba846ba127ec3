import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { PlatformError } from "#base";
import type { Config } from "#declarations";
import { type LearningPoint, type ModelConfig, modelNamed, models } from "#models";
import { FileBlobStore } from "#storage";
import type { FitListeners } from "../fitting/fit.ts";
import { coldStartModelOf, fitAndServe, fitBeside } from "../fitting/fit-folder.ts";
import type { ModelToFit } from "../fitting/fit-worker.ts";
import { addToCurve, learningCurveSvg } from "../fitting/learning-curve.ts";
import { collectSetting, settingsOf } from "../fitting/model-settings.ts";
import { recommendedFor } from "../fitting/recipes.ts";
import { paths, readManifest } from "../folder/data-folder.ts";
import type { ModelManifest } from "../models/model-manifest.ts";
import { ModelStore } from "../models/model-store.ts";
import type { Platform } from "../platform.ts";
import { ProgressBar, say } from "../terminal/terminal.ts";
import { openUnlessServed } from "./open-folder.ts";
import { type DataOptions, declarationsOf, folderFor, withFolderOptions } from "./options.ts";

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
      "fit a model on the log and put it in service for people with a history, also under a running server; interrupted, it goes on next time",
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
  const platform = await openUnlessServed(options, declared, bar);
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
        addToCurve(points, point);
        if (curve === undefined) return;
        const picture = learningCurveSvg(`${name} on ${dataset}`, points);
        drawn = drawn.then(() => writeFile(curve, picture));
      },
    };
    const fits = platform ?? (await fitsBesideServer(folderFor(options), declared));
    const fitted = modelNamed(name).isRanker
      ? await besideOthers(fits, { name, config }, listeners)
      : (await fits.fit([{ name, config }, { name: fits.coldStartModel }], listeners)).personal;
    await drawn;
    bar.finish();
    if (json) say(JSON.stringify(fitted));
    else say(`${fitted.name} ${fitted.version} is in service; fitted in ${fitted.fitSeconds.toFixed(1)} s`);
  } finally {
    process.off("SIGINT", interrupt);
    await platform?.close();
  }
}

type Fits = Pick<Platform, "models" | "coldStartModel" | "fit" | "fitBeside">;

/** Fitting on a folder that another process serves, which notices what is put in service. @throws PlatformError `no-data` */
async function fitsBesideServer(folder: string, config: Config): Promise<Fits> {
  const manifest = await readManifest(folder);
  if (!manifest) throw new PlatformError("no-data", `${folder} is empty; fill it with: inkling import`);
  const models = new ModelStore(new FileBlobStore(paths.blobs(folder)));
  const place = { folder, manifest, config, models };
  return {
    models,
    coldStartModel: coldStartModelOf(manifest),
    fit: (asked, listeners) => fitAndServe(place, asked, listeners),
    fitBeside: (asked, listeners) => fitBeside(place, asked, listeners),
  };
}

/** Fits a ranker and lets it answer whoever asks for it by name: surfaces, requests. */
async function besideOthers(fits: Fits, model: ModelToFit, listeners: FitListeners): Promise<ModelManifest> {
  const manifest = await fits.fitBeside(model, listeners);
  await fits.models.serveBeside(manifest);
  return manifest;
}
