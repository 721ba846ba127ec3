import { PlatformError } from "#base";
import type { Interactions, ItemContent } from "#sequences";
import type { NamedTensor } from "#tensor";
import { type FitContext, LEARNED_SHARE, type Model } from "../model.ts";
import { readModelFile } from "../model-file.ts";
import { ContentPart, contentBags } from "../sequence-encoder/content-bags.ts";
import { ContentVocabulary } from "../sequence-encoder/content-vocabulary.ts";
import { SPAN_FEATURES } from "../sequence-encoder/time-features.ts";
import { columnSums, engagementsOf } from "../sparse-rows.ts";
import { actsOf, headsOf } from "./acts.ts";
import { ConditionMeanings } from "./condition-meanings.ts";
import { ContentLikeness } from "./content-likeness.ts";
import { factCount, STATES } from "./facts.ts";
import { FittedRanker } from "./fitted-ranker.ts";
import type { RowChoice } from "./history-rows.ts";
import { ItemStatistics } from "./item-statistics.ts";
import { learn } from "./learn.ts";
import { type AskedFeatures, type BatchOptions, type Lesson, lessonOf } from "./lesson.ts";
import { answeringNetwork, type RankerShape } from "./ranker-network.ts";
import { type Requests, requestsOf } from "./requests.ts";
import { checkRetrieval, retrieverNames, withRetrieved } from "./retrieval.ts";
import {
  checkSettings,
  defaultSettings,
  formerSettings,
  namesIn,
  type RankerConfig,
  settingLimits,
} from "./settings.ts";
import { type ToldConditions, toldConditions } from "./told-conditions.ts";
import { weightsOf } from "./weights-text.ts";

/**
 * @file P(action | person's history, candidate, context) for every declared action, hides included (TransAct, Xia et al. 2023): the newest
 * acts with what was done, where and how long ago; a stretch of time just before each request hidden at random while learning, so that the
 * model does not only chase the last minutes; first columns and maximum of the history, a cross network over everything known, a head
 * for each action, each calibrated. Where we differ: as it comes, the history is encoded once and candidates attend to it (PinFM, 2025), because
 * a transformer for every candidate is too dear for a CPU. `docs/decisions/0037-ranker.md` says what that costs.
 */
export const ranker: Model<RankerConfig> = {
  name: "ranker",
  title: "A network that says how likely a person is to do each action with given items",
  defaults: defaultSettings,
  isRanker: true,

  async fit(data, config, context) {
    checkSettings(config);
    const { lesson, options } = await prepare(data, config, context);
    return fitLesson(data, lesson, options, config, context);
  },

  load(bytes) {
    const file = readModelFile(bytes, ranker.name, settingLimits, formerSettings);
    const { config } = file;
    checkSettings(config);
    const heads = headNames(file.metadata["heads"]);
    const counts = file.floats("counts");
    const names = featureNames(config);
    const [actions = 0, surfaces = 0] = file.floats("code_counts");
    const conditions = file.metadata["conditions"] === "read";
    const sizes = { items: counts.length, heads: heads.length, actions, surfaces, conditions };
    const shape = shapeOf(config, sizes);
    const { network } = answeringNetwork(shape);
    const weights = Array.from(network.parameters, ([name, described]): [string, NamedTensor] => [
      name,
      { shape: described.shape, values: file.floats(name) },
    ]);
    const codes = file.floats("read_codes");
    const part = ContentPart.read(file, config.embeddingSize);
    const lines = file.floats("calibration");
    return new FittedRanker({
      ...{ name: ranker.name, config, shape, heads, counts },
      retrievers: retrieverNames(config),
      declared: names.length > 0 ? { names, version: file.metadata["features"] ?? "" } : undefined,
      part,
      meanings: part && conditions ? ConditionMeanings.read(file, part.vocabulary) : undefined,
      likeness: ContentLikeness.read(file),
      rows: {
        ...{ maxLength: config.maxLength, nearest: config.nearest },
        codes: codes.length > 0 ? new Set(codes) : undefined,
      },
      strengths: file.floats("strengths"),
      weights: Object.fromEntries(weights),
      table: file.floats("table"),
      calibration: heads.map((_, head) => ({ slope: lines[2 * head]!, offset: lines[2 * head + 1]! })),
      scale: { means: file.floats("fact_means"), factors: file.floats("fact_factors") },
      statistics: new ItemStatistics(shape.items, heads.length, {
        shown: file.floats("shown"),
        counts: file.floats("acts"),
        recent: file.floats("recent"),
        firstDay: file.floats("first_day"),
        asOfDay: file.floats("as_of_day")[0] ?? 0,
      }),
    });
  },
};

/** What is learned from, and how it is read. */
export interface Prepared {
  readonly lesson: Lesson;
  readonly options: BatchOptions;
}

/** Requests of the data with all that is known at each. @throws PlatformError `no-data`, `invalid-config` */
export async function prepare(
  data: Interactions,
  config: RankerConfig,
  { random, features, retrieval }: Pick<FitContext, "random" | "features" | "retrieval">,
): Promise<Prepared> {
  const acts = actsOf(data);
  const heads = headsOf(acts, config.heads, (name) => notThere("heads", name, data));
  const names = retrieverNames(config);
  checkRetrieval(names, retrieval);
  const asked = names.length > 0 ? retrieval : undefined;
  const seed = random.uint32();
  const from = { ms: asked?.untilMs ?? Number.NEGATIVE_INFINITY, share: asked ? LEARNED_SHARE : 0 };
  const drawn = requestsOf(data, acts, { ...config, heads, seed, from });
  const areShown = data.impressions !== undefined;
  const { requests, scores } = asked
    ? await withRetrieved(drawn, acts, asked, { ...config, areShown, seed })
    : { requests: drawn };
  if (requests.users.length === 0 || heads.names.length === 0)
    throw new PlatformError(
      "no-data",
      "ranker needs people who did something with what they were shown, or engaged with.",
    );
  const declared = await askFeatures(requests, featureNames(config), features);
  const content = descriptionsOf(data, config);
  const told = toldOf(data, requests, content, config);
  const lesson = lessonOf({ acts, impressions: data.impressions }, requests, heads, {
    features: declared,
    found: scores && { names, scores },
    told,
  });
  return { lesson, options: optionsOf(data, lesson, content, config) };
}

/** What lists were about; undefined where no impression says it, or it is not asked for. */
function toldOf(
  { impressions, itemCount }: Interactions,
  { abouts }: Requests,
  content: BatchOptions["content"],
  { conditions: choice }: RankerConfig,
): ToldConditions | undefined {
  const { conditions } = impressions ?? {};
  if (!conditions || choice === "ignored") return undefined;
  return toldConditions(conditions, new Set(abouts), content, itemCount);
}

function featureNames({ features }: RankerConfig): readonly string[] {
  return namesIn(features);
}

/** What is declared of people and items just before each request: an act that is the answer is in none of it. */
async function askFeatures(
  { users, timesMs, offsets, candidates }: Requests,
  names: readonly string[],
  features: FitContext["features"],
): Promise<AskedFeatures | undefined> {
  if (names.length === 0) return undefined;
  if (!features)
    throw new PlatformError(
      "invalid-config",
      `ranker: "features" has ${names.join(", ")}, and no features are declared where this is fitted.`,
    );
  const version = features.versionOf(names);
  const rows = {
    users: new Uint32Array(candidates.length),
    items: candidates,
    timesMs: new Float64Array(candidates.length),
  };
  for (const [request, user] of users.entries()) {
    rows.users.fill(user, offsets[request]!, offsets[request + 1]!);
    rows.timesMs.fill(timesMs[request]! - 1, offsets[request]!, offsets[request + 1]!);
  }
  return { names, version, values: await features.at(names, rows) };
}

function optionsOf(
  data: Interactions,
  { heads, told }: Lesson,
  content: BatchOptions["content"],
  config: RankerConfig,
): BatchOptions {
  const codesIn = (codes: Uint8Array | undefined, names: readonly string[] = []): number =>
    Math.max(names.length, codes?.reduce((most, code) => Math.max(most, code + 1), 0) ?? 0);
  const shape = shapeOf(config, {
    items: data.itemCount,
    heads: heads.names.length,
    actions: codesIn(data.actions, data.actionNames),
    surfaces: codesIn(data.surfaces, data.surfaceNames),
    conditions: told !== undefined,
  });
  const nearest = config.nearest > 0 && content && ContentLikeness.of(content.bags, data.itemCount);
  return {
    shape,
    content: told?.content ?? content,
    rows: {
      ...{ maxLength: config.maxLength, nearest: config.nearest },
      isKnown: (item) => item < data.itemCount,
      likeness: told?.likeness ?? (nearest || undefined),
      codes: readCodes(data, config),
    },
    headWeights: weightsOf("headWeights", config.headWeights, heads.names),
    stateWeights: weightsOf("stateWeights", config.stateWeights, STATES),
  };
}

/** Learns what was prepared; `data` is asked how often items were engaged with. */
async function fitLesson(
  data: Interactions,
  lesson: Lesson,
  options: BatchOptions,
  config: RankerConfig,
  context: FitContext,
): Promise<FittedRanker> {
  const { table, ...learned } = await learn(lesson, options, config, context);
  const { heads, scale, statistics, told } = lesson;
  const { rows, shape } = options;
  return new FittedRanker({
    ...{ name: ranker.name, config, shape, scale, statistics, rows, ...learned },
    table: table.slice(0, (shape.items + 1) * shape.embeddingSize),
    likeness: rows.likeness,
    meanings: told?.meanings,
    declared: lesson.declared,
    retrievers: lesson.retrievers,
    heads: heads.names,
    strengths: heads.strengths,
    counts: columnSums(engagementsOf(data)),
  });
}

/** What the items are described by, and a last row for no item; undefined where nothing is said, or it is not asked for. */
function descriptionsOf(
  { itemCount, items = [] }: Interactions,
  { content }: RankerConfig,
): BatchOptions["content"] {
  const vocabulary = content === "ignored" ? undefined : ContentVocabulary.of(items, content);
  const all = Array.from({ length: itemCount + 1 }, (_, item): ItemContent => items[item] ?? {});
  return vocabulary && { vocabulary, bags: contentBags(all, vocabulary) };
}

type Sizes = Pick<RankerShape, "items" | "heads" | "actions" | "surfaces" | "conditions">;

function shapeOf(config: RankerConfig, sizes: Sizes): RankerShape {
  const { embeddingSize, fusion, blocks, crossings, columns, dropout, crossLayers, idDropout } = config;
  const numbers = {
    times: SPAN_FEATURES,
    facts: factCount(sizes.heads, {
      declared: featureNames(config).length,
      retrievers: retrieverNames(config).length,
      conditions: sizes.conditions,
    }),
  };
  return {
    embeddingSize,
    fusion,
    blocks,
    crossings,
    columns,
    dropout,
    crossLayers,
    idDropout,
    ...numbers,
    ...sizes,
  };
}

/** Codes of the actions that are read; undefined for all. */
function readCodes({ actionNames = [], ...data }: Interactions, { reads }: RankerConfig): RowChoice["codes"] {
  if (reads === "") return undefined;
  return new Set(
    reads.split(",").map((name) => {
      const code = actionNames.indexOf(name);
      if (code < 0) throw notThere("reads", name, { ...data, actionNames });
      return code;
    }),
  );
}

function notThere(
  setting: string,
  name: string,
  { actionNames = [] }: Pick<Interactions, "actionNames">,
): PlatformError {
  const known = actionNames.filter((known) => known !== "").join(", ") || "not known";
  return new PlatformError(
    "invalid-config",
    `ranker: "${setting}" has "${name}", of which there is none or too little; the actions here are ${known}.`,
  );
}

function headNames(text = "[]"): readonly string[] {
  return JSON.parse(text) as string[]; // written by `serialize`
}
