import { PlatformError } from "#base";
import { type ModelConfig, modelNamed } from "#models";
import type { ServedModel } from "#recommendation";
import type { BlobStore } from "#storage";

/** What is known of one fitted version of a model. */
export interface ModelManifest {
  readonly name: string;
  /** Counts up from 1 for each model, as four digits. */
  readonly version: string;
  readonly config: ModelConfig;
  readonly seed: number;
  readonly userCount: number;
  readonly itemCount: number;
  readonly interactionCount: number;
  /** Time of the newest event it learned from, ms. */
  readonly dataUntilMs: number;
  readonly fitSeconds: number;
}

/** Which versions answer. */
export interface ServingAlias {
  readonly personal: { readonly name: string; readonly version: string };
  readonly coldStart: { readonly name: string; readonly version: string };
}

const ALIAS = "models/serving.json";

/** Fitted models as blobs: the bytes, a manifest beside them, and the alias that says which are served. */
export class ModelStore {
  readonly #blobs: BlobStore;

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  async put(manifest: Omit<ModelManifest, "version">, bytes: Uint8Array): Promise<ModelManifest> {
    const taken = (await this.#blobs.list(`models/${manifest.name}/`)).length;
    const version = String(Math.floor(taken / 2) + 1).padStart(4, "0");
    const complete = { ...manifest, version };
    await this.#blobs.put(`${stem(complete)}.safetensors`, bytes);
    await this.#blobs.put(`${stem(complete)}.json`, Buffer.from(JSON.stringify(complete, null, 2)));
    return complete;
  }

  /** @throws PlatformError `data-damaged` when the version is not there */
  async load(id: { name: string; version: string }): Promise<ServedModel> {
    const [bytes, manifest] = await Promise.all([
      this.#blobs.get(`${stem(id)}.safetensors`),
      this.#blobs.get(`${stem(id)}.json`),
    ]);
    if (!bytes || !manifest) {
      throw new PlatformError(
        "data-damaged",
        `model ${stem(id)} is missing; fit it again with: inkling train ${id.name}`,
      );
    }
    const { dataUntilMs } = JSON.parse(manifest.toString()) as ModelManifest; // written by `put`
    return { model: modelNamed(id.name).load(bytes), version: id.version, dataUntilMs };
  }

  async serving(): Promise<ServingAlias | undefined> {
    const bytes = await this.#blobs.get(ALIAS);
    return bytes && (JSON.parse(bytes.toString()) as ServingAlias); // written by `serve`
  }

  async serve({ personal, coldStart }: ServingAlias): Promise<void> {
    const alias: ServingAlias = { personal: idOf(personal), coldStart: idOf(coldStart) };
    await this.#blobs.put(ALIAS, Buffer.from(JSON.stringify(alias, null, 2)));
  }
}

function idOf({ name, version }: { name: string; version: string }): { name: string; version: string } {
  return { name, version };
}

function stem({ name, version }: { name: string; version: string }): string {
  return `models/${name}/${version}`;
}
