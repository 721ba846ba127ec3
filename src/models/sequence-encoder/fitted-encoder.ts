import { assert } from "#base";
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
  onnxGraph,
  Program,
  sum,
  total,
  transposed,
} from "#tensor";
import type { FittedModel, ModelConfig } from "../model.ts";
import { writeModelFile } from "../model-file.ts";
import { encoderInputs } from "./encoder-inputs.ts";
import { type EncoderConfig, encodeItems, scoringTableOf } from "./encoder-network.ts";
import { windowOf, windowPositions } from "./window.ts";

/** Histories encoded at once. */
const BATCH = 128;

/** A trained sequence encoder: the network without its loss, on the learned weights. */
export class FittedEncoder implements FittedModel {
  readonly name: string;
  readonly config: ModelConfig;
  readonly #network: EncoderConfig;
  /** (itemCount) how much each item was engaged with: the answer for those of whom nothing is known. */
  readonly #counts: Float32Array;
  readonly #weights: Readonly<Record<string, NamedTensor>>;
  #scorer: Promise<Program> | undefined;
  #explainer: Promise<Program> | undefined;

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

  async score(histories: readonly History[]): Promise<Float32Array> {
    const scores = new Float32Array(histories.length * this.itemCount);
    const known: { row: number; window: History }[] = [];
    for (const [row, history] of histories.entries()) {
      const window = windowOf(history, this.itemCount, this.#network.maxLength);
      if (window.itemRows.some((item) => this.#counts[item]! > 0)) known.push({ row, window });
      else scores.set(this.#counts, row * this.itemCount);
    }
    known.sort((left, right) => left.window.itemRows.length - right.window.itemRows.length); // little padding
    for (let start = 0; start < known.length; start += BATCH) {
      const batch = known.slice(start, start + BATCH);
      this.#scorer ??= this.#compileScorer();
      const results = await (await this.#scorer).run(
        encoderInputs(
          batch.map(({ window }) => window),
          this.#network,
        ),
      );
      const values = results["scores"]!.values as Float32Array; // what the graph says
      for (const [at, { row }] of batch.entries())
        scores.set(values.subarray(at * this.itemCount, (at + 1) * this.itemCount), row * this.itemCount);
    }
    return scores;
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
    const vectors = this.#weights[scoringTableOf(this.#network)]!.values as Float32Array; // every weight is
    const { embeddingSize } = this.#network;
    const vectorOf = (item: number) => vectors.subarray(item * embeddingSize, (item + 1) * embeddingSize);
    const own = vectorOf(itemRow);
    const similarities = new Float32Array(this.itemCount);
    for (let other = 0; other < this.itemCount; other++) {
      const vector = vectorOf(other);
      const norms = Math.sqrt(dot(own, own) * dot(vector, vector));
      similarities[other] = norms > 0 ? dot(own, vector) / norms : 0;
    }
    similarities[itemRow] = Number.NEGATIVE_INFINITY;
    return similarities;
  }

  serialize(): Uint8Array {
    const counts = { shape: [this.itemCount], values: this.#counts };
    const { actions, surfaces } = this.#network;
    const codes = { shape: [2], values: Float32Array.of(actions, surfaces) };
    return writeModelFile(this.name, this.config, { ...this.#weights, counts, code_counts: codes });
  }

  #compileScorer(): Promise<Program> {
    return Program.compile(onnxGraph("score", { scores: newestScores(this.#network) }, this.#weights));
  }

  #compileExplainer(): Promise<Program> {
    const { hidden, table, vectorsOf, vectors } = encodeItems(
      new Network({ isTraining: false }),
      this.#network,
    );
    const newest = gatherDistinct(asRows(hidden), input("newest", ["B"], "int32"));
    const score = total(mul(newest, vectorsOf(gather(table, input("item", ["B"], "int32")))));
    const [slope] = gradientsOf(score, [vectors]);
    const parts = sum(mul(vectors, slope!), -1); // (B, T, 1)
    return Program.compile(onnxGraph("explain", { parts }, this.#weights));
  }
}

/** The newest state of each sequence held against every item: (B, V). For {@link encoderInputs}. */
export function newestScores(config: EncoderConfig): Expression {
  const { hidden, table, vectorsOf } = encodeItems(new Network({ isTraining: false }), config);
  const newest = gatherDistinct(asRows(hidden), input("newest", ["B"], "int32")); // (B, D)
  return matmul(newest, transposed(vectorsOf(table)));
}

function dot(left: Float32Array, right: Float32Array): number {
  let product = 0;
  for (let at = 0; at < left.length; at++) product += left[at]! * right[at]!;
  return product;
}
