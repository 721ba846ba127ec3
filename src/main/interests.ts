import { monotonicMs } from "#base";
import type { Config } from "#declarations";
import { modelReference, type ServedModels } from "#models";
import { type EngagementVectors, ItemKnowledge, JourneyNames, UserInterests } from "#profiles";
import { journeyWriter } from "./journey-writer.ts";
import type { Platform } from "./platform.ts";

/** The model whose factors say which items the same people want. */
export const FACTORS_MODEL = "ials";
/** Small, for it stands beside tags and content. */
export const FACTORS_CONFIG = { embeddingSize: 32, epochs: 8 };

/** Interests of people, in the item space of the catalogue and of the factors in service, if there are any. */
export async function openInterests(
  parts: Pick<Platform, "isSensitive" | "state" | "catalogue" | "actions" | "purposes"> & {
    readonly config: Pick<Config, "topics" | "journeyNaming">;
  },
  models: ServedModels,
): Promise<UserInterests> {
  const engagement = await factorsOf(models);
  const { isSensitive, config } = parts;
  const { topics: { parents = {} } = {}, journeyNaming } = config;
  const knowledge = new ItemKnowledge(parts.catalogue, { engagement, isSensitive, parents });
  const journeyNames =
    journeyNaming &&
    new JourneyNames({ write: journeyWriter(journeyNaming, process.env), isSensitive, nowMs: monotonicMs });
  return new UserInterests({ ...parts, knowledge, journeyNames });
}

async function factorsOf(models: ServedModels): Promise<EngagementVectors | undefined> {
  const id = models.ids.find(({ name }) => name === FACTORS_MODEL);
  if (!id) return undefined;
  const { itemFactors } = (await models.read(id)).model;
  return itemFactors && { version: modelReference(id.name, id.version), vectors: itemFactors };
}
