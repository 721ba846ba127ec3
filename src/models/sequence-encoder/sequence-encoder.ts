import { PlatformError } from "#base";
import { type AskedContext, type History, historyOf, type Interactions } from "#sequences";
import { input, type NamedTensor, Network } from "#tensor";
import type { Model } from "../model.ts";
import { readModelFile } from "../model-file.ts";
import { columnSums, engagementsOf } from "../sparse-rows.ts";
import { ContentPart, contentBags, foldContent } from "./content-bags.ts";
import { ContentVocabulary } from "./content-vocabulary.ts";
import { type EncoderConfig, encodeVectors, INPUT_TABLE, OUTPUT_TABLE } from "./encoder-network.ts";
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
import { type StartConfig, sharedFacts } from "./start-token.ts";
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
    const sizes = { ...sizesOf(data), start: startOf(config, data) };
    const counts = columnSums(engagementsOf(data));
    const { items = [] } = data;
    const vocabulary = config.content === "ignored" ? undefined : ContentVocabulary.of(items, config.content);
    const network = networkConfig(config, sizes, vocabulary && contentBags(items, vocabulary));
    const positives = positivesOf(config, data.actionNames);
    const lesson = lessonOf(data, {
      wantsShown: config.impressionWeight > 0,
      isStart: sizes.start !== undefined,
    });
    const weights = await learn({ ...lesson, network, positives }, config, context);
    const { part, others } = vocabulary
      ? ContentPart.of(vocabulary, weights, config.embeddingSize)
      : { part: undefined, others: weights };
    const folded = part ? foldContent(others, part, items, (item) => counts[item]! > 0) : others;
    return fittedOf(config, networkConfig(config, sizes), { counts, weights: folded, content: part });
  },

  load(bytes) {
    const file = readModelFile(bytes, sequenceEncoder.name, settingLimits);
    const { config } = file;
    checkSettings(config);
    const counts = file.floats("counts");
    const [actions = 0, surfaces = 0] = file.floats("code_counts");
    const start = file.json<StartConfig>("start");
    const network = networkConfig(config, { items: counts.length, actions, surfaces, start });
    const D = config.embeddingSize;
    const described = new Network({ isTraining: false });
    encodeVectors(described, network, input("vectors", ["B", "T", D]));
    const tables = [INPUT_TABLE, ...(config.output === "separate" ? [OUTPUT_TABLE] : [])];
    const shapes = [
      ...Array.from(described.parameters, ([name, { shape }]) => [name, shape] as const),
      ...tables.map((name) => [name, [counts.length, D]] as const),
    ];
    const weights = shapes.map(([name, shape]) => [name, { shape, values: file.floats(name) }]);
    const content = ContentPart.read(file, D);
    return fittedOf(config, network, { counts, weights: Object.fromEntries(weights), content });
  },
};

interface Learned {
  readonly counts: Float32Array;
  readonly weights: Readonly<Record<string, NamedTensor>>;
  readonly content: ContentPart | undefined;
}

function fittedOf(
  config: SequenceEncoderConfig,
  network: EncoderConfig,
  { counts, weights, content }: Learned,
): FittedEncoder {
  const { [INPUT_TABLE]: table, [OUTPUT_TABLE]: output, ...others } = weights;
  const items = {
    width: config.embeddingSize,
    input: table!.values as Float32Array, // as is every weight
    output: output?.values as Float32Array | undefined,
    isCosine: config.similarity === "cosine",
    content,
  };
  return new FittedEncoder({
    ...{ name: sequenceEncoder.name, config, network, counts, items },
    weights: others,
  });
}

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

/** What to tell people apart by who come without a history; nothing where it is not asked for, or all that is known is what they did. */
function startOf({ coldStart }: SequenceEncoderConfig, data: Interactions): StartConfig | undefined {
  if (coldStart === "popular") return undefined;
  const facts = sharedFacts(data.contexts ?? []);
  const { surfaces } = sizesOf(data);
  return facts.length > 0 || surfaces > 0 || data.timestampsMs ? { facts, surfaces } : undefined;
}

/**
 * What everybody with at least two engagements did, oldest first, and what they were shown, where that is wanted and known. Of those who
 * did one thing, where they came from tells what they came for.
 */
function lessonOf(
  data: Interactions,
  { wantsShown, isStart }: { readonly wantsShown: boolean; readonly isStart: boolean },
): Pick<Lesson, "sequences" | "shown" | "contexts"> {
  const sequences: History[] = [];
  const shown: History[] = [];
  const contexts: (AskedContext | undefined)[] = [];
  const { impressions } = wantsShown ? data : {};
  for (let user = 0; user < data.userCount; user++) {
    const sequence = windowOf(
      historyOf(data, user),
      (item) => item < data.itemCount,
      Number.POSITIVE_INFINITY,
    );
    if (sequence.itemRows.length < (isStart ? 1 : 2)) continue;
    sequences.push(sequence);
    contexts.push(data.contexts?.[user]);
    if (impressions) shown.push(historyOf(impressions, user));
  }
  const isEnough = sequences.some(({ itemRows }) => itemRows.length > 1);
  if (isEnough) return { sequences, shown: impressions && shown, contexts };
  throw new PlatformError("no-data", "sequence-encoder needs somebody with two engagements or more.");
}
