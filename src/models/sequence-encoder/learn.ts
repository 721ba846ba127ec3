import { mix32 } from "#base";
import type { AskedContext, History } from "#sequences";
import { adamWDefaults, Trainer } from "#tensor";
import { learnInPasses } from "../learning/learning-run.ts";
import type { Weights } from "../learning/learning-state.ts";
import type { FitContext } from "../model.ts";
import type { EncoderConfig } from "./encoder-network.ts";
import type { NegativeSampling } from "./negatives.ts";
import { nextItemNetwork, type Objective } from "./objective.ts";
import { objectiveOf, type SequenceEncoderConfig } from "./settings.ts";
import { trainingWindows } from "./training-windows.ts";
import { holdOutLast, Validation } from "./validation.ts";

/** What is learned from, by which network. */
export interface Lesson {
  /** Oldest first; somebody with two engagements or more is among them. */
  readonly sequences: readonly History[];
  readonly network: EncoderConfig;
  /** What was shown to the person of each sequence, where impressions are to be learned from. */
  readonly shown?: readonly History[] | undefined;
  /** What was known of the person of each sequence when they came. */
  readonly contexts?: readonly (AskedContext | undefined)[] | undefined;
  /** 1 at the code of each action worth predicting; all are when absent. */
  readonly positives?: Uint8Array | undefined;
}

/**
 * Learns the weights of a sequence encoder: those of the last pass, or, with people held out, of the pass that did best on
 * them. A run with a place for checkpoints leaves one after every pass and goes on from the one it finds.
 * @throws PlatformError `not-ready` when told to abort
 */
export async function learn(
  { sequences, shown, contexts, network, positives }: Lesson,
  config: SequenceEncoderConfig,
  context: FitContext,
): Promise<Weights> {
  const { threads } = context;
  const seed = context.random.uint32();
  const { sequences: known, questions } = holdOutLast(sequences, config.validationPeople, seed);
  const validation = questions.length > 0 ? await Validation.create(questions, network, threads) : undefined;
  const sampling = samplingOf(known, config, { items: network.items, positives });
  const data = trainingWindows(known, {
    ...config,
    positives,
    shown,
    contexts,
    seed,
    sampling,
    tokens: network,
  });
  const totalSteps = config.epochs * data.batchesPerEpoch;
  const trainer = await newTrainer(network, objectiveOf(config, shown !== undefined), config, {
    seed,
    totalSteps,
    threads,
  });
  const run = {
    data,
    epochs: config.epochs,
    patience: config.patience,
    identity: JSON.stringify({ config, seed, data: fingerprint(sequences) }),
    heldOut: validation && { score: (weights: Weights) => validation.ndcgAt10(weights), isNdcg: true },
  };
  return learnInPasses(trainer, run, context);
}

/** Tells data apart: a checkpoint is of the data it was made on. */
function fingerprint(sequences: readonly History[]): number {
  let hash = sequences.length;
  for (const { itemRows } of sequences) {
    hash = mix32(hash ^ itemRows.length);
    for (const item of itemRows) hash = mix32(hash ^ item);
  }
  return hash;
}

/** Undefined where every item is looked at. */
function samplingOf(
  sequences: readonly History[],
  { loss, negatives, inBatchNegatives }: SequenceEncoderConfig,
  { items, positives }: { readonly items: number; readonly positives: Uint8Array | undefined },
): NegativeSampling | undefined {
  if (loss === "full-softmax") return undefined;
  const shares = new Float64Array(items);
  let targets = 0;
  for (const { itemRows, actions } of sequences)
    for (let at = 1; at < itemRows.length; at++) {
      if (positives && positives[actions?.[at] ?? positives.length] !== 1) continue;
      shares[itemRows[at]!]! += 1;
      targets += 1;
    }
  const inBatch = loss === "gbce" ? 0 : inBatchNegatives;
  return { uniform: negatives, inBatch, shares: shares.map((count) => count / targets) };
}

function newTrainer(
  encoder: EncoderConfig,
  objective: Objective,
  config: SequenceEncoderConfig,
  { seed, totalSteps, threads }: { seed: number; totalSteps: number; threads: number | undefined },
): Promise<Trainer> {
  const { network, loss } = nextItemNetwork(encoder, objective);
  const { learningRate: peak, warmUp, decay, weightDecay, averaging } = config;
  return Trainer.create(network, loss, {
    seed,
    ...(threads !== undefined && { threads }),
    schedule: { peak, warmUpSteps: Math.floor(warmUp * totalSteps), decay, totalSteps },
    adamW: { ...adamWDefaults, beta2: 0.98, weightDecay },
    maxGradientNorm: 5,
    averageKept: averaging,
  });
}
