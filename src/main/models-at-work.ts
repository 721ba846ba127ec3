import { PlatformError } from "#base";
import type { Catalogue } from "#events";
import { type ServedModel, ServedModels, vocabularyHash } from "#models";
import type { ModelManifest } from "./model-manifest.ts";
import type { ModelStore } from "./model-store.ts";

/** The models that answer, ready to be asked. */
export interface ModelsAtWork {
  readonly personal: ServedModel;
  readonly coldStart: ServedModel;
  readonly all: ServedModels;
}

interface ModelsOfFolder {
  readonly folder: string;
  readonly models: ModelStore;
  readonly catalogue: Catalogue;
}

/** @throws PlatformError `no-data`; `data-mismatch` when one was made for another folder's items */
export async function modelsAtWork(parts: ModelsOfFolder): Promise<ModelsAtWork> {
  const { models } = parts;
  const serving = await models.serving();
  if (!serving) throw new PlatformError("no-data", "no model is in service; fit one with: inkling train");
  const ids = [serving.personal, ...serving.others, serving.coldStart];
  const manifests = await Promise.all(ids.map((id) => models.manifest(id)));
  for (const manifest of manifests) requireSameItems(parts, manifest);
  const all = new ServedModels(
    manifests.map(({ name, version, dimension }) => ({ name, version, hasVectors: dimension !== null })),
    (id) => models.load(id),
  );
  const [personal, coldStart] = await Promise.all([all.read(all.ids[0]!), all.read(all.ids.at(-1)!)]);
  return { personal, coldStart, all };
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
