import { assert } from "#base";
import { unitRows } from "#numeric";
import { type AskedContext, type History, historyAt, type ItemContent } from "#sequences";
import {
  asRows,
  type Expression,
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
import type { FittedModel, ItemContents, ModelConfig } from "../model.ts";
import { jsonTensor, writeModelFile } from "../model-file.ts";
import { cosinesTo, type TensorSpec, type VectorEncoder } from "../vector-encoder.ts";
import { vectorInputs } from "./encoder-inputs.ts";
import { EncoderItems, type LearnedItems, unitsOf } from "./encoder-items.ts";
import {
  type EncoderConfig,
  encodeItems,
  encodeVectors,
  INPUT_TABLE,
  OUTPUT_TABLE,
} from "./encoder-network.ts";
import type { UnitTable } from "./unit-table.ts";
import { windowOf, windowPositions } from "./window.ts";

/** Histories encoded at once. */
const BATCH = 128;

/** What a trained encoder consists of. */
export interface EncoderParts {
  readonly name: string;
  readonly config: ModelConfig;
  readonly network: EncoderConfig;
  /** (V) how much each item was engaged with: the answer for those of whom nothing is known. */
  readonly counts: Float32Array;
  readonly items: LearnedItems;
  /** Of the network without its items. */
  readonly weights: Readonly<Record<string, NamedTensor>>;
}

/** A trained sequence encoder: the network without its loss, on the learned weights. */
export class FittedEncoder implements FittedModel, VectorEncoder {
  readonly #parts: EncoderParts;
  readonly #items: EncoderItems;
  readonly #units: UnitTable;
  readonly #nothing: Float32Array;
  readonly #programs: Programs;

  /** `programs`, `units`: of the same parts over another catalogue. */
  constructor(
    parts: EncoderParts,
    catalogue?: ItemContents,
    programs = new Programs(parts),
    units = unitsOf(parts.items),
  ) {
    this.#parts = parts;
    this.#units = units;
    this.#items = new EncoderItems(parts.items, catalogue, units);
    this.#nothing = new Float32Array(parts.network.embeddingSize);
    this.#programs = programs;
  }

  get name(): string {
    return this.#parts.name;
  }

  get config(): ModelConfig {
    return this.#parts.config;
  }

  get itemCount(): number {
    return this.#items.count;
  }

  get encoder(): VectorEncoder {
    return this;
  }

  get dimension(): number {
    return this.#parts.network.embeddingSize;
  }

  get maxLength(): number {
    return this.#parts.network.maxLength;
  }

  get learnedItems(): number {
    return this.#items.learnedCount;
  }

  get inputs(): readonly TensorSpec[] {
    return this.#programs.encoderGraph.inputs;
  }

  get outputs(): readonly TensorSpec[] {
    return this.#programs.encoderGraph.outputs;
  }

  get answersStrangers(): boolean {
    return this.#parts.network.start !== undefined;
  }

  over(catalogue: ItemContents): FittedEncoder {
    return new FittedEncoder(this.#parts, catalogue, this.#programs, this.#units);
  }

  async score(histories: readonly History[]): Promise<Float32Array> {
    const { count } = this.#items;
    const scores = new Float32Array(histories.length * count);
    const { known, unknown } = this.#windowsOf(histories);
    for (const row of unknown) scores.set(this.#parts.counts, row * count);
    if (known.length > 0) {
      const table = { shape: [count, this.dimension], values: this.#items.scored() };
      await this.#fillRows(scores, count, known, await this.#programs.scorer(), { table });
    }
    for (let item = this.learnedItems; item < count; item++)
      if (this.#items.isUnknown(item))
        for (const row of histories.keys()) scores[row * count + item] = Number.NEGATIVE_INFINITY;
    return scores;
  }

  async scoreItems(history: History, itemRows: ArrayLike<number>): Promise<Float32Array> {
    const scores = new Float32Array(itemRows.length).fill(Number.NaN);
    const met = Array.from(scores.keys()).filter((at) => itemRows[at]! < this.itemCount);
    const [known] = this.#windowsOf([history]).known;
    if (!known) for (const at of met) scores[at] = this.#parts.counts[itemRows[at]!] ?? 0;
    else if (met.length > 0) {
      const rows = met.map((at) => itemRows[at]!);
      const table = { shape: [rows.length, this.dimension], values: this.#items.scoredOf(rows) };
      const scorer = await this.#programs.scorer();
      const results = await scorer.run({ ...this.#inputsOf([known.window]), table });
      for (const [n, at] of met.entries()) scores[at] = Number(results["scores"]!.values[n]);
    }
    for (const at of met) if (this.#items.isUnknown(itemRows[at]!)) scores[at] = Number.NaN;
    return scores;
  }

  /** The state after the newest engagement, at length 1. */
  async userVectors(histories: readonly History[]): Promise<Float32Array> {
    const vectors = new Float32Array(histories.length * this.dimension);
    const { known } = this.#windowsOf(histories);
    if (known.length > 0)
      await this.#fillRows(vectors, this.dimension, known, await this.#programs.encoder(), {});
    return unitRows(vectors, this.dimension);
  }

  /** What the scores are products with, at length 1: the order by cosine leaves out how popular an item is. */
  async itemVectors(): Promise<Float32Array> {
    await this.#items.prepareUnit();
    return this.#items.unit();
  }

  knows(itemRow: number): boolean {
    return this.#isRead(itemRow);
  }

  contentVector(content: ItemContent): Float32Array | undefined {
    const { content: part, output } = this.#parts.items;
    const vector = output ? undefined : part?.vectorOf(content);
    return vector && unitRows(vector, vector.length);
  }

  /**
   * Gradient times input (Shrikumar et al. 2016): how fast the item's score would fall if the vector of an engagement began to
   * shrink. The network is not linear, so the parts do not add up to the score; their order says what spoke for the item.
   */
  async explain(history: History, itemRow: number): Promise<Float32Array> {
    assert(itemRow >= 0 && itemRow < this.itemCount, "the item is in the catalogue");
    const parts = new Float32Array(history.itemRows.length);
    const positions = windowPositions(history, this.#isRead, this.maxLength);
    if (positions.length === 0) return parts;
    const explainer = await this.#programs.explainer();
    const { dimension } = this;
    const results = await explainer.run({
      ...this.#inputsOf([historyAt(history, positions)]),
      item: {
        shape: [1, dimension],
        values: this.#items.scored().slice(itemRow * dimension, (itemRow + 1) * dimension),
      },
    });
    for (const [at, position] of positions.entries()) parts[position] = Number(results["parts"]!.values[at]);
    return parts;
  }

  /** Cosine of the item vectors. */
  async related(itemRow: number): Promise<Float32Array> {
    assert(itemRow >= 0 && itemRow < this.itemCount, "the item is in the catalogue");
    return cosinesTo(itemRow, this.#items.unit(), this.dimension);
  }

  serialize(): Uint8Array {
    const { name, config, network, counts, items, weights } = this.#parts;
    const { embeddingSize: D, actions, surfaces } = network;
    const table = (values: Float32Array) => ({ shape: [values.length / D, D], values });
    return writeModelFile(name, config, {
      ...weights,
      [INPUT_TABLE]: table(items.input),
      ...(items.output && { [OUTPUT_TABLE]: table(items.output) }),
      ...items.content?.tensors,
      ...(network.start && { start: jsonTensor(network.start) }),
      counts: { shape: [counts.length], values: counts },
      code_counts: { shape: [2], values: Float32Array.of(actions, surfaces) },
    });
  }

  release(): Promise<void> {
    return this.#programs.release();
  }

  /** Items that were there at the fit are read, and those that came later where something is known of them. */
  readonly #isRead = (item: number): boolean => item < this.itemCount && !this.#items.isUnknown(item);

  /** Something is known of the item: somebody engaged with it, or it is described. */
  readonly #isKnown = (item: number): boolean => {
    const { counts, items } = this.#parts;
    if (item >= this.learnedItems || counts[item]! > 0) return true;
    return items.content !== undefined && this.#items.inputOf(item).some((value) => value !== 0);
  };

  /** Histories as windows, the shortest first, for then there is little padding; and those in which nothing is known. */
  #windowsOf(histories: readonly History[]): { known: WindowAt[]; unknown: number[] } {
    const known: WindowAt[] = [];
    const unknown: number[] = [];
    for (const [row, history] of histories.entries()) {
      const window = windowOf(history, this.#isRead, this.maxLength);
      if (window.itemRows.some(this.#isKnown)) known.push({ row, window });
      else if (this.answersStrangers && history.context)
        known.push({ row, window: startWindow(history.context) });
      else unknown.push(row);
    }
    known.sort((left, right) => left.window.itemRows.length - right.window.itemRows.length);
    return { known, unknown };
  }

  #inputsOf(windows: readonly History[]): Record<string, NamedTensor> {
    const inputOf = (item: number): Float32Array => {
      return item === NOTHING_YET ? this.#nothing : this.#items.inputOf(item);
    };
    return vectorInputs(windows, this.#parts.network, { width: this.dimension, inputOf });
  }

  /** Runs the windows in batches; what the program says of each, `width` numbers, goes to its row of `results`. */
  async #fillRows(
    results: Float32Array,
    width: number,
    windows: readonly WindowAt[],
    program: Program,
    others: Readonly<Record<string, NamedTensor>>,
  ): Promise<void> {
    for (let start = 0; start < windows.length; start += BATCH) {
      const batch = windows.slice(start, start + BATCH);
      const inputs = this.#inputsOf(batch.map(({ window }) => window));
      const [rows] = Object.values(await program.run({ ...inputs, ...others }));
      const values = rows!.values as Float32Array; // its only output, as the graph says
      for (const [at, { row }] of batch.entries())
        results.set(values.subarray(at * width, (at + 1) * width), row * width);
    }
  }
}

/** Stands in a window where somebody has engaged with nothing. */
const NOTHING_YET = 0xffff_ffff;

/** The window of somebody without a history: they, as they come. */
function startWindow(context: AskedContext): History {
  return { itemRows: Uint32Array.of(NOTHING_YET), context };
}

interface WindowAt {
  /** Of its history. */
  readonly row: number;
  readonly window: History;
}

/** The network compiled, each part when it is first asked for. Items come in as vectors, so that one program serves every catalogue. */
class Programs {
  readonly encoderGraph: OnnxGraph;
  readonly #network: EncoderConfig;
  readonly #weights: Readonly<Record<string, NamedTensor>>;
  #encoder: Promise<Program> | undefined;
  #scorer: Promise<Program> | undefined;
  #explainer: Promise<Program> | undefined;

  constructor({ network, weights }: Pick<EncoderParts, "network" | "weights">) {
    this.#network = network;
    this.#weights = weights;
    this.encoderGraph = onnxGraph("encode", { vectors: this.#newest().newest }, weights);
  }

  /** The newest state of each sequence: (B, D). */
  encoder(): Promise<Program> {
    this.#encoder ??= Program.compile(this.encoderGraph);
    return this.#encoder;
  }

  /** The newest states held against the rows of `table`: (B, V). */
  scorer(): Promise<Program> {
    this.#scorer ??= this.#compileScorer();
    return this.#scorer;
  }

  #compileScorer(): Promise<Program> {
    const { newest } = this.#newest();
    const table = input("table", ["V", this.#network.embeddingSize]);
    return this.#compile("score", { scores: matmul(newest, transposed(table)) });
  }

  /** How much each engagement adds to the product with `item`: (B, T, 1). */
  explainer(): Promise<Program> {
    this.#explainer ??= this.#compileExplainer();
    return this.#explainer;
  }

  #compileExplainer(): Promise<Program> {
    const { newest, vectors } = this.#newest();
    const score = total(mul(newest, input("item", ["B", this.#network.embeddingSize])));
    const [slope] = gradientsOf(score, [vectors]);
    return this.#compile("explain", { parts: sum(mul(vectors, slope!), -1) });
  }

  async release(): Promise<void> {
    const compiled = await Promise.all([this.#encoder, this.#scorer, this.#explainer]);
    await Promise.all(compiled.map((program) => program?.release()));
  }

  #compile(name: string, outputs: Record<string, Expression>): Promise<Program> {
    return Program.compile(onnxGraph(name, outputs, this.#weights));
  }

  #newest(): { newest: Expression; vectors: Expression } {
    const vectors = input("itemVectors", ["B", "T", this.#network.embeddingSize]);
    const hidden = encodeVectors(new Network({ isTraining: false }), this.#network, vectors);
    return { newest: newestOf(hidden), vectors };
  }
}

/** The newest state of each sequence held against every item while it is learned: (B, V). For {@link encoderInputs}. */
export function newestScores(config: EncoderConfig): Expression {
  const { hidden, table, vectorsOf } = encodeItems(new Network({ isTraining: false }), config);
  return matmul(newestOf(hidden), transposed(vectorsOf(table)));
}

/** (B, D) */
function newestOf(hidden: Expression): Expression {
  return gatherDistinct(asRows(hidden), input("newest", ["B"], "int32"));
}
