/**
 * @file The ways to meet a history, one after the other as they were published (TransAct, Xia et al. 2023, table 3), each learned and asked the same:
 * HIT@3 by utility and AUC of each action, with intervals over people; of saves also by where lists were shown. On the world, of the last week, learned from what was before; of planted people, of
 * a fifth of them, learned from the others; or on Deskdrop likewise, every engagement among items that others engaged with within a day of it. Rungs beside
 * the published ones say how much there is to know from the order of acts (what was done in each history changes places at random, times stand still), what it is worth to be told what lists are about and, of the
 * world, how far any ranker could come: the true chances of everything but where in the list an item stood and what else of it was shown lately.
 */
import { join } from "node:path";
import { DAY_MS, murmur3, Random } from "#base";
import {
  createWorld,
  datasetNamed,
  evaluationViewOf,
  type World,
  type WorldConfig,
  type WorldPreset,
  worldPresets,
} from "#datasets";
import { type AnsweredRequests, hitDifference, requestMetrics } from "#evaluation";
import {
  answersTo,
  type Lesson,
  labelsOf,
  learnRanker,
  prepareRanker,
  type RankerConfig,
  rankerDefaults,
} from "#models";
import { historyAt, type Interactions, interactionsFromLog } from "#sequences";
import { importSource, runsOf } from "../src/main/datasets/import-source.ts";
import { loadDataset } from "../src/main/datasets/sources.ts";
import { Platform } from "../src/main/platform.ts";
import { plantedPeople } from "../src/models/ranker/planted.cases.ts";
import { withTemporaryFolder } from "../test/server-process.ts";
import type { Bench, BenchResult } from "./bench.ts";

interface Options extends Record<string, number | boolean> {
  /** Deskdrop in place of the world. */
  readonly deskdrop: boolean;
  /** So many planted people in place of the world: they save one kind of item and hide another. */
  readonly planted: number;
  /** Of the world: the tiny one. */
  readonly tinyWorld: boolean;
  /** So many people of the world's second form, whose interests are born and fade, in place of the small world. */
  readonly living: number;
  readonly requests: number;
  readonly epochs: number;
  readonly embeddingSize: number;
  readonly maxLength: number;
  /** Items beside each that was engaged with, where impressions are not known. */
  readonly negatives: number;
  readonly learningRate: number;
  /** Other people are asked, of the world the week before, and those of the test are left out. */
  readonly validation: boolean;
  /** First rung and how many, to run a part; the average is always there, to hold them against. */
  readonly from: number;
  readonly rungs: number;
  readonly seed: number;
}

export const bench: Bench<Options> = {
  title: "the published ladder of rankers: HIT@3 by utility and AUC of each action",
  defaults: {
    deskdrop: false,
    planted: 0,
    tinyWorld: false,
    living: 0,
    requests: 30_000,
    epochs: 2,
    embeddingSize: 32,
    maxLength: 50,
    negatives: 9,
    learningRate: rankerDefaults.learningRate,
    validation: false,
    from: 0,
    rungs: 16,
    seed: 1,
  },
  tiny: {
    deskdrop: false,
    planted: 0,
    tinyWorld: true,
    living: 0,
    requests: 400,
    epochs: 1,
    embeddingSize: 8,
    maxLength: 8,
    negatives: 3,
    learningRate: rankerDefaults.learningRate,
    validation: false,
    from: 15,
    rungs: 1,
    seed: 1,
  },
  run: measure,
};

/** What differs from the ranker that serves. `positives`: the history has no hides, or, on Deskdrop, no mere views. */
const RUNGS: readonly {
  readonly name: string;
  readonly set: Partial<RankerConfig>;
  readonly positives?: true;
  readonly shuffled?: true;
  /** Nothing is learned: the world says. */
  readonly truth?: true;
}[] = [
  { name: "none", set: { fusion: "none" } },
  { name: "average", set: { fusion: "average" } },
  { name: "pooled", set: { fusion: "pooled" } },
  { name: "append", set: { fusion: "append" } },
  { name: "early", set: { fusion: "early" } },
  { name: "cross", set: { fusion: "cross" } },
  { name: "crossUnmasked", set: { fusion: "cross", maskHours: 0 } },
  { name: "earlyUnmasked", set: { fusion: "early", maskHours: 0 } },
  { name: "crossPositives", set: { fusion: "cross" }, positives: true },
  { name: "earlyPositives", set: { fusion: "early" }, positives: true },
  { name: "averageUnmasked", set: { fusion: "average", maskHours: 0 } },
  { name: "averageShuffled", set: { fusion: "average", maskHours: 0 }, shuffled: true },
  { name: "crossShuffled", set: { fusion: "cross", maskHours: 0 }, shuffled: true },
  { name: "averageUntold", set: { fusion: "average", conditions: "ignored" } },
  { name: "crossUntold", set: { fusion: "cross", conditions: "ignored" } },
  { name: "truth", set: {}, truth: true },
];
const POSITIVES = {
  planted: "save",
  world: "close-up,save,click,share",
  deskdrop: "like,bookmark,comment,follow",
};
const UNTOLD = "Untold";
const TEST_DAYS = 7;
const PLANTED_LISTS = 8;

async function measure(options: Options, say: (line: string) => void): Promise<BenchResult> {
  const { data, positives, truth } = await dataOf(options);
  const metrics: Record<string, number> = {};
  const compared: Record<string, number> = {};
  const answered = new Map<string, AnsweredLists>();
  const asked = RUNGS.slice(options.from, options.from + options.rungs);
  for (const { name, set, ...rung } of RUNGS.filter(
    (rung) => rung.name === "average" || (asked.includes(rung) && (!rung.truth || truth)),
  )) {
    const { requests: maxRequests, epochs, embeddingSize, maxLength, negatives, learningRate } = options;
    const config: RankerConfig = {
      ...rankerDefaults,
      ...{ maxRequests, epochs, embeddingSize, maxLength, negatives, learningRate, outcomeHours: 24 },
      ...{ popularNegatives: 1, negativeHours: 24 }, // of what others did at about the same time: news of any other day is told by its age
      ...set,
      reads: rung.positives ? positives : "",
    };
    const cpu = process.cpuUsage();
    const own = await answersOf(data, config, options, {
      isShuffled: rung.shuffled ?? false,
      known: rung.truth && truth,
    });
    const { user, system } = process.cpuUsage(cpu);
    answered.set(name, own);
    metrics[`${name} cpuSeconds`] = (user + system) / 1e6;
    for (const part of partsOf(own))
      for (const figures of requestMetrics(part.lists, options.seed)) {
        const { head, hitAt3, hitAt3Interval, areaUnderCurve, calibrationError, lists } = figures;
        if (part.heads && !part.heads.includes(head)) continue;
        const of = `${head}${part.where}`;
        metrics[`${name} hitAt3 ${of}`] = hitAt3;
        metrics[`${name} hitAt3 ${of} low`] = hitAt3Interval.low;
        metrics[`${name} hitAt3 ${of} high`] = hitAt3Interval.high;
        metrics[`${name} auc ${of}`] = areaUnderCurve;
        metrics[`${name} calibrationError ${of}`] = calibrationError;
        metrics[`lists ${of}`] = lists;
        say(
          `${name} ${of}: HIT@3 ${hitAt3.toFixed(4)} (${hitAt3Interval.low.toFixed(4)} to ${hitAt3Interval.high.toFixed(4)}), AUC ${areaUnderCurve.toFixed(4)}, calibration error ${calibrationError.toFixed(4)}`,
        );
      }
    const average = answered.get("average");
    if (average && name !== "average") compare(name, own, "average", average);
    const ordered = rung.shuffled && answered.get(`${set.fusion}Unmasked`);
    if (ordered) compare(name, own, `${set.fusion}Unmasked`, ordered); // what the order of acts is worth
    const early = answered.get("early");
    if (early && name === "cross") compare(name, own, "early", early); // what it costs to encode once
    const told = name.endsWith(UNTOLD) && answered.get(name.slice(0, -UNTOLD.length));
    if (told) compare(name.slice(0, -UNTOLD.length), told, name, own); // what it is worth to be told
  }
  return { metrics, compared };

  function compare(name: string, own: AnsweredLists, than: string, other: AnsweredLists): void {
    const others = partsOf(other);
    for (const [part, { lists, where, heads = own.heads }] of partsOf(own).entries())
      for (const head of heads) {
        const at = own.heads.indexOf(head);
        const { difference, interval } = hitDifference(lists, others[part]!.lists, at, options.seed);
        const label = `${name} less ${than}, hitAt3 ${head}${where}`;
        compared[label] = difference;
        compared[`${label} low`] = interval.low;
        compared[`${label} high`] = interval.high;
        say(
          `  ${label}: ${difference.toFixed(4)} (${interval.low.toFixed(4)} to ${interval.high.toFixed(4)})`,
        );
      }
  }
}

interface AnsweredLists extends AnsweredRequests {
  /** (n) where each was shown. */
  readonly surfaces: readonly string[];
}

interface Part {
  readonly lists: AnsweredRequests;
  /** In the names of figures. */
  readonly where: string;
  /** Those that figures are of; all when absent. */
  readonly heads?: readonly string[];
}

/** All lists, and those of each surface where there are several, of saves alone. */
function partsOf(answered: AnsweredLists): Part[] {
  const { surfaces, heads: names } = answered;
  const several = new Set(surfaces).size > 1 ? [...new Set(surfaces)].sort() : [];
  const heads = names.filter((name) => name === "save");
  const own = several.map((surface) => ({
    ...{ lists: listsOf(answered, surface), where: ` in ${surface}`, heads },
  }));
  return [{ lists: answered, where: "" }, ...own];
}

function listsOf(
  { users, offsets, surfaces, heads, labels, probabilities, utilities }: AnsweredLists,
  surface: string,
): AnsweredRequests {
  const chosen = [...surfaces.keys()].filter((list) => surfaces[list] === surface);
  const items = chosen.flatMap((list) =>
    Array.from({ length: offsets[list + 1]! - offsets[list]! }, (_, at) => offsets[list]! + at),
  );
  const ends = [0];
  for (const list of chosen) ends.push(ends.at(-1)! + offsets[list + 1]! - offsets[list]!);
  const each = (values: ArrayLike<number>): number[] =>
    items.flatMap((item) => heads.map((_, head) => values[item * heads.length + head]!));
  return {
    users: chosen.map((list) => users[list]!),
    offsets: ends,
    heads,
    labels: each(labels),
    probabilities: each(probabilities),
    utilities: Float32Array.from(items, (item) => utilities[item]!),
  };
}

async function answersOf(
  data: Interactions,
  config: RankerConfig,
  { deskdrop, planted, seed, validation }: Options,
  { isShuffled, known }: { readonly isShuffled: boolean; readonly known: Known | undefined },
): Promise<AnsweredLists> {
  const context = { random: Random.of(seed, "ladder"), progress: () => {}, threads: 1 };
  const { lesson: asMade, options } = await prepareRanker(data, config, context);
  const { users, timesMs, offsets, surfaces } = asMade.requests;
  const newest = timesMs.reduce((latest, timeMs) => Math.max(latest, timeMs), 0);
  const lesson = isShuffled ? withShuffledHistories(asMade, config, seed) : asMade;
  const fifthOf = (request: number): number => murmur3(`person ${users[request]}`) % 5;
  const weeksBack = (request: number): number =>
    Math.floor((newest - timesMs[request]!) / (TEST_DAYS * DAY_MS));
  const partOf = deskdrop || planted > 0 ? fifthOf : weeksBack; // the first is the test, the second for validation
  const isAsked = (request: number): boolean => partOf(request) === (validation ? 1 : 0);
  const isLeftOut = (request: number): boolean => validation && partOf(request) === 0;
  const all = [...users.keys()];
  const asked = Uint32Array.from(all.filter(isAsked));
  const learn = (): ReturnType<typeof learnRanker> =>
    learnRanker(
      lesson,
      options,
      config,
      context,
      Uint32Array.from(all.filter((request) => !isAsked(request) && !isLeftOut(request))),
    );
  const probabilities = known ? known(lesson, asked) : await answersTo(lesson, options, await learn(), asked);
  const { names, strengths } = lesson.heads;
  const ends = [0];
  for (const request of asked) ends.push(ends.at(-1)! + offsets[request + 1]! - offsets[request]!);
  return {
    users: Array.from(asked, (request) => users[request]!),
    offsets: ends,
    heads: names,
    surfaces: Array.from(asked, (request) => data.surfaceNames?.[surfaces[request]!] ?? ""),
    labels: labelsOf(lesson, asked),
    probabilities,
    utilities: Float32Array.from({ length: ends.at(-1)! }, (_, item) =>
      names.reduce(
        (sum, _name, head) => sum + strengths[head]! * probabilities[item * names.length + head]!,
        0,
      ),
    ),
  };
}

/** A history of its own for each request, the newest acts before it, in which items, actions and surfaces change places at random. */
function withShuffledHistories(lesson: Lesson, { maxLength }: RankerConfig, seed: number): Lesson {
  const { acts, requests } = lesson;
  const offsets = new Uint32Array(requests.users.length + 1);
  const [positions, places]: [number[], number[]] = [[], []];
  for (const [request, user] of requests.users.entries()) {
    const end = acts.offsets[user]! + requests.actsBefore[request]!;
    const own = Array.from(
      { length: Math.min(maxLength, requests.actsBefore[request]!) },
      (_, at) => end - 1 - at,
    ).reverse();
    places.push(...own);
    positions.push(...Random.of(seed, `shuffle ${request}`).shuffle(own.slice()));
    offsets[request + 1] = positions.length;
  }
  const { timestampsMs } = historyAt(acts, places);
  return {
    ...lesson,
    acts: {
      ...{ ...acts, ...historyAt(acts, positions), offsets, userCount: requests.users.length },
      ...(timestampsMs && { timestampsMs }),
    },
    requests: {
      ...requests,
      users: Uint32Array.from(requests.users.keys()),
      actsBefore: requests.users.map((_, request) => offsets[request + 1]! - offsets[request]!),
    },
  };
}

async function dataOf({
  deskdrop,
  planted,
  tinyWorld,
  living,
  seed,
}: Options): Promise<{ data: Interactions; positives: string; truth?: Known }> {
  if (planted > 0)
    return { data: plantedPeople(planted, PLANTED_LISTS, 100 + seed), positives: POSITIVES.planted };
  if (deskdrop) return { data: await deskdropData(), positives: POSITIVES.deskdrop };
  const preset = living > 0 ? "living" : tinyWorld ? "tiny" : "small";
  const config = { ...worldPresets[preset], ...(living > 0 && { peopleCount: living }) };
  return { ...(await worldData(preset, config)), positives: POSITIVES.world };
}

async function deskdropData(): Promise<Interactions> {
  return evaluationViewOf("deskdrop", await loadDataset(datasetNamed("deskdrop"), () => {})).interactions;
}

/** (candidates of the requests, heads) */
type Known = (lesson: Lesson, requests: Uint32Array) => Float32Array;

/** The world as its log tells it, and what is true of it. */
function worldData(preset: WorldPreset, config: WorldConfig): Promise<{ data: Interactions; truth: Known }> {
  return withTemporaryFolder(async (parent) => {
    const world = createWorld(config);
    const platform = await Platform.open({
      folder: join(parent, "data"),
      create: { dataset: "world", clock: "historical", areTimesMadeUp: false, seed: 1, preset },
      progress: () => {},
      onNotice: () => {},
    });
    const source = {
      ...{ name: "world", clock: "historical" as const, areTimesMadeUp: false },
      items: () => world.items(),
      runs: (from: number) => runsOf(world.messages(), from),
      expectedMessages: world.expectedMessages,
      rejectedRows: { count: 0, samples: [] },
    };
    await importSource(platform, source, () => {});
    const { actions, purposes, log } = platform;
    const { interactions, userIds, itemIds } = await interactionsFromLog(
      log,
      { actions, purpose: purposes.personalization },
      () => {},
    );
    await platform.close();
    return { data: interactions, truth: trueChances(world, userIds, itemIds) };
  });
}

function trueChances(world: World, userIds: readonly string[], itemIds: readonly string[]): Known {
  const { truth, config } = world;
  const people = Array.from({ length: config.peopleCount }, (_, index) => truth.person(index));
  const personOf = new Map(people.map((person) => [person.userId, person]));
  const rowOf = new Map(Array.from(world.items(), ({ itemId }, row) => [itemId, row]));
  return ({ requests, heads }, asked) => {
    const { users, timesMs, offsets, candidates } = requests;
    const chances = Array.from(asked, (request) => {
      const rows = Array.from(
        candidates.subarray(offsets[request]!, offsets[request + 1]!),
        (item) => rowOf.get(itemIds[item]!)!,
      );
      const person = personOf.get(userIds[users[request]!]!)!;
      const said: Readonly<Record<string, Float32Array>> = truth.reactions(person, timesMs[request]!, rows);
      return rows.flatMap((_, at) => heads.names.map((name) => said[name]?.[at] ?? 0)); // a purchase follows a click, and is not said
    });
    return Float32Array.from(chances.flat());
  };
}
