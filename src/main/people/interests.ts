import { monotonicMs } from "#base";
import type { Config } from "#declarations";
import { referenceOf, type ServedModel, type ServedModels } from "#models";
import { type EngagementVectors, ItemKnowledge, JourneyNames, UserInterests } from "#profiles";
import type { Platform } from "../platform.ts";
import { journeyWriter } from "./journey-writer.ts";

/** The model whose factors say which items the same people want. */
export const FACTORS_MODEL = "ials";
/** Small, for it stands beside tags and content. */
export const FACTORS_CONFIG = { embeddingSize: 32, epochs: 8 };

/** Interests of people, in the item space of the catalogue and of the factors in service, if there are any. */
export function openInterests(
  parts: Pick<Platform, "isSensitive" | "state" | "catalogue" | "actions" | "purposes"> & {
    readonly config: Pick<Config, "topics" | "journeyNaming">;
  },
  engagement: EngagementVectors | undefined,
): UserInterests {
  const { isSensitive, config } = parts;
  const { topics: { parents = {} } = {}, journeyNaming } = config;
  const knowledge = new ItemKnowledge(parts.catalogue, { engagement, isSensitive, parents });
  const journeyNames =
    journeyNaming &&
    new JourneyNames({ write: journeyWriter(journeyNaming, process.env), isSensitive, nowMs: monotonicMs });
  return new UserInterests({ ...parts, knowledge, journeyNames });
}

/** What the models say of which items the same people want, where one does. */
export async function factorsIn(models: ServedModels): Promise<EngagementVectors | undefined> {
  const id = models.ids.find(({ name }) => name === FACTORS_MODEL);
  return id && factorsOf(await models.of(id));
}

/** The factors of items of a model that has any. */
export function factorsOf(served: ServedModel): EngagementVectors | undefined {
  const { itemFactors } = served.model;
  return itemFactors && { version: referenceOf(served), vectors: itemFactors };
}
