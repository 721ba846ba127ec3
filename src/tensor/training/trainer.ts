import { assert, PlatformError, Random } from "#base";
import type { Expression } from "../graph/expression.ts";
import { gradientsOf } from "../graph/gradients.ts";
import type { Initial, Network } from "../graph/network.ts";
import { onnxGraph } from "../graph/onnx-graph.ts";
import { fixedSize } from "../graph/shape.ts";
import type { SessionOptions } from "../onnx-session.ts";
import { Program } from "../program.ts";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../safetensors.ts";
import { type AdamWOptions, adamWStep, type Moments, newMoments } from "./adam-w.ts";
import { DropoutPool } from "./dropout-pool.ts";
import { clipFactor } from "./gradient-clip.ts";
import { gatherRows, newRowTable, type RowTable, rowAdaGradStep } from "./row-table.ts";
import { type LearningRateSchedule, learningRateAt } from "./schedule.ts";

/** What a step learns from. */
export interface Batch {
  /** Inputs of the graph other than parameters and dropout. */
  readonly inputs: Readonly<Record<string, NamedTensor>>;
  /** What the graph's free sizes are this time, where dropout needs them: `{ B: 128, T: 50 }`. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Row table -> the rows this batch needs, all different. */
  readonly rows?: Readonly<Record<string, Uint32Array>>;
  /** Real tokens, padding not counted. */
  readonly tokens: number;
}

export interface TrainerOptions extends SessionOptions {
  readonly seed: number;
  readonly schedule: LearningRateSchedule;
  readonly adamW: AdamWOptions;
  /** Longest that all gradients together may be; Infinity for no limit. */
  readonly maxGradientNorm: number;
  /** Share that a running average of the weights keeps at every step, below 1; none is kept when absent or 0. */
  readonly averageKept?: number;
}

/**
 * A network that learns: weights, the optimizer's memory, and the compiled step. The same network, seed, options and batches
 * give the same weights to the last bit, also across {@link Trainer.checkpoint} and {@link Trainer.restore}: chance derives
 * from the seed and the number of the step.
 */
export class Trainer {
  readonly #network: Network;
  readonly #program: Program;
  readonly #options: TrainerOptions;
  readonly #dropout: DropoutPool;
  readonly #weights: ReadonlyMap<string, { shape: readonly number[]; values: Float32Array }>;
  readonly #moments: ReadonlyMap<string, Moments>;
  readonly #tables: ReadonlyMap<string, RowTable>;
  readonly #averages: ReadonlyMap<string, Float32Array>;
  #step = 0;

  private constructor(network: Network, program: Program, options: TrainerOptions) {
    const { seed } = options;
    const drawn = (name: string, shape: readonly number[], initial: Initial) => {
      return initialValues(shape, initial, Random.of(seed, `parameter ${name}`));
    };
    this.#network = network;
    this.#program = program;
    this.#options = options;
    this.#dropout = new DropoutPool(seed);
    this.#weights = mapValues(network.parameters, ({ shape, initial }, name) => {
      return { shape, values: drawn(name, shape, initial) };
    });
    this.#moments = mapValues(this.#weights, ({ values }) => newMoments(values.length));
    this.#tables = mapValues(network.rowTables, ({ shape, initial }, name) => {
      return newRowTable(drawn(name, shape, initial), shape[1]);
    });
    this.#averages = options.averageKept
      ? mapValues(this.#weights, ({ values }) => values.slice())
      : new Map<string, Float32Array>();
  }

  /** @throws PlatformError `invalid-config` when the machine lacks the execution provider */
  static async create(network: Network, loss: Expression, options: TrainerOptions): Promise<Trainer> {
    const learned = [...network.parameters, ...network.rowTables];
    const expressions = learned.map(([, { expression }]) => expression);
    const gradients = gradientsOf(loss, expressions);
    const outputs = Object.fromEntries(
      learned.map(([name], position) => [gradientName(name), gradients[position]!]),
    );
    const graph = onnxGraph("training", { loss, ...outputs });
    return new Trainer(network, await Program.compile(graph, { ...options, keepsMemory: true }), options);
  }

  /** Steps taken so far. */
  get step(): number {
    return this.#step;
  }

  /** The learned values by name, row tables included. They change with the next step. */
  get weights(): Readonly<Record<string, NamedTensor>> {
    const tables = mapValues(this.#tables, ({ values, width }) => {
      return { shape: [values.length / width, width], values };
    });
    return Object.fromEntries([...this.#weights, ...tables]);
  }

  /** The running average of the weights, row tables as they are; {@link Trainer.weights} when none is kept. */
  get averagedWeights(): Readonly<Record<string, NamedTensor>> {
    const averaged = mapValues(this.#averages, (values, name) => {
      return { shape: this.#weights.get(name)!.shape, values };
    });
    return { ...this.weights, ...Object.fromEntries(averaged) };
  }

  /** Learns from one batch; answers the loss before it did. Blocks while it computes. */
  async learn(batch: Batch): Promise<number> {
    const { schedule, maxGradientNorm } = this.#options;
    const rows = mapValues(this.#tables, (table, name) => {
      const wanted = batch.rows?.[name];
      assert(wanted, `the batch says which rows of "${name}" it needs`);
      return {
        wanted,
        tensor: { shape: [wanted.length, table.width], values: gatherRows(table, wanted) },
      };
    });
    const results = await this.#program.run({
      ...batch.inputs,
      ...Object.fromEntries(this.#weights),
      ...Object.fromEntries(mapValues(rows, ({ tensor }) => tensor)),
      ...this.#dropoutFactors(batch.sizes),
    });
    const gradientOf = (name: string) => floats(results[gradientName(name)]!);
    const learned = [...this.#weights.keys(), ...this.#tables.keys()];
    const gradientScale = clipFactor(learned.map(gradientOf), maxGradientNorm);
    const learningRate = learningRateAt(this.#step, schedule);
    this.#step += 1;
    const context = { step: this.#step, learningRate, gradientScale };
    for (const [name, { values, shape }] of this.#weights) {
      const { adamW } = this.#options;
      const options = shape.length > 1 ? adamW : { ...adamW, weightDecay: 0 }; // biases and gains are not pulled to zero
      adamWStep(values, gradientOf(name), this.#moments.get(name)!, options, context);
    }
    for (const [name, { wanted }] of rows)
      rowAdaGradStep(this.#tables.get(name)!, wanted, gradientOf(name), context);
    this.#average();
    return floats(results["loss"]!)[0]!;
  }

  /** Everything that {@link Trainer.restore} needs to go on as if nothing had happened: a safetensors file. */
  checkpoint(): Uint8Array {
    const metadata = { step: String(this.#step), seed: String(this.#options.seed) };
    return encodeSafetensors({ tensors: Object.fromEntries(this.#state()), metadata });
  }

  /** @throws PlatformError `data-damaged`; `data-mismatch` when it is of another network or seed */
  restore(checkpoint: Uint8Array): void {
    const { tensors, metadata } = decodeSafetensors(checkpoint);
    const step = Number(metadata["step"]);
    const seed = String(this.#options.seed);
    if (metadata["seed"] !== seed || !Number.isSafeInteger(step) || step < 0)
      throw mismatch(`of step ${metadata["step"]} and seed ${metadata["seed"]}, this run's seed is ${seed}`);
    const state = [...this.#state()];
    for (const [name, { values }] of state)
      if (!(tensors[name]?.values instanceof Float32Array && tensors[name].values.length === values.length))
        throw mismatch(`without "${name}" of ${values.length} values`);
    for (const [name, { values }] of state) values.set(floats(tensors[name]!));
    this.#step = step;
  }

  /** Polyak averaging with exponential weights; over the first steps the average is shorter, so that it forgets the start. */
  #average(): void {
    const { averageKept = 0 } = this.#options;
    const kept = Math.min(averageKept, this.#step / (this.#step + 9));
    for (const [name, average] of this.#averages) {
      const { values } = this.#weights.get(name)!;
      for (let at = 0; at < values.length; at++) average[at] = kept * average[at]! + (1 - kept) * values[at]!;
    }
  }

  *#state(): Iterable<[string, { shape: readonly number[]; values: Float32Array }]> {
    const flat = (values: Float32Array) => ({ shape: [values.length], values });
    for (const [name, weight] of this.#weights) yield [`weight.${name}`, weight];
    for (const [name, { first, second }] of this.#moments) {
      yield [`first-moment.${name}`, flat(first)];
      yield [`second-moment.${name}`, flat(second)];
    }
    for (const [name, { values, spent }] of this.#tables) {
      yield [`row-table.${name}`, flat(values)];
      yield [`spent.${name}`, flat(spent)];
    }
    for (const [name, values] of this.#averages) yield [`average.${name}`, flat(values)];
  }

  #dropoutFactors(sizes: Readonly<Record<string, number>>): Record<string, NamedTensor> {
    const random = Random.of(this.#options.seed, `dropout of step ${this.#step}`);
    return Object.fromEntries(
      this.#network.dropoutSites.map(({ name, shape, rate }) => {
        const fixed = shape.map((size) => fixedSize(size, sizes));
        const count = fixed.reduce((product, size) => product * size, 1);
        return [name, { shape: fixed, values: this.#dropout.window(rate, count, random) }];
      }),
    );
  }
}

/** Values of a parameter before anything was learned. */
export function initialValues(shape: readonly number[], initial: Initial, random: Random): Float32Array {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  if (initial.kind === "constant") return values.fill(initial.value);
  if (initial.kind === "given") {
    assert(initial.values.length === values.length, "a parameter starts with as many values as it has");
    values.set(initial.values);
    return values;
  }
  for (let at = 0; at < values.length; at++) values[at] = initial.deviation * random.normal();
  return values;
}

function gradientName(parameter: string): string {
  return `gradient.${parameter}`;
}

function floats({ values }: NamedTensor): Float32Array {
  assert(values instanceof Float32Array, "what is learned is float32");
  return values;
}

function mapValues<From, To>(
  map: ReadonlyMap<string, From>,
  change: (value: From, name: string) => To,
): Map<string, To> {
  return new Map(Array.from(map, ([name, value]) => [name, change(value, name)]));
}

function mismatch(what: string): PlatformError {
  return new PlatformError(
    "data-mismatch",
    `The checkpoint is ${what}; train from the start, or give its own run.`,
  );
}
