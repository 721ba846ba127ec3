import { PlatformError, Random } from "#base";
import { historyOf, type Interactions } from "#sequences";
import { adamWDefaults, lengthBuckets, type NamedTensor, Trainer, type TrainingData, train } from "#tensor";
import { checkConfig, type Limits } from "../config.ts";
import type { Model } from "../model.ts";
import { readModelFile } from "../model-file.ts";
import { columnSums, engagementsOf } from "../sparse-rows.ts";
import { type EncoderConfig, nextItemNetwork } from "./encoder-network.ts";
import { FittedEncoder } from "./fitted-encoder.ts";
import { nextItemBatch } from "./next-item-batch.ts";
import { windowOf } from "./window.ts";

export type SequenceEncoderConfig = {
  /** D, numbers per item and per person. */
  readonly embeddingSize: number;
  readonly blocks: number;
  readonly heads: number;
  /** Share of values left out at random while training. */
  readonly dropout: number;
  /** Newest engagements that are looked at. */
  readonly maxLength: number;
  /** Passes over all people. */
  readonly epochs: number;
  /** People per step. */
  readonly batchSize: number;
  /** Of Adam, reached after a tenth of the first epoch. */
  readonly learningRate: number;
};

const limits: Limits<SequenceEncoderConfig> = {
  embeddingSize: { min: 1, max: 4096, isInteger: true },
  blocks: { min: 0, max: 64, isInteger: true },
  heads: { min: 1, max: 64, isInteger: true },
  dropout: { min: 0, max: 0.9 },
  maxLength: { min: 1, max: 16_384, isInteger: true },
  epochs: { min: 1, max: 10_000, isInteger: true },
  batchSize: { min: 1, max: 65_536, isInteger: true },
  learningRate: { min: 1e-9, max: 10 },
};

/**
 * @file SASRec (Kang and McAuley 2018, "Self-Attentive Sequential Recommendation"): a causal transformer reads what a person
 * engaged with in order, and its state after the newest engagement is held against every item. Where we differ: blocks
 * normalise before each part rather than after; the loss is the cross-entropy over *all* items at every position, which closes
 * most of the gap to newer models (Klenitskiy and Vasilev 2023, "Turning Dross Into Gold Loss").
 */
export const sequenceEncoder: Model<SequenceEncoderConfig> = {
  name: "sequence-encoder",
  title: "A transformer that reads what a person did in order",
  defaults: {
    embeddingSize: 64,
    blocks: 2,
    heads: 1,
    dropout: 0.2,
    maxLength: 200,
    epochs: 40,
    batchSize: 128,
    learningRate: 1e-3,
  },

  async fit(data, config, { random, progress }) {
    checkSettings(config);
    const seed = random.uint32();
    const training = trainingData(data, config, seed);
    const totalSteps = config.epochs * training.batchesPerEpoch;
    const { network, loss } = nextItemNetwork(networkConfig(config, data.itemCount));
    const trainer = await Trainer.create(network, loss, {
      seed,
      schedule: {
        peak: config.learningRate,
        warmUpSteps: Math.floor(training.batchesPerEpoch / 10),
        decay: "none",
        totalSteps,
      },
      adamW: { ...adamWDefaults, beta2: 0.98 },
      maxGradientNorm: 5,
    });
    progress({ stage: "steps", done: 0, total: totalSteps });
    await train(trainer, {
      data: training,
      epochs: config.epochs,
      listen: ({ step }) => progress({ stage: "steps", done: step, total: totalSteps }),
    });
    return fitted(config, columnSums(engagementsOf(data)), trainer.weights);
  },

  load(bytes) {
    const file = readModelFile(bytes, "sequence-encoder", limits);
    checkSettings(file.config);
    const counts = file.floats("counts");
    const { network } = nextItemNetwork(networkConfig(file.config, counts.length));
    const weights = Array.from(network.parameters, ([name, { shape }]) => [
      name,
      { shape, values: file.floats(name) },
    ]);
    return fitted(file.config, counts, Object.fromEntries(weights));
  },
};

function fitted(
  config: SequenceEncoderConfig,
  counts: Float32Array,
  weights: Readonly<Record<string, NamedTensor>>,
): FittedEncoder {
  return new FittedEncoder(
    sequenceEncoder.name,
    config,
    networkConfig(config, counts.length),
    counts,
    weights,
  );
}

function checkSettings(config: Readonly<Record<string, number>>): asserts config is SequenceEncoderConfig {
  checkConfig("sequence-encoder", config, limits);
  if (config.embeddingSize % config.heads !== 0)
    throw new PlatformError(
      "invalid-config",
      `sequence-encoder: "embeddingSize" ${config.embeddingSize} is not divided evenly by "heads" ${config.heads}.`,
    );
}

function networkConfig(config: SequenceEncoderConfig, items: number): EncoderConfig {
  const { embeddingSize, blocks, heads, dropout, maxLength } = config;
  return { items, embeddingSize, blocks, heads, dropout, maxLength, block: "sasrec" };
}

/** Everybody with at least two engagements, cut into batches of like length, anew for every epoch. */
function trainingData(data: Interactions, config: SequenceEncoderConfig, seed: number): TrainingData {
  const sequences: Int32Array[] = [];
  for (let user = 0; user < data.userCount; user++) {
    const sequence = windowOf(historyOf(data, user), data.itemCount, config.maxLength + 1);
    if (sequence.length > 1) sequences.push(sequence);
  }
  if (sequences.length === 0)
    throw new PlatformError("no-data", "sequence-encoder needs somebody with two engagements or more.");
  const lengths = sequences.map(({ length }) => length);
  const batchesPerEpoch = Math.ceil(sequences.length / config.batchSize);
  const meanPredictions = lengths.reduce((sum, length) => sum + length - 1, 0) / batchesPerEpoch;
  let current = -1;
  let batches: Uint32Array[] = [];
  return {
    batchesPerEpoch,
    batch(epoch, position) {
      if (epoch !== current) {
        batches = lengthBuckets(lengths, config.batchSize, Random.of(seed, `epoch ${epoch}`));
        current = epoch;
      }
      const members = Array.from(batches[position]!, (row) => sequences[row]!);
      return nextItemBatch(members, meanPredictions);
    },
  };
}
