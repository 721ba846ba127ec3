import { PlatformError } from "#base";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "#tensor";
import { checkConfig, type Limits } from "./config.ts";
import type { ModelConfig } from "./model.ts";

/** A trained model as bytes: a safetensors file whose metadata names the model and its config. */
export function writeModelFile(
  model: string,
  config: ModelConfig,
  tensors: Readonly<Record<string, NamedTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  return encodeSafetensors({ tensors, metadata: { ...metadata, model, config: JSON.stringify(config) } });
}

/** Words and names as a tensor of bytes. */
export function jsonTensor(value: unknown): NamedTensor {
  const values = new TextEncoder().encode(JSON.stringify(value));
  return { shape: [values.length], values };
}

export interface ModelFile<Config extends ModelConfig> {
  readonly config: Config;
  /** What else was written beside the tensors. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Numbers of one tensor. @throws PlatformError `data-damaged` when there is none of that name and type */
  floats(tensor: string): Float32Array;
  /** Row numbers of one tensor. @throws PlatformError `data-damaged`, likewise */
  rows(tensor: string): Uint32Array;
  /** What {@link jsonTensor} wrote; `undefined` when the file has none of that name. Its shape is the writer's to know. */
  json<Value>(tensor: string): Value | undefined;
}

/**
 * Inverse of {@link writeModelFile}; tensors are views of `bytes`. `former`: what settings mean that files of earlier versions do not have.
 * @throws PlatformError `data-damaged` when the bytes hold no model, or another one; `invalid-config`
 */
export function readModelFile<Config extends ModelConfig>(
  bytes: Uint8Array,
  model: string,
  limits: Limits<Config>,
  former: Partial<Config> = {},
): ModelFile<Config> {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata["model"] !== model)
    throw new PlatformError(
      "data-damaged",
      `Expected a file of the model ${model} and met one of ${metadata["model"] ?? "no model"}.`,
    );
  const own = parseConfig(model, metadata["config"]);
  const config: ModelConfig = { ...own, ...former, ...own }; // in the order of the file, as it would be written again
  checkConfig(model, config, limits);
  const missing = (tensor: string): PlatformError =>
    new PlatformError("data-damaged", `The file of the model ${model} has no usable tensor "${tensor}".`);
  return {
    config,
    metadata,
    floats: (tensor) => {
      const values = tensors[tensor]?.values;
      if (values instanceof Float32Array) return values;
      throw missing(tensor);
    },
    rows: (tensor) => {
      const values = tensors[tensor]?.values;
      if (values instanceof Uint32Array) return values;
      throw missing(tensor);
    },
    json: <Value>(tensor: string) => {
      const values = tensors[tensor]?.values;
      if (values === undefined) return undefined;
      if (!(values instanceof Uint8Array)) throw missing(tensor);
      return JSON.parse(new TextDecoder().decode(values)) as Value; // written by the model itself
    },
  };
}

/** Whether its settings are right is for `checkConfig` to say. */
function parseConfig(model: string, json = "null"): ModelConfig {
  try {
    const config: unknown = JSON.parse(json);
    if (typeof config === "object" && config !== null) return config as ModelConfig; // checked by the caller, above
  } catch {
    // falls through: text that is no JSON is as damaged as none
  }
  throw new PlatformError("data-damaged", `The file of the model ${model} has no readable config.`);
}
