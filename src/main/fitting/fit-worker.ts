import { parentPort, workerData } from "node:worker_threads";
import {
  assert,
  type ErrorCode,
  monotonicMs,
  PlatformError,
  type Progress,
  type ProgressListener,
  Random,
  SystemClock,
} from "#base";
import type { NamedAction, NamedGoal, NamedPurpose, TopicPolicy } from "#declarations";
import { Actions, Purposes } from "#events";
import {
  type FitContext,
  fitRetrieval,
  type LearningPoint,
  type ModelConfig,
  modelNamed,
  retrieverNames,
  vocabularyHash,
} from "#models";
import type { PredictionModel } from "#profiles";
import { type Interactions, interactionsFromLog, type TrainingData } from "#sequences";
import { DuckDbLake, FileBlobStore, type Lake, SegmentedEventLog } from "#storage";
import { pastFeatures } from "../features/feature-numbers.ts";
import { checkpointFile } from "../folder/checkpoint-file.ts";
import { readCodeVersion } from "../folder/code-version.ts";
import { paths, readManifest } from "../folder/data-folder.ts";
import { learnWithoutErased } from "../folder/learn-without-erased.ts";
import type { ModelManifest } from "../models/model-manifest.ts";
import { ModelStore } from "../models/model-store.ts";
import { fitPredictionsFrom, keepPredictions } from "../people/predictions.ts";

/** What to fit, on which folder. Crosses to the thread, so plain data only. */
export interface FitTask {
  readonly folder: string;
  readonly partitionCount: number;
  /** The declared actions. */
  readonly declared: readonly NamedAction[];
  /** The declared purposes; models learn from what may be used for personalization. */
  readonly purposes: readonly NamedPurpose[];
  /** Names of the declared traits that may be learned from. */
  readonly traits: readonly string[];
  readonly goals: readonly NamedGoal[];
  readonly topics: TopicPolicy;
  readonly seed: number;
  readonly models: readonly ModelToFit[];
  /** Whether what is foretold of people is learned anew as well. Default: it is. */
  readonly withPredictions?: boolean;
}

export interface ModelToFit {
  readonly name: string;
  /** In place of the model's defaults. */
  readonly config?: ModelConfig;
  /** The version that is fitted anew because it is old. */
  readonly refitOf?: string;
}

export type FitMessage =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "learned"; readonly point: LearningPoint }
  | { readonly kind: "done"; readonly manifests: readonly ModelManifest[] }
  | { readonly kind: "failed"; readonly code?: ErrorCode; readonly message: string };

/** A message at most this often: a listener must not slow the work. */
const PROGRESS_EVERY_MS = 100;

/** What the folder's events say, as models learn from them; what is foretold of people is learned on the way. */
async function learnFrom(
  task: FitTask,
  progress: ProgressListener,
): Promise<{ readonly data: TrainingData; readonly predictions: PredictionModel | undefined }> {
  const { folder, partitionCount } = task;
  const actions = new Actions(task.declared);
  const purpose = new Purposes(task.purposes).personalization;
  const log = await SegmentedEventLog.open(paths.log(folder), { partitionCount, isReadOnly: true });
  let opened: Lake | undefined;
  const lake = async (): Promise<Lake> => {
    opened ??= await DuckDbLake.open(paths.lake(folder), { isReadOnly: true });
    return opened;
  };
  try {
    const data = await interactionsFromLog(log, { actions, purpose, traits: task.traits, lake }, progress);
    const { userCount, itemRows } = data.interactions;
    if (itemRows.length === 0)
      throw new PlatformError(
        "no-data",
        "no positive engagement that may be used for personalization has been received yet, so there is nothing to learn from",
      );
    if (!(task.withPredictions ?? true)) return { data, predictions: undefined };
    progress({ stage: "predictions", done: 0, total: 1 });
    const { goals, topics } = task;
    const learned = { actions, purpose, userCount, untilMs: data.dataUntilMs, goals, topics };
    const predictions = await fitPredictionsFrom({ log, lake }, learned);
    progress({ stage: "predictions", done: 1, total: 1 });
    return { data, predictions };
  } finally {
    await opened?.close();
    await log.close();
  }
}

async function fitAll(task: FitTask, watch: FitWatch): Promise<ModelManifest[]> {
  const blobs = new FileBlobStore(paths.blobs(task.folder));
  const again = () => watch.progress({ stage: "somebody was erased: reading again", done: 0, total: 1 });
  const { fitted, predictions } = await learnWithoutErased(
    task.folder,
    async () => {
      const { data, predictions } = await learnFrom(task, watch.progress);
      const fitted: Fitted[] = [];
      for (const model of task.models) fitted.push(await fitOne(task, model, data, watch));
      return { fitted, predictions };
    },
    { again, abort: watch.abort },
  );
  if (predictions) await keepPredictions(blobs, predictions);
  return await keep(fitted, new ModelStore(blobs));
}

interface Fitted {
  readonly manifest: Omit<ModelManifest, "version">;
  readonly bytes: Uint8Array;
}

async function keep(fitted: readonly Fitted[], store: ModelStore): Promise<ModelManifest[]> {
  const manifests: ModelManifest[] = [];
  for (const { manifest, bytes } of fitted) manifests.push(await store.put(manifest, bytes));
  return manifests;
}

async function fitOne(
  { folder, seed, topics }: FitTask,
  { name, config, refitOf }: ModelToFit,
  data: TrainingData,
  { progress, ...watch }: FitWatch,
): Promise<Fitted> {
  const { interactions, dataFromMs, dataUntilMs, logOffsets } = data;
  const { userCount, itemCount, itemRows } = interactions;
  const folderManifest = await readManifest(folder);
  const features = folderManifest && pastFeatures(folder, folderManifest, data, topics);
  const model = modelNamed(name);
  const merged = { ...model.defaults, ...config };
  const startedMs = monotonicMs();
  const curve: LearningPoint[] = [];
  const retrieval = await retrievalFor(name, merged, interactions, { seed, progress, watch });
  const fitted = await model.fit(interactions, merged, {
    random: Random.of(seed, name),
    progress: within(name, progress),
    checkpoints: checkpointFile(folder, name),
    ...(features && { features }),
    ...retrieval,
    ...watch,
    learned: (point) => {
      curve.push(point);
      watch.learned?.(point);
    },
  });
  const { dimension = null, inputs = [], outputs = [] } = fitted.encoder ?? {};
  const manifest = {
    ...{ name, kind: name, config: merged, refitOf: refitOf ?? null, seed, userCount, itemCount },
    ...{ interactionCount: itemRows.length, dataFromMs, dataUntilMs, logOffsets },
    vocabularyHash: vocabularyHash(data.itemIds),
    code: await readCodeVersion(),
    metrics: metricsOf(curve),
    curve,
    fitSeconds: (monotonicMs() - startedMs) / 1000,
    madeAt: new Date(new SystemClock().nowMs()).toISOString(),
    ...{ dimension, inputs, outputs },
  };
  return { manifest, bytes: fitted.serialize() };
}

/** The models that a ranker is told to ask, of an earlier time; nothing for those that ask none. */
async function retrievalFor(
  name: string,
  { retrievers = "" }: ModelConfig,
  interactions: Interactions,
  { seed, progress, watch }: { seed: number; progress: ProgressListener; watch: Pick<FitContext, "abort"> },
): Promise<Pick<FitContext, "retrieval">> {
  const names = retrieverNames({ retrievers: String(retrievers) });
  if (names.length === 0) return {};
  const retrieval = await fitRetrieval(interactions, names, {
    ...{ random: Random.of(seed, `retrievers of ${name}`), progress: within(`${name} asks`, progress) },
    ...(watch.abort && { abort: watch.abort }),
  });
  return { retrieval };
}

/** Of the pass whose weights were kept: the best on people held out for validation, or the last. */
function metricsOf(curve: readonly LearningPoint[]): Readonly<Record<string, number>> {
  const best = curve.reduce<LearningPoint | undefined>(
    (kept, point) => (kept && (kept.validation ?? 0) > (point.validation ?? 0) ? kept : point),
    undefined,
  );
  if (!best) return {};
  const { epoch, loss, validation } = best;
  return { epoch, loss, ...(validation !== undefined && { validationNdcgAt10: validation }) };
}

type FitWatch = Pick<FitContext, "progress" | "learned" | "abort">;

/** Stages of one model, under its name. */
function within(name: string, progress: ProgressListener): ProgressListener {
  return ({ stage, done, total }) => progress({ stage: `${name}: ${stage}`, done, total });
}

function throttled(send: ProgressListener): ProgressListener {
  let last = Number.NEGATIVE_INFINITY;
  return (progress) => {
    if (monotonicMs() - last < PROGRESS_EVERY_MS && progress.done < progress.total) return;
    last = monotonicMs();
    send(progress);
  };
}

assert(parentPort, "this file runs as a worker thread");
const port = parentPort;
const send = (message: FitMessage): void => port.postMessage(message);
const interruption = new AbortController();
port.once("message", () => interruption.abort());
port.unref();
try {
  const manifests = await fitAll(workerData as FitTask, {
    progress: throttled((progress) => send({ kind: "progress", progress })),
    learned: (point) => send({ kind: "learned", point }),
    abort: interruption.signal,
  });
  send({ kind: "done", manifests });
} catch (error) {
  const code = error instanceof PlatformError ? { code: error.code } : {};
  send({ kind: "failed", ...code, message: error instanceof Error ? error.message : String(error) });
}
