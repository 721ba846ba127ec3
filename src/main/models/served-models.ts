import { PlatformError } from "#base";
import type { Catalogue } from "#events";
import {
  type ModelId,
  type ModelInService,
  type ModelReference,
  modelReference,
  type ServedModel,
  ServedModels,
  vocabularyHashInTurns,
} from "#models";
import { checkModel } from "./check-model.ts";
import type { ModelManifest } from "./model-manifest.ts";
import type { ModelStore } from "./model-store.ts";

export interface ModelsOfFolder {
  readonly folder: string;
  readonly models: ModelStore;
  readonly catalogue: Catalogue;
}

/**
 * The models that the folder has in service.
 * @throws PlatformError `no-data` when there are none; `data-mismatch` when one was made for another folder's items
 */
export async function servedModels(parts: ModelsOfFolder): Promise<ServedModels> {
  const { models } = parts;
  const serving = await models.serving();
  if (!serving) throw new PlatformError("no-data", "no model is in service; fit one with: inkling train");
  const known = async (id: ModelId): Promise<ModelInService> =>
    inService(parts, id, await models.manifest(id));
  const [personal, coldStart, ...others] = await Promise.all(
    [serving.personal, serving.coldStart, ...serving.others].map(known),
  );
  const roles = { personal: personal!, coldStart: coldStart!, others }; // one for each that was asked for
  return ServedModels.open(roles, (id) => load(parts, id));
}

/** One of the models that the folder has in service, read by itself; `undefined` when none is called so. */
export async function servedModel(parts: ModelsOfFolder, name: string): Promise<ServedModel | undefined> {
  const serving = await parts.models.serving();
  const ids = serving ? [serving.personal, serving.coldStart, ...serving.others] : [];
  const id = ids.find((one) => one.name === name);
  if (!id) return undefined;
  await inService(parts, id, await parts.models.manifest(id));
  return load(parts, id);
}

/**
 * Any version, in service or not, read for this once: `release` gives back what it holds.
 * @throws PlatformError `unknown-model`, `data-mismatch`
 */
export async function openVersion(parts: ModelsOfFolder, id: ModelId): Promise<ServedModel> {
  await inService(parts, id, await parts.models.manifest(id));
  return load(parts, id);
}

/** A version that was to answer and does not, for what is wrong with it. */
export interface RefusedModel {
  readonly model: ModelReference;
  readonly reason: string;
}

/** What is to answer after `current`. */
export interface NextModels {
  /** Absent where nothing changes. */
  readonly models: ServedModels | undefined;
  readonly refused: readonly RefusedModel[];
}

/**
 * The models that the folder has in service by now, each new version read and tried. In the place of one that fails stays the one that answers
 * now.
 */
export async function nextModels(parts: ModelsOfFolder, current: ServedModels): Promise<NextModels> {
  const serving = await parts.models.serving();
  if (!serving) return { models: undefined, refused: [] };
  const read = new Map(current.read);
  const refused: RefusedModel[] = [];
  const admit = async <Instead extends ModelInService | undefined>(
    id: ModelId,
    instead: Instead,
  ): Promise<ModelInService | Instead> => {
    const known = current.ids.find((other) => isSame(id, other));
    if (known) return known;
    const model = modelReference(id.name, id.version);
    try {
      const manifest = await parts.models.manifest(id);
      const admitted = await inService(parts, id, manifest);
      const served = await load(parts, id);
      await checkModel(served, manifest);
      read.set(model, Promise.resolve(served));
      return admitted;
    } catch (error) {
      refused.push({ model, reason: error instanceof Error ? error.message : String(error) });
      return instead;
    }
  };
  const { roles } = current;
  const personal = await admit(serving.personal, roles.personal);
  const coldStart = await admit(serving.coldStart, roles.coldStart);
  const others: ModelInService[] = [];
  for (const id of serving.others) {
    const other = await admit(
      id,
      current.ids.find(({ name }) => name === id.name),
    );
    const taken = [personal, coldStart, ...others];
    if (other && !taken.some(({ name }) => name === other.name)) others.push(other);
  }
  const next = { personal, coldStart, others };
  const ids = [personal, ...others, coldStart];
  const isChanged = ids.length !== current.ids.length || ids.some((id, at) => id !== current.ids[at]);
  const models = isChanged ? await ServedModels.open(next, (id) => load(parts, id), read) : undefined;
  return { models, refused };
}

function isSame(one: ModelId, other: ModelId): boolean {
  return one.name === other.name && one.version === other.version;
}

async function load({ models, catalogue }: ModelsOfFolder, id: ModelId): Promise<ServedModel> {
  const served = await models.load(id);
  return { ...served, model: served.model.over?.(catalogue) ?? served.model };
}

/**
 * A model speaks of items by their rows, which mean something in one catalogue only.
 * @throws PlatformError `data-mismatch`
 */
async function inService(
  { catalogue, folder }: ModelsOfFolder,
  { name, version }: ModelId,
  { itemCount, vocabularyHash: hash, dimension }: ModelManifest,
): Promise<ModelInService> {
  if (hash === null || hash === (await hashOf(catalogue, itemCount)))
    return { name, version, hasVectors: dimension !== null };
  throw new PlatformError(
    "data-mismatch",
    `${name}@${version} was made for other items than ${folder} has; fit it again with: inkling train ${name}`,
  );
}

/** By number of items. The ids of the first rows never change. */
const hashes = new WeakMap<Catalogue, Map<number, Promise<string>>>();

/** Of the first items of the catalogue, as many as there are. */
function hashOf(catalogue: Catalogue, itemCount: number): Promise<string> {
  const rows = Math.min(itemCount, catalogue.itemCount);
  const known = hashes.get(catalogue) ?? new Map<number, Promise<string>>();
  hashes.set(catalogue, known);
  const hash = known.get(rows) ?? vocabularyHashInTurns(rows, (row) => catalogue.at(row).itemId);
  known.set(rows, hash);
  return hash;
}
