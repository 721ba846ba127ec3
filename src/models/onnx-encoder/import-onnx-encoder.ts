import { PlatformError } from "#base";
import { type NamedTensor, Program } from "#tensor";
import type { TensorSpec } from "../vector-encoder.ts";
import { vocabularyHash } from "../vocabulary-hash.ts";
import type { EncoderCard } from "./encoder-card.ts";
import { FittedOnnxEncoder, type SequenceInput } from "./fitted-onnx-encoder.ts";

/**
 * @file Taking in an encoder that was trained elsewhere. Three things go wrong without a sound when a model changes house: rows mean
 * other items, sequences are padded the other way, and the other runtime computes something else. So nothing is believed: tensors are
 * held against the description, the vocabulary against its hash, and what comes out here against what came out there.
 */
export interface ForeignEncoder {
  readonly name: string;
  readonly onnx: Uint8Array;
  readonly card: EncoderCard;
  /** Item ids in the order of their rows. */
  readonly vocabulary: readonly string[];
  /** (rows, D), where the network does not give the items away itself. */
  readonly itemTable?: NamedTensor;
}

export interface ImportedEncoder {
  readonly fitted: FittedOnnxEncoder;
  /** Largest distance of a number from that of a sample. */
  readonly parityGap: number;
  /** Items of the vocabulary that our catalogue has. */
  readonly knownItems: number;
}

/**
 * `catalogue`: our item ids in the order of our rows.
 * @throws PlatformError `invalid-model`, naming what is not as it was said
 */
export async function importOnnxEncoder(
  foreign: ForeignEncoder,
  catalogue: readonly string[],
): Promise<ImportedEncoder> {
  const { name, onnx, card, vocabulary } = foreign;
  const modelRowOf = checkVocabulary(vocabulary, card);
  const program = await Program.read(onnx);
  checkTensors(program, foreign);
  const table = await itemTableOf(program, foreign);
  const [rows = 0, dimension = 0] = table.shape;
  if (rows < card.firstItemRow + vocabulary.length)
    refuse(
      `the items have ${rows} rows, and the vocabulary goes up to ${card.firstItemRow + vocabulary.length}`,
    );
  const modelRows = Int32Array.from(catalogue, (itemId) => modelRowOf.get(itemId) ?? -1);
  const itemVectors = new Float32Array(catalogue.length * dimension);
  for (const [item, row] of modelRows.entries())
    if (row >= 0)
      itemVectors.set(table.values.subarray(row * dimension, (row + 1) * dimension), item * dimension);
  const knownItems = modelRows.filter((row) => row >= 0).length;
  if (knownItems === 0)
    refuse(`none of its ${vocabulary.length} items is in the catalogue, such as "${vocabulary[0]}"`);
  const { inputs, outputs } = program;
  const sequence = sequenceInputOf(card);
  const fitted = new FittedOnnxEncoder({ name, onnx, sequence, modelRows, itemVectors, inputs, outputs });
  return { fitted, knownItems, parityGap: await checkSamples(fitted, card, modelRowOf) };
}

function sequenceInputOf({ input, output, padding, maxLength }: EncoderCard): SequenceInput {
  return { input, output, maxLength, paddingSide: padding.side, paddingRow: padding.row };
}

/** Item id -> its row in the model. */
function checkVocabulary(vocabulary: readonly string[], card: EncoderCard): ReadonlyMap<string, number> {
  const hash = vocabularyHash(vocabulary);
  if (hash !== card.vocabularySha256)
    refuse(
      `its vocabulary has the SHA-256 ${card.vocabularySha256}, and the ${vocabulary.length} items given have ${hash}: the rows would mean other items`,
    );
  const rows = new Map(vocabulary.map((itemId, n) => [itemId, card.firstItemRow + n]));
  if (rows.size < vocabulary.length) refuse("an item is in its vocabulary twice");
  const { row } = card.padding;
  if (row >= card.firstItemRow && row < card.firstItemRow + vocabulary.length)
    refuse(`padding has the row ${row}, which is that of "${vocabulary[row - card.firstItemRow]}"`);
  return rows;
}

function checkTensors({ inputs, outputs }: Program, { card, itemTable }: ForeignEncoder): void {
  const input = named(inputs, card.input, "input");
  if (inputs.length > 1)
    refuse(
      `it takes in ${inputs.map(textOf).join(", ")}: one input is all there can be, the graph must work out the others from it`,
    );
  if (!["int32", "int64"].includes(input.type) || input.shape.length !== 2)
    refuse(`the input ${textOf(input)} is not of item rows: give int32 or int64 of shape (B, T)`);
  const [batch, time] = input.shape;
  if (typeof batch === "number" && batch !== 1)
    refuse(`the input ${textOf(input)} takes ${batch} at once: leave the first size free, or make it 1`);
  if (typeof time === "number" && time !== card.maxLength)
    refuse(`the input ${textOf(input)} takes ${time} items, and maxLength is ${card.maxLength}`);
  const output = named(outputs, card.output, "output");
  if (output.type !== "float32" || output.shape.length < 2 || output.shape.length > 3)
    refuse(`the output ${textOf(output)} is no vector: give float32 of shape (B, D) or (B, T, D)`);
  if ((card.itemOutput === undefined) === (itemTable === undefined))
    refuse(
      "its items come as an output of the network (itemOutput) or in a file: one of the two, and not both",
    );
}

async function itemTableOf(
  program: Program,
  { card, itemTable }: ForeignEncoder,
): Promise<{ shape: readonly number[]; values: Float32Array }> {
  const rows = new Int32Array(card.maxLength).fill(card.firstItemRow);
  const isWide = program.inputs[0]?.type === "int64";
  const values = isWide ? BigInt64Array.from(rows, BigInt) : rows;
  const given = await program.run({ [card.input]: { shape: [1, card.maxLength], values } });
  const table = itemTable ?? given[named(program.outputs, card.itemOutput ?? "", "output").name];
  const dimension = given[card.output]?.shape.at(-1);
  if (table?.shape.length !== 2 || !(table.values instanceof Float32Array))
    return refuse("its items are not float32 of shape (rows, D)");
  if (table.shape[1] !== dimension)
    refuse(`people have ${dimension} numbers and items ${table.shape[1]}: they are not of one space`);
  return { shape: table.shape, values: table.values };
}

/** The largest distance, all samples at once and one by one: who is in the batch must not change what comes out. */
async function checkSamples(
  fitted: FittedOnnxEncoder,
  { samples, tolerance, maxLength }: EncoderCard,
  modelRowOf: ReadonlyMap<string, number>,
): Promise<number> {
  const sequences = samples.map(({ items, vector }, n) => {
    if (vector.length !== fitted.dimension)
      refuse(`sample ${n} has ${vector.length} numbers, and what comes out here ${fitted.dimension}`);
    if (items.length > maxLength) refuse(`sample ${n} has more than ${maxLength} items`);
    return Int32Array.from(
      items,
      (itemId) => modelRowOf.get(itemId) ?? refuse(`"${itemId}" of sample ${n} is not in the vocabulary`),
    );
  });
  const isShort = sequences.some(({ length }) => length < maxLength);
  if (maxLength > 1 && !isShort)
    refuse("every sample is full, so that padding is not tried: give a shorter one too");
  const together = await fitted.encodeRows(sequences);
  let gap = 0;
  for (const [n, sequence] of sequences.entries()) {
    const alone = await fitted.encodeRows([sequence]);
    for (const [at, expected] of samples[n]!.vector.entries())
      for (const found of [alone[at]!, together[n * fitted.dimension + at]!]) {
        const distance = Math.abs(found - expected);
        if (!(distance <= tolerance))
          refuse(
            `sample ${n} comes out otherwise here: number ${at} is ${found}, not ${expected}, and may be ${tolerance} apart. Is it padded at that end, with that row?`,
          );
        gap = Math.max(gap, distance);
      }
  }
  return gap;
}

function named(tensors: readonly TensorSpec[], name: string, what: string): TensorSpec {
  const found = tensors.find((tensor) => tensor.name === name);
  return found ?? refuse(`it has no ${what} "${name}"; there are ${tensors.map(textOf).join(", ")}`);
}

function textOf({ name, type, shape }: TensorSpec): string {
  return `${name} ${type} (${shape.join(", ")})`;
}

function refuse(reason: string): never {
  throw new PlatformError("invalid-model", `The model is not what it is said to be: ${reason}.`);
}
