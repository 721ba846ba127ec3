import { monotonicMs, PlatformError } from "#base";
import { loadModel, type ModelId, type ServedModel } from "#models";
import type { BlobStore } from "#storage";
import { readDerived } from "../folder/derived-blob.ts";
import { decodeManifest, encodeManifest, type ModelManifest } from "./model-manifest.ts";

/** Which versions answer. */
export interface ServingAlias {
  readonly personal: ModelId;
  readonly coldStart: ModelId;
  /** Those that answer whoever asks for them by name: of each name one. */
  readonly others: readonly ModelId[];
}

/** A version as it is kept. */
export interface StoredModel extends ModelManifest {
  /** Of its weights; 0 when they are gone. */
  readonly bytes: number;
}

const ALIAS = "models/serving.json";
/** What another process writes is listed so long after, at the latest. */
const LISTED_MS = 1000;

/** Fitted models as blobs: the bytes, a manifest beside them, and the alias that says which are served. */
export class ModelStore {
  readonly #blobs: BlobStore;
  #listed: { readonly atMs: number; readonly models: Promise<readonly StoredModel[]> } | undefined;

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  async put(manifest: Omit<ModelManifest, "version">, bytes: Uint8Array): Promise<ModelManifest> {
    const written = await this.#blobs.list(`models/${manifest.name}/`);
    const numbers = written.map((name) => Number.parseInt(name.split("/").at(-1)!, 10)); // the last part is there
    for (let number = Math.max(0, ...numbers) + 1; ; number++) {
      const complete = { ...manifest, version: String(number).padStart(4, "0") };
      if (!(await this.#blobs.putNew(`${stem(complete)}.safetensors`, bytes))) continue; // another process had it first
      await this.#blobs.put(`${stem(complete)}.json`, encodeManifest(complete));
      this.lookAgain();
      return complete;
    }
  }

  /** Of a version that is not in service. */
  async delete(id: ModelId): Promise<void> {
    await this.#blobs.delete(`${stem(id)}.json`); // nobody lists it from here on
    await this.#blobs.delete(`${stem(id)}.safetensors`);
    this.lookAgain();
  }

  /** @throws PlatformError `data-damaged` when the version is not there, or not whole */
  async load(id: ModelId): Promise<ServedModel> {
    const [bytes, manifest] = await Promise.all([
      this.#blobs.get(`${stem(id)}.safetensors`),
      this.manifest(id),
    ]);
    if (!bytes) throw damaged(id, "is missing");
    const { kind, dataUntilMs } = manifest;
    const model = whole(id, () => loadModel(kind, bytes));
    return { model, version: id.version, dataUntilMs };
  }

  /** @throws PlatformError `data-damaged` when the version is not there, or not whole */
  async manifest(id: ModelId): Promise<ModelManifest> {
    const bytes = await this.#blobs.get(`${stem(id)}.json`);
    if (!bytes) throw damaged(id, "is missing");
    return whole(id, () => decodeManifest(bytes));
  }

  /** All versions of all models that can be read, by name and from the oldest version on; not read anew for whoever asks within a second. */
  list(): Promise<readonly StoredModel[]> {
    const nowMs = monotonicMs();
    if (!this.#listed || nowMs - this.#listed.atMs > LISTED_MS) {
      this.#listed = { atMs: nowMs, models: this.#readAll() };
      this.#listed.models.catch(() => this.lookAgain());
    }
    return this.#listed.models;
  }

  /** Another thread wrote a version. */
  lookAgain(): void {
    this.#listed = undefined;
  }

  async #readAll(): Promise<StoredModel[]> {
    const names = await this.#blobs.list("models/");
    const manifests = names.filter((name) => /^models\/[^/]+\/\d+\.json$/.test(name));
    const read = await Promise.all(
      manifests.map(async (name) => {
        const manifest = await readDerived(this.#blobs, name, decodeManifest); // one that is damaged hides no other
        if (!manifest) return undefined;
        return { ...manifest, bytes: (await this.#blobs.sizeOf(`${stem(manifest)}.safetensors`)) ?? 0 };
      }),
    );
    return read.filter((model) => model !== undefined);
  }

  /** What is written of which versions serve; changes when they do. */
  async aliasText(): Promise<string | undefined> {
    const bytes = await this.#blobs.get(ALIAS);
    return bytes && Buffer.from(bytes).toString();
  }

  /** @throws PlatformError `data-damaged` when what says it is not whole */
  async serving(): Promise<ServingAlias | undefined> {
    const text = await this.aliasText();
    const alias = text === undefined ? undefined : aliasIn(text);
    if (text !== undefined && !alias)
      throw new PlatformError(
        "data-damaged",
        `${ALIAS} does not say which models are in service, for it is damaged; fit one again with: inkling train`,
      );
    return alias;
  }

  /**
   * Puts two models in service at once, and `beside` them some that answer by name. Those of other names that were go on answering whoever asks
   * for them by name.
   */
  async serve({
    personal,
    coldStart,
    beside = [],
  }: Omit<ServingAlias, "others"> & { readonly beside?: readonly ModelId[] }): Promise<void> {
    const before = aliasIn((await this.aliasText()) ?? ""); // one that is damaged is written anew
    const earlier = before ? [before.personal, before.coldStart, ...before.others] : [];
    await this.#write({
      personal: idOf(personal),
      coldStart: idOf(coldStart),
      others: [...beside, ...earlier],
    });
  }

  /** Lets a model answer whoever asks for it by name. @throws PlatformError `no-data` when none is in service yet */
  async serveBeside(id: ModelId): Promise<void> {
    const before = await this.serving();
    if (!before)
      throw new PlatformError("no-data", "no model is in service yet; fit one with: inkling train");
    await this.#write({ ...before, others: [idOf(id), ...before.others] });
  }

  /** Of each name the first stays. */
  #write({ personal, coldStart, others }: ServingAlias): Promise<void> {
    const taken = new Set([personal.name, coldStart.name]);
    const kept = others.filter(({ name }) => !taken.has(name) && taken.add(name));
    const alias: ServingAlias = { personal, coldStart, others: kept.map(idOf) };
    return this.#blobs.put(ALIAS, Buffer.from(JSON.stringify(alias, null, 2)));
  }
}

function idOf({ name, version }: ModelId): ModelId {
  return { name, version };
}

function stem({ name, version }: ModelId): string {
  return `models/${name}/${version}`;
}

/** `undefined` where that cannot be read. */
function aliasIn(text: string): ServingAlias | undefined {
  try {
    const written = JSON.parse(text) as ServingAlias; // by `serve`, or before there were others
    return { ...written, others: written.others ?? [] };
  } catch {
    return undefined;
  }
}

function whole<Value>(id: ModelId, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof PlatformError && error.code !== "data-damaged") throw error;
    throw damaged(id, `cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

function damaged(id: ModelId, what: string): PlatformError {
  return new PlatformError(
    "data-damaged",
    `model ${stem(id)} ${what}; fit it again with: inkling train ${id.name}`,
  );
}
