import { assert, PlatformError } from "#base";
import { unitRows } from "#numeric";
import type { History } from "#sequences";
import { decodeSafetensors, encodeSafetensors, matrixOf, multiply, type NamedTensor, Program } from "#tensor";
import type { FittedModel, ModelConfig } from "../model.ts";
import { cosinesTo, type TensorSpec, type VectorEncoder } from "../vector-encoder.ts";

/** What makes a model of this kind known among its files. */
export const ONNX_ENCODER = "onnx-encoder";
/** Histories encoded at once. */
const BATCH = 64;

/** How sequences go into the network, and what it calls them. */
export interface SequenceInput {
  readonly input: string;
  readonly output: string;
  readonly paddingSide: "start" | "end";
  readonly paddingRow: number;
  readonly maxLength: number;
}

export interface OnnxEncoderParts {
  readonly name: string;
  readonly onnx: Uint8Array;
  readonly sequence: SequenceInput;
  /** (itemCount) for every item of our catalogue its row in the model; -1 for one that the model does not know. */
  readonly modelRows: Int32Array;
  /** (itemCount, D) the model's vectors of our items, as it gave them; zeros for one that it does not know. */
  readonly itemVectors: Float32Array;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** A network made elsewhere that turns what people did into vectors, beside its vectors of our items. */
export class FittedOnnxEncoder implements FittedModel, VectorEncoder {
  readonly name: string;
  readonly dimension: number;
  readonly #parts: OnnxEncoderParts;
  readonly #unitItems: Float32Array;
  /** What is left of a person without each of their engagements; asked for once for every item of a list. */
  readonly #without = new WeakMap<History, Promise<Float32Array>>();
  #program: Promise<Program> | undefined;

  constructor(parts: OnnxEncoderParts) {
    this.name = parts.name;
    this.#parts = parts;
    this.dimension = parts.itemVectors.length / Math.max(1, parts.modelRows.length);
    this.#unitItems = unitRows(parts.itemVectors.slice(), this.dimension);
  }

  /** @throws PlatformError `data-damaged` when the bytes hold no such model */
  static load(bytes: Uint8Array): FittedOnnxEncoder {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const { onnx, modelRows, itemVectors } = tensors;
    if (metadata["model"] !== ONNX_ENCODER || !onnx || !modelRows || !itemVectors)
      throw new PlatformError("data-damaged", `Expected a file of an ${ONNX_ENCODER}.`);
    const known = JSON.parse(metadata["about"] ?? "") as Pick<
      OnnxEncoderParts,
      "name" | "sequence" | "inputs" | "outputs"
    >; // written by `serialize`
    return new FittedOnnxEncoder({
      ...known,
      onnx: onnx.values as Uint8Array, // as are the others, by `serialize`
      modelRows: modelRows.values as Int32Array,
      itemVectors: itemVectors.values as Float32Array,
    });
  }

  get config(): ModelConfig {
    const { maxLength, paddingRow } = this.#parts.sequence;
    return { maxLength, paddingRow };
  }

  get itemCount(): number {
    return this.#parts.modelRows.length;
  }

  get encoder(): VectorEncoder {
    return this;
  }

  get learnedItems(): number {
    return this.itemCount;
  }

  get maxLength(): number {
    return this.#parts.sequence.maxLength;
  }

  get inputs(): readonly TensorSpec[] {
    return this.#parts.inputs;
  }

  get outputs(): readonly TensorSpec[] {
    return this.#parts.outputs;
  }

  /** Inner products as the model gives them. -Infinity where it has nothing to say: another source fills the list. */
  async score(histories: readonly History[]): Promise<Float32Array> {
    const people = await this.#encode(histories.map((history) => this.#windowOf(history)));
    const { itemCount, dimension } = this;
    const items = matrixOf(itemCount, dimension, this.#parts.itemVectors);
    const product = await multiply(matrixOf(histories.length, dimension, people), items, {
      transposeRight: true,
    });
    const scores = product.values;
    for (const row of histories.keys()) {
      const own = scores.subarray(row * itemCount, (row + 1) * itemCount);
      if (isZero(people.subarray(row * dimension, (row + 1) * dimension))) own.fill(Number.NEGATIVE_INFINITY);
      for (const [item, modelRow] of this.#parts.modelRows.entries())
        if (modelRow < 0) own[item] = Number.NEGATIVE_INFINITY;
    }
    return scores;
  }

  /** Occlusion (Zeiler and Fergus 2014): by how much the score falls when the engagement is left out. */
  async explain(history: History, itemRow: number): Promise<Float32Array> {
    assert(itemRow >= 0 && itemRow < this.itemCount, "the item is in the catalogue");
    const parts = new Float32Array(history.itemRows.length);
    const positions = this.#positionsOf(history);
    if (positions.length === 0) return parts;
    const asked = this.#without.get(history) ?? this.#encodeWithout(history, positions);
    this.#without.set(history, asked);
    const people = matrixOf(positions.length + 1, this.dimension, await asked);
    const { itemVectors } = this.#parts;
    const item = itemVectors.slice(itemRow * this.dimension, (itemRow + 1) * this.dimension);
    const { values } = await multiply(people, matrixOf(this.dimension, 1, item));
    for (const [n, position] of positions.entries()) parts[position] = values[0]! - values[n + 1]!;
    return parts;
  }

  async related(itemRow: number): Promise<Float32Array> {
    return cosinesTo(itemRow, this.#unitItems, this.dimension);
  }

  async userVectors(histories: readonly History[]): Promise<Float32Array> {
    return unitRows(await this.#encode(histories.map((history) => this.#windowOf(history))), this.dimension);
  }

  knows(itemRow: number): boolean {
    return itemRow < this.itemCount;
  }

  async itemVectors(): Promise<Float32Array> {
    return this.#unitItems;
  }

  /** What the network says of sequences of its own rows: (sequences, D), not brought to length 1; zeros for an empty one. */
  encodeRows(sequences: readonly Int32Array[]): Promise<Float32Array> {
    return this.#encode(sequences);
  }

  serialize(): Uint8Array {
    const { name, onnx, sequence, modelRows, itemVectors, inputs, outputs } = this.#parts;
    const about = JSON.stringify({ name, sequence, inputs, outputs });
    return encodeSafetensors({
      tensors: {
        onnx: { shape: [onnx.length], values: onnx },
        modelRows: { shape: [modelRows.length], values: modelRows },
        itemVectors: { shape: [this.itemCount, this.dimension], values: itemVectors },
      },
      metadata: { model: ONNX_ENCODER, about },
    });
  }

  async release(): Promise<void> {
    await (await this.#program)?.release();
  }

  /** The whole person, and the person without each of the engagements: (positions + 1, D). */
  #encodeWithout(history: History, positions: readonly number[]): Promise<Float32Array> {
    const whole = this.#windowOf(history);
    const others = positions.map((_, left) => whole.filter((_, at) => at !== left));
    return this.#encode([whole, ...others]);
  }

  #windowOf(history: History): Int32Array {
    const { modelRows } = this.#parts;
    return Int32Array.from(this.#positionsOf(history), (at) => modelRows[history.itemRows[at]!]!);
  }

  /** Where in the history the newest engagements stand that the model knows, oldest first. */
  #positionsOf({ itemRows, weights }: History): number[] {
    const positions: number[] = [];
    for (let at = itemRows.length - 1; at >= 0 && positions.length < this.maxLength; at--)
      if ((this.#parts.modelRows[itemRows[at]!] ?? -1) >= 0 && (weights?.[at] ?? 1) > 0) positions.push(at);
    return positions.reverse();
  }

  async #encode(sequences: readonly Int32Array[]): Promise<Float32Array> {
    this.#program ??= Program.read(this.#parts.onnx);
    const program = await this.#program;
    const { dimension } = this;
    const vectors = new Float32Array(sequences.length * dimension);
    const asked = [...sequences.keys()].filter((row) => sequences[row]!.length > 0);
    const [batchSize] = program.inputs[0]!.shape;
    const together = typeof batchSize === "number" ? batchSize : BATCH;
    for (let start = 0; start < asked.length; start += together) {
      const rows = asked.slice(start, start + together);
      const batch = rows.map((row) => sequences[row]!);
      const given = await program.run(this.#inputOf(program, batch));
      const { shape, values } = given[this.#parts.sequence.output]!;
      for (const [n, row] of rows.entries()) {
        const at = newestState(shape, n, this.#parts.sequence, batch[n]!.length);
        vectors.set((values as Float32Array).subarray(at, at + dimension), row * dimension); // checked when it came
      }
    }
    return vectors;
  }

  #inputOf(program: Program, sequences: readonly Int32Array[]): Record<string, NamedTensor> {
    const { input, paddingSide, paddingRow, maxLength } = this.#parts.sequence;
    const { type, shape } = program.inputs.find(({ name }) => name === input)!; // checked when it came
    const [, time] = shape;
    const longest = Math.max(...sequences.map(({ length }) => length));
    const T = typeof time === "number" ? time : paddingSide === "start" ? maxLength : longest;
    const rows = new Int32Array(sequences.length * T).fill(paddingRow);
    for (const [n, sequence] of sequences.entries())
      rows.set(sequence, n * T + (paddingSide === "start" ? T - sequence.length : 0));
    const values = type === "int64" ? BigInt64Array.from(rows, BigInt) : rows;
    return { [input]: { shape: [sequences.length, T], values } };
  }
}

/** Where in the output the newest state of sequence `n` begins. */
function newestState(
  shape: readonly number[],
  n: number,
  { paddingSide }: SequenceInput,
  length: number,
): number {
  const D = shape.at(-1)!;
  if (shape.length === 2) return n * D;
  const T = shape[1]!;
  return (n * T + (paddingSide === "start" ? T : length) - 1) * D;
}

function isZero(vector: Float32Array): boolean {
  return vector.every((value) => value === 0);
}
