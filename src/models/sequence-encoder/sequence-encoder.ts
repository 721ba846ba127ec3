import { PlatformError } from "#base";
import { type History, historyOf, type Interactions } from "#sequences";
import { Network } from "#tensor";
import type { Model } from "../model.ts";
import { readModelFile } from "../model-file.ts";
import { columnSums, engagementsOf } from "../sparse-rows.ts";
import { encodeItems } from "./encoder-network.ts";
import { FittedEncoder } from "./fitted-encoder.ts";
import { type Lesson, learn } from "./learn.ts";
import {
  checkSettings,
  defaultSettings,
  networkConfig,
  type SequenceEncoderConfig,
  settingLimits,
  type VocabularySizes,
} from "./settings.ts";
import { foldTags, tagBags } from "./tag-bags.ts";
import { windowOf } from "./window.ts";

/**
 * @file A causal transformer reads what a person engaged with in order, and its state after the newest engagement is held
 * against every item. As it comes it is SASRec (Kang and McAuley 2018, "Self-Attentive Sequential Recommendation"); where we
 * differ: blocks normalise before each part rather than after, and the loss is the cross-entropy over *all* items at every
 * position, which closes most of the gap to newer models (Klenitskiy and Vasilev 2023, "Turning Dross Into Gold Loss").
 * Settings make it others: `settings.ts` lists them, docs/decisions/0021-sequence-encoder.md says why and what they did.
 */
export const sequenceEncoder: Model<SequenceEncoderConfig> = {
  name: "sequence-encoder",
  title: "A transformer that reads what a person did in order",
  defaults: defaultSettings,

  async fit(data, config, context) {
    checkSettings(config);
    const sizes = sizesOf(data);
    const counts = columnSums(engagementsOf(data));
    const tags = config.tags === "read" && data.itemTags ? tagBags(data.itemTags) : undefined;
    const network = networkConfig(config, sizes, tags);
    const positives = positivesOf(config, data.actionNames);
    const { sequences, shown } = sequencesOf(data, config.impressionWeight > 0);
    const weights = await learn({ sequences, shown, network, positives }, config, context);
    const own = tags ? foldTags(weights, tags, (item) => counts[item]! > 0) : weights;
    return new FittedEncoder(sequenceEncoder.name, config, networkConfig(config, sizes), counts, own);
  },

  load(bytes) {
    const file = readModelFile(bytes, sequenceEncoder.name, settingLimits);
    const { config } = file;
    checkSettings(config);
    const counts = file.floats("counts");
    const [actions = 0, surfaces = 0] = file.floats("code_counts");
    const network = networkConfig(config, { items: counts.length, actions, surfaces });
    const described = new Network({ isTraining: false });
    encodeItems(described, network);
    const weights = Array.from(described.parameters, ([name, { shape }]) => [
      name,
      { shape, values: file.floats(name) },
    ]);
    return new FittedEncoder(sequenceEncoder.name, config, network, counts, Object.fromEntries(weights));
  },
};

/** Codes in use, where the data has no names for them. */
function sizesOf({ itemCount, actions, actionNames, surfaces, surfaceNames }: Interactions): VocabularySizes {
  const codesOf = (codes: Uint8Array | undefined, names: readonly string[] | undefined) =>
    names?.length ?? codes?.reduce((most, code) => Math.max(most, code + 1), 0) ?? 0;
  return {
    items: itemCount,
    actions: codesOf(actions, actionNames),
    surfaces: codesOf(surfaces, surfaceNames),
  };
}

/**
 * 1 at the code of each action worth predicting; undefined when all are.
 * @throws PlatformError `invalid-config` naming an action that the data does not have
 */
function positivesOf(
  { positives }: SequenceEncoderConfig,
  actionNames: readonly string[] = [],
): Uint8Array | undefined {
  if (positives === "") return undefined;
  const wanted = positives.split(",");
  const missing = wanted.find((name) => !actionNames.includes(name));
  if (missing !== undefined)
    throw new PlatformError(
      "invalid-config",
      `sequence-encoder: "positives" has "${missing}"; the actions here are ${actionNames.join(", ") || "not known"}.`,
    );
  return Uint8Array.from(actionNames, (name) => (wanted.includes(name) ? 1 : 0));
}

/** What everybody with at least two engagements did, oldest first, and what they were shown, where that is wanted and known. */
function sequencesOf(data: Interactions, wantsShown: boolean): Pick<Lesson, "sequences" | "shown"> {
  const sequences: History[] = [];
  const shown: History[] = [];
  const { impressions } = wantsShown ? data : {};
  for (let user = 0; user < data.userCount; user++) {
    const sequence = windowOf(historyOf(data, user), data.itemCount, Number.POSITIVE_INFINITY);
    if (sequence.itemRows.length < 2) continue;
    sequences.push(sequence);
    if (impressions) shown.push(historyOf(impressions, user));
  }
  if (sequences.length > 0) return { sequences, shown: impressions && shown };
  throw new PlatformError("no-data", "sequence-encoder needs somebody with two engagements or more.");
}
