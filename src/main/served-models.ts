import { PlatformError } from "#base";
import type { Catalogue } from "#events";
import { type ModelId, type ModelInService, ServedModels, vocabularyHash } from "#models";
import type { ModelManifest } from "./model-manifest.ts";
import type { ModelStore } from "./model-store.ts";

interface ModelsOfFolder {
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
  const known = async (id: ModelId): Promise<ModelInService> => {
    const manifest = await models.manifest(id);
    requireSameItems(parts, manifest);
    return { ...id, hasVectors: manifest.dimension !== null };
  };
  const [personal, coldStart, ...others] = await Promise.all(
    [serving.personal, serving.coldStart, ...serving.others].map(known),
  );
  const roles = { personal: personal!, coldStart: coldStart!, others }; // one for each that was asked for
  const { catalogue } = parts;
  return new ServedModels(roles, async (id) => {
    const served = await models.load(id);
    return { ...served, model: served.model.over?.(catalogue) ?? served.model };
  });
}

/** A model speaks of items by their rows, which mean something in one catalogue only. */
function requireSameItems({ catalogue, folder }: ModelsOfFolder, manifest: ModelManifest): void {
  const { name, version, itemCount, vocabularyHash: hash } = manifest;
  if (hash === null) return;
  const itemIds = catalogue.items().slice(0, itemCount);
  if (hash === vocabularyHash(itemIds.map(({ itemId }) => itemId))) return;
  throw new PlatformError(
    "data-mismatch",
    `${name}@${version} was made for other items than ${folder} has; fit it again with: inkling train ${name}`,
  );
}
