import { Random } from "#base";
import { adamWDefaults, onnxGraph, Program, Trainer } from "#tensor";
import { learnInPasses } from "../learning/learning-run.ts";
import type { Weights } from "../learning/learning-state.ts";
import type { FitContext } from "../model.ts";
import { ContentPart, descriptionAt } from "../sequence-encoder/content-bags.ts";
import { INPUT_TABLE } from "../sequence-encoder/encoder-network.ts";
import { type Calibration, plattLine } from "./calibration.ts";
import { FIRST_SCORE } from "./facts.ts";
import { type BatchOptions, batchOf, type Lesson, passesOver, rowOf } from "./lesson.ts";
import { vectorsOf } from "./ranker-batch.ts";
import { answeringNetwork, type HeadStart, learningNetwork } from "./ranker-network.ts";
import type { RankerConfig } from "./settings.ts";

export interface Learned {
  /** Of the network that answers. */
  readonly weights: Weights;
  /** (rows, D) what each item is, its description folded in; then no item, then what else is described: topics and texts that lists were about. */
  readonly table: Float32Array;
  /** What descriptions mean. */
  readonly part: ContentPart | undefined;
  /** One line a head. */
  readonly calibration: readonly Calibration[];
}

/** Of the requests `from`, all unless said: learns the weights that say best what happened in the held-out requests, the newest, and sets each head's probabilities right on them. */
export async function learn(
  lesson: Lesson,
  options: BatchOptions,
  config: RankerConfig,
  context: FitContext,
  from: Uint32Array = Uint32Array.from(lesson.requests.users.keys()),
): Promise<Learned> {
  const { threads } = context;
  const seed = context.random.uint32();
  const { learned, heldOut } = divide(lesson, from, config.heldOut);
  const data = passesOver(lesson, learned, { ...config, ...options, seed });
  const isMet = metIn(lesson, learned);
  const totalSteps = config.epochs * data.batchesPerEpoch;
  const start = startOf(lesson, learned);
  const trainer = await newTrainer(options, config, { seed, totalSteps, threads, start });
  const answers = await Answers.create(options, threads);
  const score = async (changing: Weights) => {
    const said = await answers.logits(lesson, heldOut, foldedItems(isMet, changing, options));
    return -lossOf(said, lesson, heldOut, options.headWeights);
  };
  const weights = await learnInPasses(
    trainer,
    {
      data,
      epochs: config.epochs,
      identity: JSON.stringify({ config, seed, requests: lesson.requests.users.length }),
      heldOut: heldOut.length > 0 ? { score, isNdcg: false } : undefined,
    },
    context,
  );
  const { table, part } = foldedItems(isMet, weights, options);
  const H = options.shape.heads;
  const calibrated =
    heldOut.length > 0 ? await answers.logits(lesson, heldOut, { weights, table }) : new Float32Array(0);
  const labels = labelsOf(lesson, heldOut);
  const calibration = Array.from({ length: H }, (_, head) => {
    const own = (values: ArrayLike<number>) =>
      Float64Array.from({ length: values.length / H }, (_, row) => values[row * H + head]!);
    return plattLine(own(calibrated), own(labels));
  });
  return { weights: answers.own(weights), table, part, calibration };
}

/** The newest share of the requests, and the others. */
function divide(
  { requests: { timesMs } }: Lesson,
  from: Uint32Array,
  share: number,
): { learned: Uint32Array; heldOut: Uint32Array } {
  const order = Random.of(1, "ties").shuffle(from.slice());
  order.sort((left, right) => timesMs[left]! - timesMs[right]!); // stable: requests of one time stay in random order
  const kept = order.length - Math.floor(share * order.length);
  return { learned: order.subarray(0, kept), heldOut: order.subarray(kept) };
}

interface TrainerStart {
  readonly seed: number;
  readonly totalSteps: number;
  readonly threads: number | undefined;
  readonly start: HeadStart;
}

function newTrainer(
  { shape, content }: BatchOptions,
  { learningRate: peak, weightDecay }: RankerConfig,
  { seed, totalSteps, threads, start }: TrainerStart,
): Promise<Trainer> {
  const { network, loss } = learningNetwork(shape, content?.bags, start);
  return Trainer.create(network, loss, {
    seed,
    ...(threads !== undefined && { threads }),
    schedule: { peak, warmUpSteps: Math.floor(0.05 * totalSteps), decay: "cosine", totalSteps },
    adamW: { ...adamWDefaults, weightDecay },
    maxGradientNorm: 5,
  });
}

/** The line of each head over the score of the first model that is asked; without one, how often each action happens. */
function startOf({ retrievers, facts, scale, ...lesson }: Lesson, chosen: Uint32Array): HeadStart {
  const labels = labelsOf(lesson, chosen);
  const H = lesson.heads.names.length;
  const width = scale.means.length;
  const start = { odds: new Float32Array(H), slopes: new Float32Array(width * H) };
  const { offsets } = lesson.requests;
  const scores = Array.from(chosen).flatMap((request) =>
    Array.from(
      { length: offsets[request + 1]! - offsets[request]! },
      (_, at) => facts[(offsets[request]! + at) * width + FIRST_SCORE]!,
    ),
  );
  for (let head = 0; head < H; head++) {
    const own = Float64Array.from(scores, (_, row) => labels[row * H + head]!);
    if (retrievers.length > 0) {
      const line = plattLine(scores, own);
      start.odds[head] = line.offset;
      start.slopes[FIRST_SCORE * H + head] = line.slope;
    } else {
      const happened = own.reduce((sum, label) => sum + label, 0);
      start.odds[head] = Math.log((happened + 1) / (own.length - happened + 1));
    }
  }
  return start;
}

/** Probabilities of every candidate of the requests, in their order: (candidates, H). */
export async function answersTo(
  lesson: Lesson,
  options: BatchOptions,
  learned: Learned,
  requests: Uint32Array,
): Promise<Float32Array> {
  const answers = await Answers.create(options, 1);
  const logits = await answers.logits(lesson, requests, learned);
  const H = options.shape.heads;
  return logits.map((logit, at) => {
    const { slope, offset } = learned.calibration[at % H]!;
    return 1 / (1 + Math.exp(-(slope * logit + offset)));
  });
}

/** 1 for items that were there in the requests or in what was done before the last of them. */
function metIn({ requests, acts }: Lesson, learned: Uint32Array): Uint8Array {
  const isMet = new Uint8Array(acts.itemCount);
  let lastMs = 0;
  for (const request of learned) {
    lastMs = Math.max(lastMs, requests.timesMs[request]!);
    for (let at = requests.offsets[request]!; at < requests.offsets[request + 1]!; at++)
      isMet[requests.candidates[at]!] = 1;
  }
  for (const [at, item] of acts.itemRows.entries())
    if ((acts.timestampsMs?.[at] ?? 0) <= lastMs) isMet[item] = 1;
  return isMet;
}

/**
 * What items are in the network that answers: their own vectors and what their descriptions make. One that nobody met is what its description says, as it
 * will be with those that come later.
 */
function foldedItems(
  isMet: Uint8Array,
  weights: Weights,
  { content, shape: { items, embeddingSize: D } }: BatchOptions,
): Omit<Learned, "calibration"> {
  const own = weights[INPUT_TABLE]!.values as Float32Array; // as the network has it
  if (!content) return { weights, table: own.slice(), part: undefined };
  const { part } = ContentPart.of(content.vocabulary, weights, D);
  const table = new Float32Array(content.bags.items * D);
  table.set(own);
  for (let row = 0; row < content.bags.items; row++) {
    const into = table.subarray(row * D, (row + 1) * D);
    if (row > items) into.set(own.subarray(items * D));
    else if (row < items && isMet[row] === 0) into.fill(0);
    part.addTo(into, descriptionAt(content.bags, row));
  }
  return { weights, table, part };
}

/** Requests answered at once. */
const BATCH = 64;

/** The network that answers, on weights that still change. */
class Answers {
  readonly #options: BatchOptions;
  readonly #program: Program;
  readonly #names: readonly string[];

  private constructor(options: BatchOptions, program: Program, names: readonly string[]) {
    this.#options = options;
    this.#program = program;
    this.#names = names;
  }

  static async create(options: BatchOptions, threads: number | undefined): Promise<Answers> {
    const { network, logits } = answeringNetwork(options.shape);
    const program = await Program.compile(onnxGraph("answer", { logits }), threads ? { threads } : {});
    return new Answers(options, program, [...network.parameters.keys()]);
  }

  /** Those weights that the network that answers has. */
  own(weights: Weights): Weights {
    return Object.fromEntries(this.#names.map((name) => [name, weights[name]!]));
  }

  /** Of every candidate of the requests, in their order: (candidates, H). */
  async logits(
    lesson: Lesson,
    requests: Uint32Array,
    { weights, table }: Pick<Learned, "weights" | "table">,
  ): Promise<Float32Array> {
    const { shape } = this.#options;
    const { heads: H, embeddingSize: D } = shape;
    const { offsets } = lesson.requests;
    const size = requests.reduce((sum, request) => sum + offsets[request + 1]! - offsets[request]!, 0);
    const all = new Float32Array(size * H);
    const place = (item: number, into: Float32Array, at: number): void =>
      into.set(table.subarray(item * D, (item + 1) * D), at);
    let to = 0;
    for (let start = 0; start < requests.length; start += BATCH) {
      const chosen = [...requests.subarray(start, start + BATCH)];
      const rows = chosen.map((request) => rowOf(lesson, request, this.#options));
      const { inputs } = batchOf(lesson, chosen, rows, this.#options);
      const { logits } = await this.#program.run({
        ...inputs,
        ...this.own(weights),
        actVectors: vectorsOf(inputs["items"]!, place, D),
        candidateVectors: vectorsOf(inputs["candidates"]!, place, D),
        aboutVectors: vectorsOf(inputs["about"]!, place, D),
      });
      const C = logits!.shape[1]!;
      const values = logits!.values as Float32Array; // as the graph says
      for (const [row, { candidates }] of rows.entries()) {
        all.set(values.subarray(row * C * H, (row * C + candidates.length) * H), to);
        to += candidates.length * H;
      }
    }
    return all;
  }
}

/** What happened, of every candidate of the requests, in their order: (candidates, H). */
export function labelsOf(
  { requests: { offsets, labels }, heads }: Pick<Lesson, "requests" | "heads">,
  chosen: Uint32Array,
): Uint8Array {
  const H = heads.names.length;
  const parts = Array.from(chosen, (request) =>
    labels.subarray(offsets[request]! * H, offsets[request + 1]! * H),
  );
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let to = 0;
  for (const part of parts) {
    all.set(part, to);
    to += part.length;
  }
  return all;
}

/** Weighted binary cross-entropy a candidate. */
function lossOf(
  logits: Float32Array,
  lesson: Lesson,
  chosen: Uint32Array,
  headWeights: Float32Array,
): number {
  const labels = labelsOf(lesson, chosen);
  let sum = 0;
  for (const [at, logit] of logits.entries()) {
    const cost = Math.log1p(Math.exp(-Math.abs(logit))) + Math.max(logit, 0) - logit * labels[at]!;
    sum += headWeights[at % headWeights.length]! * cost;
  }
  return sum / Math.max(1, logits.length);
}
