/**
 * @file Retrieve, then rank: the sequence encoder finds 500 items for each person, the ranker orders them, nothing is filtered. The ranker is told what the encoder
 * and EASE say of each. By the protocol of the encoder's own figure (`loo-full`), on Deskdrop by `future`; how much each counts is chosen on validation, and the
 * test is asked once. MovieLens-1M, MovieLens-100k, Deskdrop, or planted walks for the tests. Fitted finders are kept in the folder of temporary files with
 * `--keep`, and the next run with the same numbers takes them from there.
 */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "#base";
import { datasetNamed, evaluationViewOf } from "#datasets";
import {
  differencesOf,
  type Evaluation,
  type EvaluationPart,
  type EvaluationTask,
  evaluate,
  protocolNamed,
} from "#evaluation";
import { beforeRanking, type FittedModel, type ModelConfig, modelNamed, type Retrieval } from "#models";
import { topN } from "#numeric";
import { type History, type Interactions, packInteractions } from "#sequences";
import { loadDataset } from "../src/main/datasets/sources.ts";
import { recommendedFor } from "../src/main/fitting/recipes.ts";
import type { Bench, BenchResult } from "./bench.ts";

interface Options extends Record<string, number | boolean> {
  /** Planted walks in place of MovieLens-1M. */
  readonly planted: boolean;
  /** MovieLens-100k in place of MovieLens-1M. */
  readonly small: boolean;
  /** Deskdrop in place of MovieLens-1M. */
  readonly deskdrop: boolean;
  /** The ranker is not told what EASE says of candidates beside the encoder, or not what either says; then it learns from drawn ones. */
  readonly withoutEase: boolean;
  readonly withoutScores: boolean;
  readonly validationOnly: boolean;
  /** Keeps fitted encoders for the next run with the same numbers. */
  readonly keep: boolean;
  readonly retrieved: number;
  readonly encoderEpochs: number;
  /** Newest engagements that the encoder reads; as its recipe has it when 0. */
  readonly encoderLength: number;
  readonly negatives: number;
  readonly hardNegatives: number;
  readonly learningRate: number;
  readonly maxLength: number;
  readonly rankerEpochs: number;
  readonly rankerRequests: number;
  /** People whose lists are asked, of each part; 0 for all. */
  readonly people: number;
  readonly seed: number;
}

export const bench: Bench<Options> = {
  title: "NDCG@10 of retrieving 500 by the sequence encoder and ranking them, beside the encoder alone",
  defaults: {
    planted: false,
    small: false,
    deskdrop: false,
    withoutEase: false,
    withoutScores: false,
    validationOnly: false,
    keep: false,
    retrieved: 500,
    encoderEpochs: 40,
    encoderLength: 0,
    negatives: 0,
    hardNegatives: 20,
    learningRate: 1e-3,
    maxLength: 50,
    rankerEpochs: 3,
    rankerRequests: 100_000,
    people: 0,
    seed: 1,
  },
  tiny: {
    planted: true,
    small: false,
    deskdrop: false,
    withoutEase: false,
    withoutScores: false,
    validationOnly: false,
    keep: false,
    retrieved: 10,
    encoderEpochs: 2,
    encoderLength: 0,
    negatives: 1,
    hardNegatives: 4,
    learningRate: 1e-3,
    maxLength: 20,
    rankerEpochs: 1,
    rankerRequests: 200,
    people: 0,
    seed: 1,
  },
  run: measure,
};

/** How much the ranker's vote counts beside the encoder's: 0 is the encoder alone. */
const WEIGHTS = [0, 0.1, 0.2, 0.5, 1, 2, Number.POSITIVE_INFINITY];

async function measure(options: Options, say: (line: string) => void): Promise<BenchResult> {
  const data = options.planted ? planted() : await dataOf(setOf(options));
  const metrics: Record<string, number> = {};
  const compared: Record<string, number> = {};
  let chosen = 0;
  for (const part of options.validationOnly ? (["validation"] as const) : (["validation", "test"] as const)) {
    const task = someOf(protocolNamed(protocolOf(options)).task(data, { seed: options.seed, part }), options);
    const models = await fitAll(task.train, part, options, say);
    const asked = part === "validation" ? WEIGHTS : [0, chosen];
    const found: Found = new Map();
    let best = Number.NEGATIVE_INFINITY;
    let alone: Evaluation | undefined;
    for (const weight of asked) {
      const own = await evaluate(
        task,
        twoStages(models, { weight, retrieved: options.retrieved, found, atMs: momentOf(task) }),
      );
      alone ??= own;
      const { ndcgAt10: ndcg = 0, hrAt10: hr = 0 } = own.metrics;
      const { difference, low, high } = differencesOf(own, alone).ndcgAt10!;
      say(
        `${part}, ranker counting ${weight}: NDCG@10 ${ndcg.toFixed(4)}, HR@10 ${hr.toFixed(4)}; less the encoder alone ${difference.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`,
      );
      const name = `${part} ${nameOf(weight, part)}`;
      metrics[`${name} ndcgAt10`] = ndcg;
      metrics[`${name} hrAt10`] = hr;
      compared[`${name} less encoderAlone, ndcgAt10`] = difference;
      compared[`${name} less encoderAlone, ndcgAt10 low`] = low;
      compared[`${name} less encoderAlone, ndcgAt10 high`] = high;
      if (part === "validation" && ndcg > best) [best, chosen] = [ndcg, weight];
    }
    metrics[`${part} cases`] = task.cases.length;
  }
  return { metrics: { ...metrics, rankerWeight: Math.min(chosen, RANKER_ALONE) }, compared };
}

/** What infinity, the ranker alone among what was found, is written as. */
const RANKER_ALONE = 1000;

function nameOf(weight: number, part: EvaluationPart): string {
  if (weight === 0) return "encoderAlone";
  if (part === "test") return "twoStages";
  return weight === Number.POSITIVE_INFINITY ? "rankerAlone" : `weight${weight}`;
}

/** When the lists are for, where that is one time for all. */
function momentOf({ protocol, train }: EvaluationTask): number | undefined {
  return protocol === "future"
    ? train.timestampsMs?.reduce((latest, ms) => Math.max(latest, ms), 0)
    : undefined;
}

interface Models {
  readonly encoder: FittedModel;
  readonly ranker: FittedModel;
  /** Those the ranker asks, as they are in service. */
  readonly asked: readonly FittedModel[];
}

async function fitAll(
  train: Interactions,
  part: EvaluationPart,
  options: Options,
  say: (line: string) => void,
): Promise<Models> {
  const { encoderEpochs, encoderLength, rankerEpochs, rankerRequests, withoutEase, withoutScores, seed } =
    options;
  const { negatives, hardNegatives, learningRate, maxLength } = options;
  const set = options.planted ? "planted" : setOf(options);
  const configs: Readonly<Record<string, ModelConfig>> = {
    "sequence-encoder": {
      ...recommendedFor(set, "sequence-encoder"),
      epochs: encoderEpochs,
      ...(encoderLength > 0 && { maxLength: encoderLength }),
    },
    ease: recommendedFor(set, "ease"),
  };
  const learn = async (name: string, data: Interactions, what: string): Promise<FittedModel> => {
    const key = `${set}-${part}-${what}-${encoderEpochs}-${encoderLength}-${seed}`;
    return keptAs(options, name, key, () => fitOne(name, data, { ...configs[name] }, { seed }, say));
  };
  const names = withoutScores ? [] : ["sequence-encoder", ...(withoutEase ? [] : ["ease"])];
  const encoder = await learn("sequence-encoder", train, "all");
  const asked = await Promise.all(
    names.map((name) => (name === "ease" ? learn(name, train, "all") : encoder)),
  );
  const { learned, untilMs } = beforeRanking(train);
  const models: FittedModel[] = [];
  for (const name of names) models.push(await learn(name, learned, "before"));
  const config = {
    ...{
      epochs: rankerEpochs,
      maxRequests: rankerRequests,
      negatives,
      hardNegatives,
      learningRate,
      maxLength,
    },
    ...{ retrievers: names.join(","), batchSize: 32, popularNegatives: 0.5, outcomeHours: 8760 },
    maskHours: 0, // people rate their films within an hour: a day hidden leaves nothing to read
  };
  const retrieval = names.length > 0 ? { models, ...(untilMs !== undefined && { untilMs }) } : undefined;
  const ranker = await fitOne("ranker", train, config, { seed, ...(retrieval && { retrieval }) }, say);
  return { encoder, ranker, asked };
}

async function fitOne(
  name: string,
  data: Interactions,
  config: ModelConfig,
  { seed, retrieval }: { readonly seed: number; readonly retrieval?: Retrieval },
  say: (line: string) => void,
): Promise<FittedModel> {
  const model = modelNamed(name);
  say(`fitting ${name} on ${data.itemRows.length} engagements`);
  return model.fit(
    data,
    { ...model.defaults, ...config },
    {
      ...{ random: Random.of(seed, name), progress: () => {}, threads: 1 },
      ...(retrieval && { retrieval }),
      learned: ({ epoch, loss, remainingMs }) =>
        say(`${name} ${epoch}: ${loss.toFixed(4)}, ${Math.round(remainingMs / 1000)} s left`),
    },
  );
}

async function keptAs(
  { keep }: Options,
  name: string,
  key: string,
  make: () => Promise<FittedModel>,
): Promise<FittedModel> {
  const file = join(tmpdir(), `inkling-${name}-${key}`);
  if (keep && existsSync(file)) return modelNamed(name).load(await readFile(file));
  const made = await make();
  if (keep) await writeFile(file, made.serialize());
  return made;
}

/** What was found for a history and the ranker's votes, by where the history begins in the table that all are views of. */
type Found = Map<number, { readonly items: Uint32Array; readonly votes: Float32Array }>;

interface Stages {
  readonly weight: number;
  readonly retrieved: number;
  readonly found: Found;
  readonly atMs: number | undefined;
}

/** Scores of the encoder; of what it finds first, each model's standard scores added up, above all the rest. */
function twoStages(
  { encoder, ranker, asked }: Models,
  { weight, retrieved, found, atMs }: Stages,
): FittedModel {
  const findFor = async (history: History, own: Float32Array) => {
    const unseen = own.slice();
    for (const item of history.itemRows) unseen[item] = Number.NEGATIVE_INFINITY;
    const items = Uint32Array.from(topN(unseen, retrieved));
    const timeMs = atMs ?? history.timestampsMs?.at(-1) ?? 0;
    const said = await Promise.all(asked.map((model) => (model === encoder ? own : model.score([history]))));
    const scores = Array.from(items).flatMap((item) => said.map((all) => all[item]!));
    const chances = await ranker.ranker!.rank(history, items, { timeMs, surface: 0, scores });
    return { items, votes: standard(oddsOf(chances, ranker.ranker!.heads.length)) };
  };
  return {
    ...{ name: "two-stages", config: {}, itemCount: encoder.itemCount },
    explain: (history, item) => encoder.explain(history, item),
    related: (item) => encoder.related(item),
    serialize: () => encoder.serialize(),
    async score(histories) {
      const scores = await encoder.score(histories);
      if (weight === 0) return scores;
      const V = encoder.itemCount;
      for (const [row, history] of histories.entries()) {
        const own = scores.subarray(row * V, (row + 1) * V);
        const place = history.itemRows.byteOffset;
        const { items, votes } = found.get(place) ?? (await findFor(history, own));
        found.set(place, { items, votes });
        const first = standard(Float32Array.from(items, (item) => own[item]!));
        const above = own.reduce((most, score) => Math.max(most, score), 0) + 1000;
        for (const [at, item] of items.entries())
          own[item] =
            above + (weight === Number.POSITIVE_INFINITY ? votes[at]! : first[at]! + weight * votes[at]!);
      }
      return scores;
    },
  };
}

/** Log-odds that anything is done with each candidate, which is what the protocol asks, from its heads: (candidates, heads). */
function oddsOf(chances: Float32Array, heads: number): Float32Array {
  return Float32Array.from({ length: chances.length / heads }, (_, row) => {
    const sum = chances.subarray(row * heads, (row + 1) * heads).reduce((total, chance) => total + chance, 0);
    const chance = Math.min(1 - 1e-6, Math.max(1e-6, sum));
    return Math.log(chance / (1 - chance));
  });
}

function standard(values: Float32Array): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return values.map((value) => (value - mean) / (Math.sqrt(variance) || 1));
}

function someOf(task: EvaluationTask, { people }: Options): EvaluationTask {
  return people === 0 ? task : { ...task, cases: task.cases.slice(0, people) };
}

type SetName = "ml-100k" | "ml-1m" | "deskdrop";

function setOf({ small, deskdrop }: Options): SetName {
  if (deskdrop) return "deskdrop";
  return small ? "ml-100k" : "ml-1m";
}

function protocolOf({ deskdrop }: Options): string {
  return deskdrop ? "future" : "loo-full";
}

async function dataOf(name: SetName) {
  return evaluationViewOf(name, await loadDataset(datasetNamed(name), () => {}));
}

/** People walk through forty items in rounds. */
function planted() {
  const rows = Array.from({ length: 60 }, (_, user) =>
    Array.from({ length: 8 + (user % 7) }, (_, step) => ({
      user,
      item: (user * 3 + step) % 40,
      timestampMs: step * 1000,
    })),
  ).flat();
  const interactions = packInteractions(rows, 60, 40);
  return {
    dataset: "planted",
    interactions,
    actionNames: [],
    actions: new Uint8Array(rows.length),
    given: {},
  };
}
