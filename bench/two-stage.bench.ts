/**
 * @file Retrieve, then rank: the sequence encoder finds 500 items for each person, the ranker orders them, nothing is filtered. By the protocol of
 * the encoder's own figure (`loo-full`), and how much each counts is chosen on validation. MovieLens-1M, MovieLens-100k, or planted walks for the tests. A
 * fitted encoder is kept in the folder of temporary files with `--keep`, and the next run with the same numbers takes it from there.
 */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "#base";
import { datasetNamed, evaluationViewOf } from "#datasets";
import { type EvaluationTask, evaluate, protocolNamed } from "#evaluation";
import { type FittedModel, type ModelConfig, modelNamed } from "#models";
import { topN } from "#numeric";
import { type History, type Interactions, packInteractions } from "#sequences";
import { recipeFor } from "../src/main/recipes.ts";
import { loadDataset } from "../src/main/sources.ts";
import type { Bench, BenchResult } from "./bench.ts";

interface Options extends Record<string, number | boolean> {
  /** Planted walks in place of MovieLens-1M. */
  readonly planted: boolean;
  /** MovieLens-100k in place of MovieLens-1M. */
  readonly small: boolean;
  /** Keeps fitted encoders for the next run with the same numbers. */
  readonly keep: boolean;
  readonly retrieved: number;
  readonly encoderEpochs: number;
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
    keep: false,
    retrieved: 500,
    encoderEpochs: 40,
    rankerEpochs: 2,
    rankerRequests: 100_000,
    people: 0,
    seed: 1,
  },
  tiny: {
    planted: true,
    small: false,
    keep: false,
    retrieved: 10,
    encoderEpochs: 2,
    rankerEpochs: 1,
    rankerRequests: 200,
    people: 0,
    seed: 1,
  },
  run: measure,
};

/** How much the ranker's vote counts beside the encoder's: 0 is the encoder alone. */
const WEIGHTS = [0, 0.1, 0.2, 0.35, 0.5, 1];

async function measure(options: Options, say: (line: string) => void): Promise<BenchResult> {
  const data = options.planted ? planted() : await movies(setOf(options));
  const metrics: Record<string, number> = {};
  let chosen = 0;
  for (const part of ["validation", "test"] as const) {
    const task = someOf(protocolNamed("loo-full").task(data, { seed: options.seed, part }), options);
    const { encoder, ranker } = await fitBoth(task.train, part, options, say);
    const asked = part === "validation" ? WEIGHTS : [0, chosen];
    const found: Found = new Map();
    let best = Number.NEGATIVE_INFINITY;
    for (const weight of asked) {
      const { metrics: own, intervals } = await evaluate(
        task,
        twoStages(encoder, ranker, { weight, retrieved: options.retrieved, found }),
      );
      const ndcg = own.ndcgAt10!;
      say(`${part}, ranker counting ${weight}: NDCG@10 ${ndcg.toFixed(4)}, HR@10 ${own.hrAt10!.toFixed(4)}`);
      const name = `${part} ${weight === 0 ? "encoderAlone" : part === "test" ? "twoStages" : `weight${weight}`}`;
      metrics[`${name} ndcgAt10`] = ndcg;
      metrics[`${name} hrAt10`] = own.hrAt10!;
      const interval = intervals.ndcgAt10!;
      metrics[`${name} ndcgAt10Low`] = interval.low;
      metrics[`${name} ndcgAt10High`] = interval.high;
      if (part === "validation" && ndcg > best) [best, chosen] = [ndcg, weight];
    }
  }
  return { metrics: { ...metrics, rankerWeight: chosen }, compared: {} };
}

async function fitBoth(train: Interactions, part: string, options: Options, say: (line: string) => void) {
  const learn = (name: string, config: ModelConfig): Promise<FittedModel> => {
    const model = modelNamed(name);
    say(`fitting ${name}`);
    return model.fit(
      train,
      { ...model.defaults, ...config },
      {
        ...{ random: Random.of(options.seed, name), progress: () => {}, threads: 1 },
        learned: ({ epoch, loss, remainingMs }) =>
          say(`${name} ${epoch}: ${loss.toFixed(4)}, ${Math.round(remainingMs / 1000)} s left`),
      },
    );
  };
  const { encoderEpochs, rankerEpochs, rankerRequests } = options;
  const recipe = options.planted ? {} : recipeFor(setOf(options), "loo-full", "sequence-encoder");
  const kept = join(tmpdir(), `inkling-encoder-${setOf(options)}-${part}-${encoderEpochs}-${options.seed}`);
  const isThere = options.keep && existsSync(kept);
  const encoder = isThere
    ? modelNamed("sequence-encoder").load(await readFile(kept))
    : await learn("sequence-encoder", { ...recipe, epochs: encoderEpochs });
  if (options.keep && !isThere) await writeFile(kept, encoder.serialize());
  const ranker = await learn("ranker", {
    epochs: rankerEpochs,
    maxRequests: rankerRequests,
    popularNegatives: 0.5,
    maskHours: 0, // people rate their films within an hour: a day hidden leaves nothing to read
  });
  return { encoder, ranker };
}

/** What was found for a history and the ranker's votes, by where the history begins in the table that all are views of. */
type Found = Map<number, { readonly items: Uint32Array; readonly votes: Float32Array }>;

/** Scores of the encoder; of what it finds first, each model's standard scores added up, above all the rest. */
function twoStages(
  encoder: FittedModel,
  ranker: FittedModel,
  { weight, retrieved, found }: { weight: number; retrieved: number; found: Found },
): FittedModel {
  const findFor = async (history: History, own: Float32Array) => {
    const unseen = own.slice();
    for (const item of history.itemRows) unseen[item] = Number.NEGATIVE_INFINITY;
    const items = Uint32Array.from(topN(unseen, retrieved));
    const timeMs = history.timestampsMs?.at(-1) ?? 0;
    const said = await ranker.ranker!.rank(history, items, { timeMs, surface: 0 });
    return { items, votes: standard(oddsOf(said, ranker.ranker!.heads.length)) };
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
        const above = own.reduce((most, score) => Math.max(most, score), 0) + 100;
        for (const [at, item] of items.entries()) own[item] = above + first[at]! + weight * votes[at]!;
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

function setOf({ small }: Options): "ml-100k" | "ml-1m" {
  return small ? "ml-100k" : "ml-1m";
}

async function movies(name: "ml-100k" | "ml-1m") {
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
