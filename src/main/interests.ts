import { modelReference, type ServedModels } from "#models";
import { type EngagementVectors, ItemKnowledge, UserInterests } from "#profiles";
import type { Platform } from "./platform.ts";

/** The model whose factors say which items the same people want. */
export const FACTORS_MODEL = "ials";
/** Small, for it stands beside tags and content. */
export const FACTORS_CONFIG = { embeddingSize: 32, epochs: 8 };

/** Interests of people, in the item space of the catalogue and of the factors in service, if there are any. */
export async function openInterests(
  parts: Pick<Platform, "isSensitive" | "state" | "catalogue" | "actions" | "purposes">,
  models: ServedModels,
): Promise<UserInterests> {
  const engagement = await factorsOf(models);
  const knowledge = new ItemKnowledge(parts.catalogue, { engagement, isSensitive: parts.isSensitive });
  return new UserInterests({ ...parts, knowledge });
}

async function factorsOf(models: ServedModels): Promise<EngagementVectors | undefined> {
  const id = models.ids.find(({ name }) => name === FACTORS_MODEL);
  if (!id) return undefined;
  const { itemFactors } = (await models.read(id)).model;
  return itemFactors && { version: modelReference(id.name, id.version), vectors: itemFactors };
}
