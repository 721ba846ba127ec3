import type { ModelBody } from "#api";
import { PlatformError } from "#base";
import type { ModelId, ModelRoles } from "#models";
import type { ModelManifest } from "./model-manifest.ts";
import type { ModelStore, ServingAlias, StoredModel } from "./model-store.ts";

/** All models of a folder as the API says them, and the command line with it. `serving`: what answers; default: what the folder says does. */
export async function readModelBodies(store: ModelStore, serving?: ModelRoles): Promise<ModelBody[]> {
  const manifests = await store.list();
  const alias = serving ?? (await store.serving());
  return manifests.map((manifest) => bodyOf(manifest, alias));
}

/**
 * The model called `name@version`, or the newest version called `name`.
 * @throws PlatformError `unknown-model`, listing those there are
 */
export function bodyNamed(models: readonly ModelBody[], reference: string): ModelBody {
  const found = models.findLast(({ name, version }) => [name, `${name}@${version}`].includes(reference));
  if (found) return found;
  const known = models.map(({ name, version }) => `${name}@${version}`).join(", ") || "none";
  throw new PlatformError("unknown-model", `No model is called "${reference}"; there are ${known}.`);
}

function bodyOf(manifest: StoredModel, alias: ServingAlias | undefined): ModelBody {
  const {
    name,
    version,
    kind,
    madeAt,
    refitOf,
    config,
    seed,
    vocabularyHash,
    metrics,
    curve,
    fitSeconds,
    code,
  } = manifest;
  const { dataFromMs, dataUntilMs, dimension, bytes, inputs, outputs } = manifest;
  return {
    ...{ name, version, kind, serves: servesAs(manifest, alias), madeAt },
    ...{ refitOf, config, seed },
    data: {
      from: dataFromMs === null ? null : new Date(dataFromMs).toISOString(),
      until: new Date(dataUntilMs).toISOString(),
      users: manifest.userCount,
      items: manifest.itemCount,
      interactions: manifest.interactionCount,
      logOffsets: manifest.logOffsets.map((offsets) => [...offsets]),
    },
    ...{ vocabularyHash, metrics, fitSeconds, code, dimension, bytes },
    curve: [...curve],
    inputs: inputs.map((tensor) => ({ ...tensor, shape: [...tensor.shape] })),
    outputs: outputs.map((tensor) => ({ ...tensor, shape: [...tensor.shape] })),
  };
}

function servesAs({ name, version }: ModelManifest, alias: ServingAlias | undefined): string | null {
  const isThis = (id: ModelId): boolean => id.name === name && id.version === version;
  if (!alias) return null;
  if (isThis(alias.personal)) return "personal";
  if (isThis(alias.coldStart)) return "cold-start";
  return alias.others.some(isThis) ? "on-request" : null;
}
