import { PlatformError } from "#base";
import type { Catalogue } from "#events";
import { type ServedModel, ServedModels, vocabularyHash } from "#models";
import type { ModelManifest } from "./model-manifest.ts";
import type { Platform } from "./platform.ts";

/** The models that answer, ready to be asked. */
export interface ModelsAtWork {
  readonly personal: ServedModel;
  readonly coldStart: ServedModel;
  readonly all: ServedModels;
}

/**
 * Opens the models that the alias names; those that only answer on request are read when somebody asks.
 * @throws PlatformError `no-data` when none is in service; `data-mismatch` when one was made for another folder's items
 */
export async function openServedModels({
  models: store,
  catalogue,
}: Pick<Platform, "models" | "catalogue">): Promise<ModelsAtWork> {
  const serving = await store.serving();
  if (!serving) throw new PlatformError("no-data", "no model is in service; fit one with: inkling train");
  const ids = [serving.personal, ...serving.others, serving.coldStart];
  const manifests = await Promise.all(ids.map((id) => store.manifest(id)));
  for (const manifest of manifests) requireSameItems(manifest, catalogue);
  const all = new ServedModels(
    manifests.map(({ name, version, dimension }) => ({ name, version, hasVectors: dimension !== null })),
    (id) => store.load(id),
  );
  const [personal, coldStart] = await Promise.all([all.read(all.ids[0]!), all.read(all.ids.at(-1)!)]);
  return { personal, coldStart, all };
}

/** A model speaks of items by their rows, which mean something in the catalogue that it was made for only. */
function requireSameItems(manifest: ModelManifest, catalogue: Catalogue): void {
  const { name, version, itemCount, vocabularyHash: hash } = manifest;
  if (hash === null) return;
  const itemIds = catalogue.items().slice(0, itemCount);
  if (hash === vocabularyHash(itemIds.map(({ itemId }) => itemId))) return;
  throw new PlatformError(
    "data-mismatch",
    `${name}@${version} was made for other items than the catalogue has; fit it again with: inkling train ${name}`,
  );
}
