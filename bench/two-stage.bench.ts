/**
 * @file Retrieve, then rank: the sequence encoder finds 500 items for each person, the ranker orders them, nothing is filtered. By the protocol of
 * the encoder's own figure (`loo-full`), and how much each counts is chosen on validation. MovieLens-1M, or planted walks for the tests.
 */
import { Random } from "#base";
import { datasetNamed, evaluationViewOf } from "#datasets";
import { type EvaluationTask, evaluate, protocolNamed } from "#evaluation";
import { type FittedModel, type ModelConfig, modelNamed } from "#models";
import { topN } from "#numeric";
import { type Interactions, packInteractions } from "#sequences";
import { recipeFor } from "../src/main/recipes.ts";
import { loadDataset } from "../src/main/sources.ts";
import type { Bench, BenchResult } from "./bench.ts";

interface Options extends Record<string, number | boolean> {
  /** Planted walks in place of MovieLens-1M. */
  readonly planted: boolean;
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
    retrieved: 500,
    encoderEpochs: 40,
    rankerEpochs: 2,
    rankerRequests: 100_000,
    people: 0,
    seed: 1,
  },
  tiny: {
    planted: true,
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
  const data = options.planted ? planted() : await movies();
  const metrics: Record<string, number> = {};
  let chosen = 0;
  for (const part of ["validation", "test"] as const) {
    const task = someOf(protocolNamed("loo-full").task(data, { seed: options.seed, part }), options);
    const { encoder, ranker } = await fitBoth(task.train, options, say);
    const asked = part === "validation" ? WEIGHTS : [0, chosen];
    let best = Number.NEGATIVE_INFINITY;
    for (const weight of asked) {
      const { metrics: found, intervals } = await evaluate(
        task,
        twoStages(encoder, ranker, weight, options.retrieved),
      );
      const ndcg = found.ndcgAt10!;
      say(
        `${part}, ranker counting ${weight}: NDCG@10 ${ndcg.toFixed(4)}, HR@10 ${found.hrAt10!.toFixed(4)}`,
      );
      const name = `${part} ${weight === 0 ? "encoderAlone" : part === "test" ? "twoStages" : `weight${weight}`}`;
      metrics[`${name} ndcgAt10`] = ndcg;
      metrics[`${name} hrAt10`] = found.hrAt10!;
      const interval = intervals.ndcgAt10!;
      metrics[`${name} ndcgAt10Low`] = interval.low;
      metrics[`${name} ndcgAt10High`] = interval.high;
      if (part === "validation" && ndcg > best) [best, chosen] = [ndcg, weight];
    }
  }
  return { metrics: { ...metrics, rankerWeight: chosen }, compared: {} };
}

async function fitBoth(train: Interactions, options: Options, say: (line: string) => void) {
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
  const recipe = options.planted ? {} : recipeFor("ml-1m", "loo-full", "sequence-encoder");
  const encoder = await learn("sequence-encoder", { ...recipe, epochs: encoderEpochs });
  const ranker = await learn("ranker", {
    epochs: rankerEpochs,
    maxRequests: rankerRequests,
    popularNegatives: 0.5,
  });
  return { encoder, ranker };
}

/** Scores of the encoder; of what it finds first, each model's standard scores added up, above all the rest. */
function twoStages(
  encoder: FittedModel,
  ranker: FittedModel,
  weight: number,
  retrieved: number,
): FittedModel {
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
        const unseen = own.slice();
        for (const item of history.itemRows) unseen[item] = Number.NEGATIVE_INFINITY;
        const found = topN(unseen, retrieved);
        const timeMs = history.timestampsMs?.at(-1) ?? 0;
        const said = await ranker.ranker!.rank(history, found, { timeMs, surface: 0 });
        const votes = standard(said.map((chance) => Math.log(chance / (1 - chance))));
        const first = standard(Float32Array.from(found, (item) => own[item]!));
        const above = own.reduce((most, score) => Math.max(most, score), 0) + 100;
        for (const [at, item] of found.entries()) own[item] = above + first[at]! + weight * votes[at]!;
      }
      return scores;
    },
  };
}

function standard(values: Float32Array): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return values.map((value) => (value - mean) / (Math.sqrt(variance) || 1));
}

function someOf(task: EvaluationTask, { people }: Options): EvaluationTask {
  return people === 0 ? task : { ...task, cases: task.cases.slice(0, people) };
}

async function movies() {
  return evaluationViewOf("ml-1m", await loadDataset(datasetNamed("ml-1m"), () => {}));
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
