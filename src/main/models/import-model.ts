import { readFile } from "node:fs/promises";
import { PlatformError, SystemClock } from "#base";
import { importOnnxEncoder, ONNX_ENCODER, parseEncoderCard, vocabularyHash } from "#models";
import { decodeSafetensors, type NamedTensor } from "#tensor";
import { readCodeVersion } from "../folder/code-version.ts";
import type { ModelManifest } from "./model-manifest.ts";
import type { ModelStore } from "./model-store.ts";
import type { ModelsOfFolder } from "./served-models.ts";

/** Where an encoder that was made elsewhere lies, and what it is to be called. */
export interface ForeignFiles {
  readonly name: string;
  readonly onnx: string;
  /** A JSON file: an `EncoderCard`. */
  readonly card: string;
  /** A text file with an item id a line. */
  readonly items: string;
  /** A safetensors file with one tensor, where the network does not give the items away itself. */
  readonly itemVectors?: string;
}

/** What came of it. */
export interface ImportedModel {
  readonly manifest: ModelManifest;
  /** Items of ours that it knows, and of its own, all. */
  readonly knownItems: number;
  readonly vocabularyItems: number;
}

/**
 * Takes in an encoder made elsewhere, once it is what it is said to be, and puts it in service for whoever asks for it by name.
 * @throws PlatformError `invalid-model`, `missing-file`, `invalid-config`, `no-data`
 */
export async function importModel(
  { models, catalogue: items }: Pick<ModelsOfFolder, "models" | "catalogue">,
  files: ForeignFiles,
): Promise<ImportedModel> {
  const { name } = files;
  if (!/^[a-z0-9][a-z0-9._-]{0,99}$/.test(name) || (await isTaken(models, name)))
    throw new PlatformError(
      "invalid-config",
      `--name is "${name}": give small letters, digits, dots and dashes, and no name of a model that was fitted here`,
    );
  const onnx = await read(files.onnx);
  const card = await parseEncoderCard((await read(files.card)).toString());
  const vocabulary = (await read(files.items)).toString().split(/\r?\n/);
  if (vocabulary.at(-1) === "") vocabulary.pop();
  const itemTable = files.itemVectors === undefined ? undefined : await readTable(files.itemVectors);
  const catalogue = items.items().map(({ itemId }) => itemId);
  const foreign = { name, onnx, card, vocabulary, ...(itemTable && { itemTable }) };
  const { fitted, knownItems, parityGap } = await importOnnxEncoder(foreign, catalogue);
  const nowMs = new SystemClock().nowMs();
  const manifest = await models.put(
    {
      ...{ name, kind: ONNX_ENCODER, config: fitted.config, seed: null, refitOf: null },
      ...{ userCount: 0, itemCount: catalogue.length, interactionCount: 0, logOffsets: [] },
      ...{
        dataFromMs: null,
        dataUntilMs: card.dataUntil === undefined ? nowMs : Date.parse(card.dataUntil),
        vocabularyHash: vocabularyHash(catalogue),
      },
      metrics: { parityGap, parityTolerance: card.tolerance, paritySamples: card.samples.length, knownItems },
      curve: [],
      ...{ fitSeconds: 0, madeAt: new Date(nowMs).toISOString(), code: await readCodeVersion() },
      ...{ dimension: fitted.dimension, inputs: fitted.inputs, outputs: fitted.outputs },
    },
    fitted.serialize(),
  );
  await models.serveBeside(manifest);
  return { manifest, knownItems, vocabularyItems: vocabulary.length };
}

/** Its versions would be among those of a model of ours. */
async function isTaken(models: ModelStore, name: string): Promise<boolean> {
  return (await models.list()).some((model) => model.name === name && model.kind !== ONNX_ENCODER);
}

async function readTable(path: string): Promise<NamedTensor> {
  const [table, ...others] = Object.values(decodeSafetensors(await read(path)).tensors);
  if (table && others.length === 0) return table;
  const count = table ? others.length + 1 : 0;
  throw new PlatformError("invalid-model", `${path} has ${count} tensors; give one, of shape (rows, D).`);
}

function read(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    throw new PlatformError("missing-file", `${path} cannot be read: ${String(cause)}`);
  });
}
