import { assert } from "#base";
import { unitRows } from "#numeric";
import { type History, historyAt } from "#sequences";
import {
  asRows,
  type Expression,
  gather,
  gatherDistinct,
  gradientsOf,
  input,
  matmul,
  mul,
  type NamedTensor,
  Network,
  type OnnxGraph,
  onnxGraph,
  Program,
  sum,
  total,
  transposed,
} from "#tensor";
import type { FittedModel, ModelConfig } from "../model.ts";
import { writeModelFile } from "../model-file.ts";
import { cosinesTo, type TensorSpec, type VectorEncoder } from "../vector-encoder.ts";
import { encoderInputs } from "./encoder-inputs.ts";
import { type EncoderConfig, encodeItems } from "./encoder-network.ts";
import { windowOf, windowPositions } from "./window.ts";

/** Histories encoded at once. */
const BATCH = 128;

/** A trained sequence encoder: the network without its loss, on the learned weights. */
export class FittedEncoder implements FittedModel, VectorEncoder {
  readonly name: string;
  readonly config: ModelConfig;
  readonly #network: EncoderConfig;
  /** (itemCount) how much each item was engaged with: the answer for those of whom nothing is known. */
  readonly #counts: Float32Array;
  readonly #weights: Readonly<Record<string, NamedTensor>>;
  #scorer: Promise<Program> | undefined;
  #itemScorer: Promise<Program> | undefined;
  #encoder: Promise<Program> | undefined;
  #explainer: Promise<Program> | undefined;
  #itemVectors: Promise<Float32Array> | undefined;

  constructor(
    name: string,
    config: ModelConfig,
    network: EncoderConfig,
    counts: Float32Array,
    weights: Readonly<Record<string, NamedTensor>>,
  ) {
    this.name = name;
    this.config = config;
    this.#network = network;
    this.#counts = counts;
    this.#weights = weights;
  }

  get itemCount(): number {
    return this.#counts.length;
  }

  get encoder(): VectorEncoder {
    return this;
  }

  get dimension(): number {
    return this.#network.embeddingSize;
  }

  get maxLength(): number {
    return this.#network.maxLength;
  }

  get inputs(): readonly TensorSpec[] {
    return this.#encoderGraph().inputs;
  }

  get outputs(): readonly TensorSpec[] {
    return this.#encoderGraph().outputs;
  }

  async score(histories: readonly History[]): Promise<Float32Array> {
    const scores = new Float32Array(histories.length * this.itemCount);
    const { known, unknown } = this.#windowsOf(histories);
    for (const row of unknown) scores.set(this.#counts, row * this.itemCount);
    if (known.length > 0) this.#scorer ??= this.#compileScorer();
    await this.#fillRows(scores, this.itemCount, known, this.#scorer);
    return scores;
  }

  async scoreItems(history: History, itemRows: readonly number[]): Promise<Float32Array> {
    const scores = new Float32Array(itemRows.length).fill(Number.NaN);
    const met = [...itemRows.keys()].filter((at) => itemRows[at]! < this.itemCount);
    const [known] = this.#windowsOf([history]).known;
    if (!known) for (const at of met) scores[at] = this.#counts[itemRows[at]!]!;
    if (!known || met.length === 0) return scores;
    this.#itemScorer ??= this.#compileItemScorer();
    const candidates = { shape: [met.length], values: Int32Array.from(met, (at) => itemRows[at]!) };
    const inputs = { ...encoderInputs([known.window], this.#network), candidates };
    const results = await (await this.#itemScorer).run(inputs);
    for (const [n, at] of met.entries()) scores[at] = Number(results["scores"]!.values[n]);
    return scores;
  }

  /** The state after the newest engagement, at length 1. */
  async userVectors(histories: readonly History[]): Promise<Float32Array> {
    const vectors = new Float32Array(histories.length * this.dimension);
    const { known } = this.#windowsOf(histories);
    if (known.length > 0) this.#encoder ??= Program.compile(this.#encoderGraph());
    await this.#fillRows(vectors, this.dimension, known, this.#encoder);
    return unitRows(vectors, this.dimension);
  }

  /** What the scores are products with, at length 1: the order by cosine leaves out how popular an item is. */
  itemVectors(): Promise<Float32Array> {
    this.#itemVectors ??= this.#computeItemVectors();
    return this.#itemVectors;
  }

  /**
   * Gradient times input (Shrikumar et al. 2016): how fast the item's score would fall if the vector of an engagement began to
   * shrink. The network is not linear, so the parts do not add up to the score; their order says what spoke for the item.
   */
  async explain(history: History, itemRow: number): Promise<Float32Array> {
    assert(itemRow >= 0 && itemRow < this.itemCount, "the item is in the catalogue");
    const parts = new Float32Array(history.itemRows.length);
    const positions = windowPositions(history, this.itemCount, this.#network.maxLength);
    if (positions.length === 0) return parts;
    this.#explainer ??= this.#compileExplainer();
    const results = await (await this.#explainer).run({
      ...encoderInputs([historyAt(history, positions)], this.#network),
      item: { shape: [1], values: Int32Array.of(itemRow) },
    });
    for (const [at, position] of positions.entries()) parts[position] = Number(results["parts"]!.values[at]);
    return parts;
  }

  /** Cosine of the item vectors. */
  async related(itemRow: number): Promise<Float32Array> {
    assert(itemRow >= 0 && itemRow < this.itemCount, "the item is in the catalogue");
    return cosinesTo(itemRow, await this.itemVectors(), this.dimension);
  }

  serialize(): Uint8Array {
    const counts = { shape: [this.itemCount], values: this.#counts };
    const { actions, surfaces } = this.#network;
    const codes = { shape: [2], values: Float32Array.of(actions, surfaces) };
    return writeModelFile(this.name, this.config, { ...this.#weights, counts, code_counts: codes });
  }

  /** Histories as windows, the shortest first, for then there is little padding; and those in which nothing is known. */
  #windowsOf(histories: readonly History[]): { known: WindowAt[]; unknown: number[] } {
    const known: WindowAt[] = [];
    const unknown: number[] = [];
    for (const [row, history] of histories.entries()) {
      const window = windowOf(history, this.itemCount, this.#network.maxLength);
      if (window.itemRows.some((item) => this.#counts[item]! > 0)) known.push({ row, window });
      else unknown.push(row);
    }
    known.sort((left, right) => left.window.itemRows.length - right.window.itemRows.length);
    return { known, unknown };
  }

  /** Runs the windows in batches; what the program says of each, `width` numbers, goes to its row of `results`. */
  async #fillRows(
    results: Float32Array,
    width: number,
    windows: readonly WindowAt[],
    program: Promise<Program> | undefined,
  ): Promise<void> {
    for (let start = 0; start < windows.length && program; start += BATCH) {
      const batch = windows.slice(start, start + BATCH);
      const histories = batch.map(({ window }) => window);
      const [rows] = Object.values(await (await program).run(encoderInputs(histories, this.#network)));
      const values = rows!.values as Float32Array; // its only output, as the graph says
      for (const [at, { row }] of batch.entries())
        results.set(values.subarray(at * width, (at + 1) * width), row * width);
    }
  }

  #compileItemScorer(): Promise<Program> {
    const { newest, table, vectorsOf } = newestState(this.#network);
    const candidates = vectorsOf(gather(table, input("candidates", ["N"], "int32")));
    const scores = matmul(newest, transposed(candidates)); // (1, N)
    return Program.compile(onnxGraph("score-items", { scores }, this.#weights));
  }

  #compileScorer(): Promise<Program> {
    return Program.compile(onnxGraph("score", { scores: newestScores(this.#network) }, this.#weights));
  }

  /** The newest state of each sequence: (B, D). */
  #encoderGraph(): OnnxGraph {
    return onnxGraph("encode", { vectors: newestState(this.#network).newest }, this.#weights);
  }

  /** As the network makes them, of tags too: (V, D). */
  async #computeItemVectors(): Promise<Float32Array> {
    const { table, vectorsOf } = newestState(this.#network);
    const program = await Program.compile(onnxGraph("items", { items: vectorsOf(table) }, this.#weights));
    const { items } = await program.run({});
    return unitRows(Float32Array.from(items!.values as Float32Array), this.dimension); // as the graph says
  }

  #compileExplainer(): Promise<Program> {
    const { newest, table, vectorsOf, vectors } = newestState(this.#network);
    const score = total(mul(newest, vectorsOf(gather(table, input("item", ["B"], "int32")))));
    const [slope] = gradientsOf(score, [vectors]);
    const parts = sum(mul(vectors, slope!), -1); // (B, T, 1)
    return Program.compile(onnxGraph("explain", { parts }, this.#weights));
  }
}

interface WindowAt {
  /** Of its history. */
  readonly row: number;
  readonly window: History;
}

/** The newest state of each sequence held against every item: (B, V). For {@link encoderInputs}. */
export function newestScores(config: EncoderConfig): Expression {
  const { newest, table, vectorsOf } = newestState(config);
  return matmul(newest, transposed(vectorsOf(table)));
}

/** `newest`, (B, D), beside what else the encoding gives. */
function newestState(config: EncoderConfig) {
  const { hidden, ...others } = encodeItems(new Network({ isTraining: false }), config);
  return { newest: gatherDistinct(asRows(hidden), input("newest", ["B"], "int32")), ...others };
}
