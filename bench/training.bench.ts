/**
 * @file How fast the engine learns: real tokens (padding not counted) per second of SASRec with a full softmax, beside the same
 * step in PyTorch when Python has it. Both get the same weights and batches, take turns, and are compared round by round; that
 * they compute the same is checked first, by the losses of a few steps without dropout. Sequences are as long as those of
 * MovieLens-1M (a log-normal fit), put together by length as training does.
 */
import { writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { Random } from "#base";
import { type EncoderConfig, itemsAlone, nextItemBatch, nextItemNetwork } from "#models";
import { adamWDefaults, type Batch, encodeSafetensors, Trainer } from "#tensor";
import { withTemporaryFolder } from "../test/server-process.ts";
import { type Bench, type BenchResult, quantileOf } from "./bench.ts";
import { Peer } from "./peers/peer.ts";

interface Options extends Record<string, number | boolean> {
  readonly batch: number;
  readonly items: number;
  readonly dropout: number;
  readonly shortLength: number;
  readonly longLength: number;
  readonly rounds: number;
  readonly stepsPerRound: number;
  /** 0: as many as there are cores, on both sides. */
  readonly threads: number;
  readonly seed: number;
  /** Does not look for PyTorch. */
  readonly alone: boolean;
}

export const bench: Bench<Options> = {
  title: "learning: a step of SASRec with a full softmax",
  defaults: {
    batch: 128,
    items: 3417,
    dropout: 0.2,
    shortLength: 50,
    longLength: 200,
    rounds: 7,
    stepsPerRound: 8,
    threads: 0,
    seed: 1,
    alone: false,
  },
  tiny: {
    batch: 4,
    items: 60,
    dropout: 0.2,
    shortLength: 12,
    longLength: 30,
    rounds: 2,
    stepsPerRound: 2,
    threads: 1,
    seed: 1,
    alone: true,
  },
  run: (options, say) => withTemporaryFolder((folder) => measure(options, folder, say)),
};

const BATCHES = 8;
const LEARNING_RATE = 1e-3;
/** Steps whose losses are compared with the peer's, and how far apart they may be: single precision, summed in another order. */
const CHECKED_STEPS = 4;
const LOSS_TOLERANCE = 1e-4;

async function measure(options: Options, folder: string, say: (line: string) => void): Promise<BenchResult> {
  const [loadAverageBefore = 0] = loadavg();
  const metrics: Record<string, number> = { loadAverageBefore };
  const compared: Record<string, number> = {};
  const failures: string[] = [];
  for (const [label, maxLength] of [
    ["D64L50", options.shortLength],
    ["D64L200", options.longLength],
  ] as const) {
    const result = await measureShape(maxLength, options, folder, say);
    metrics[`tokensPerSecond${label}`] = quantileOf(result.ours, 0.5);
    metrics[`tokensPerCpuSecond${label}`] = result.oursPerCpu;
    metrics[`paddingShare${label}`] = result.paddingShare;
    if (!result.peer) continue;
    const { tokensPerSecond, perCpu, lossGap } = result.peer;
    const ratios = result.ours.map((rate, round) => rate / tokensPerSecond[round]!);
    compared[`pytorch${label}`] = quantileOf(ratios, 0.5);
    compared[`pytorch${label}Lowest`] = quantileOf(ratios, 0);
    compared[`pytorch${label}Highest`] = quantileOf(ratios, 1);
    compared[`pytorch${label}PerCpuSecond`] = result.oursPerCpu / perCpu;
    metrics[`pytorchTokensPerSecond${label}`] = quantileOf(tokensPerSecond, 0.5);
    metrics[`pytorchLossGap${label}`] = lossGap;
    if (!(lossGap < LOSS_TOLERANCE)) failures.push(`losses at ${label} differ from PyTorch's by ${lossGap}`);
  }
  return { metrics, compared, ...(failures.length > 0 && { failure: failures.join("; ") }) };
}

interface ShapeResult {
  /** Real tokens per second, round by round. */
  readonly ours: readonly number[];
  readonly oursPerCpu: number;
  readonly paddingShare: number;
  readonly peer?: {
    readonly tokensPerSecond: readonly number[];
    readonly perCpu: number;
    readonly lossGap: number;
  };
}

async function measureShape(
  maxLength: number,
  options: Options,
  folder: string,
  say: (line: string) => void,
): Promise<ShapeResult> {
  const batches = makeBatches(maxLength, options);
  const places = batches.reduce((sum, { sizes }) => sum + sizes["B"]! * sizes["T"]!, 0);
  const paddingShare = 1 - batches.reduce((sum, { tokens }) => sum + tokens, 0) / places;
  const trainer = await newTrainer(maxLength, options, options.dropout);
  const peer = options.alone ? undefined : await startPeer(trainer, batches, options, folder, say);
  const lossGap = peer ? await compareLosses(peer, maxLength, batches, options) : 0;
  const ours = new Rounds(batches);
  const theirs = new Rounds(batches);
  for (let round = 0; round <= options.rounds; round++) {
    await ours.run(options.stepsPerRound, async (steps) => {
      const [started, cpu] = [performance.now(), process.cpuUsage()];
      for (const batch of steps) await trainer.learn(batch);
      const { user, system } = process.cpuUsage(cpu);
      return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 };
    });
    if (peer) await theirs.run(options.stepsPerRound, (steps) => peer.ask(`steps ${steps.length}`));
    say(
      `length ${maxLength}, round ${round}: ${ours.last} real tokens/s${peer ? `, PyTorch ${theirs.last}` : ""}`,
    );
  }
  peer?.stop();
  return {
    ours: ours.tokensPerSecond,
    oursPerCpu: ours.tokensPerCpuSecond,
    paddingShare,
    ...(peer && {
      peer: { tokensPerSecond: theirs.tokensPerSecond, perCpu: theirs.tokensPerCpuSecond, lossGap },
    }),
  };
}

/** One side's measurements. The first round warms up and is not counted. */
class Rounds {
  readonly #batches: readonly Batch[];
  readonly #rounds: { tokens: number; seconds: number; cpuSeconds: number }[] = [];
  #step = 0;

  constructor(batches: readonly Batch[]) {
    this.#batches = batches;
  }

  async run(
    steps: number,
    take: (batches: readonly Batch[]) => Promise<{ seconds: number; cpuSeconds: number }>,
  ): Promise<void> {
    const own = Array.from({ length: steps }, () => this.#batches[this.#step++ % this.#batches.length]!);
    const tokens = own.reduce((sum, batch) => sum + batch.tokens, 0);
    this.#rounds.push({ tokens, ...(await take(own)) });
  }

  get tokensPerSecond(): number[] {
    return this.#rounds.slice(1).map(({ tokens, seconds }) => tokens / seconds);
  }

  get tokensPerCpuSecond(): number {
    const rates = this.#rounds.slice(1).map(({ tokens, cpuSeconds }) => tokens / cpuSeconds);
    return quantileOf(rates, 0.5);
  }

  get last(): number {
    const { tokens, seconds } = this.#rounds.at(-1)!;
    return Math.round(tokens / seconds);
  }
}

/** Sequences of MovieLens-1M's lengths (median 96, mean 165, at least 20), of items as unequally popular as items are. */
function makeBatches(maxLength: number, { batch, items, seed }: Options): Batch[] {
  const random = Random.of(seed, `batches of length ${maxLength}`);
  const sequences = Array.from({ length: batch * BATCHES }, () => {
    const length = Math.max(20, Math.round(Math.exp(Math.log(96) + 1.04 * random.normal())));
    return Int32Array.from({ length: Math.min(maxLength, length) + 1 }, () =>
      Math.floor(items * random.uniform() ** 2),
    );
  }).sort((left, right) => left.length - right.length);
  const batches = Array.from({ length: BATCHES }, (_, position) =>
    nextItemBatch(sequences.slice(position * batch, (position + 1) * batch)),
  );
  return random.shuffle(batches);
}

function newTrainer(maxLength: number, { items, threads, seed }: Options, dropout: number): Promise<Trainer> {
  const config: EncoderConfig = {
    items,
    maxLength,
    dropout,
    embeddingSize: 64,
    heads: 1,
    blocks: 2,
    ...itemsAlone,
    block: "sasrec",
    output: "tied",
    similarity: "dot",
  };
  const { network, loss } = nextItemNetwork(config);
  return Trainer.create(network, loss, {
    seed,
    ...(threads > 0 && { threads }),
    schedule: { peak: LEARNING_RATE, warmUpSteps: 0, decay: "none", totalSteps: 1 },
    adamW: adamWDefaults,
    maxGradientNorm: Number.POSITIVE_INFINITY,
  });
}

async function startPeer(
  trainer: Trainer,
  batches: readonly Batch[],
  { dropout, threads }: Options,
  folder: string,
  say: (line: string) => void,
): Promise<Peer | undefined> {
  const weights = Object.entries(trainer.weights).map(([name, tensor]) => [`weight.${name}`, tensor]);
  const inputs = batches.flatMap((batch, position) =>
    Object.entries(batch.inputs).map(([name, tensor]) => [`batch${position}.${name}`, tensor]),
  );
  const path = join(folder, "step.safetensors");
  const metadata = {
    blocks: "2",
    batches: String(batches.length),
    dropout: String(dropout),
    learningRate: String(LEARNING_RATE),
  };
  await writeFile(
    path,
    encodeSafetensors({ tensors: Object.fromEntries([...weights, ...inputs]), metadata }),
  );
  const peer = await Peer.start("sasrec_step.py", [path, String(threads)]);
  say(
    peer
      ? `beside PyTorch ${JSON.stringify(peer.greeting)}`
      : "no Python with PyTorch here: nothing to compare with",
  );
  return peer;
}

/** The largest relative difference between the losses of the first steps without dropout. */
async function compareLosses(
  peer: Peer,
  maxLength: number,
  batches: readonly Batch[],
  options: Options,
): Promise<number> {
  const trainer = await newTrainer(maxLength, options, 0);
  const { losses } = await peer.ask<{ losses: readonly number[] }>(`losses ${CHECKED_STEPS}`);
  let gap = 0;
  for (const [step, theirs] of losses.entries())
    gap = Math.max(gap, Math.abs((await trainer.learn(batches[step]!)) - theirs) / theirs);
  return gap;
}
