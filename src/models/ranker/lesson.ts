import { HOUR_MS, Random } from "#base";
import { historyOf, type Interactions } from "#sequences";
import { type Batch, lengthBuckets, type TrainingData } from "#tensor";
import type { ItemDescriptions } from "../sequence-encoder/content-bags.ts";
import type { Heads } from "./acts.ts";
import { type FactScale, factCount, scaleFacts, scaleOf, stateAt, writeFacts } from "./facts.ts";
import { chooseRows, type RowChoice } from "./history-rows.ts";
import { dayOf, type ItemStatistics, StatisticsWalk } from "./item-statistics.ts";
import { type RankerRow, rankerInputs } from "./ranker-batch.ts";
import type { RankerShape } from "./ranker-network.ts";
import type { Requests } from "./requests.ts";
import type { ToldConditions } from "./told-conditions.ts";

/** Requests with everything worked out that does not change from pass to pass. */
export interface Lesson {
  readonly acts: Interactions;
  readonly requests: Requests;
  readonly heads: Heads;
  /** (candidates, facts) scaled. */
  readonly facts: Float32Array;
  readonly scale: FactScale;
  readonly declared: AskedFeatures | undefined;
  readonly retrievers: readonly string[];
  /** What lists were about, where it is told. */
  readonly told: ToldConditions | undefined;
  /** As of the day after the newest thing that happened. */
  readonly statistics: ItemStatistics;
}

/** Declared features of every candidate just before its request. */
export interface AskedFeatures {
  readonly names: readonly string[];
  readonly version: string;
  /** (candidates, names) */
  readonly values: Float64Array;
}

/** What the models say that find candidates. */
export interface FoundScores {
  readonly names: readonly string[];
  /** (candidates, names) */
  readonly scores: Float32Array;
}

/** Facts of every candidate as of the start of its request's day, and their scale. */
export function lessonOf(
  { acts, impressions }: { readonly acts: Interactions; readonly impressions: Interactions["impressions"] },
  requests: Requests,
  heads: Heads,
  {
    features,
    found,
    told,
  }: {
    readonly features?: AskedFeatures | undefined;
    readonly found?: FoundScores | undefined;
    readonly told?: ToldConditions | undefined;
  },
): Lesson {
  const { users, timesMs, actsBefore, abouts, offsets, candidates } = requests;
  const walk = new StatisticsWalk(acts, impressions, heads);
  const declared = features?.names.length ?? 0;
  const retrievers = found?.names.length ?? 0;
  const beside = { declared, retrievers, conditions: told !== undefined };
  const width = factCount(heads.names.length, beside);
  const facts = new Float32Array(candidates.length * width);
  const order = Uint32Array.from(timesMs.keys()).sort((a, b) => timesMs[a]! - timesMs[b]! || a - b);
  for (const request of order) {
    const statistics = walk.until(dayOf(timesMs[request]!));
    const within = <Values extends Float64Array | Float32Array>(values: Values | undefined, each: number) =>
      values?.subarray(offsets[request]! * each, offsets[request + 1]! * each);
    const asked = {
      timeMs: timesMs[request]!,
      acts: historyOf(acts, users[request]!),
      before: actsBefore[request]!,
      candidates: candidates.subarray(offsets[request]!, offsets[request + 1]!),
      features: within(features?.values, declared),
      scores: within(found?.scores, retrievers),
      about: told?.descriptions[abouts[request]!],
    };
    const items = { statistics, likeness: told?.likeness };
    writeFacts(asked, { ...items, ...beside }, facts, offsets[request]! * width);
  }
  const scale = scaleOf(facts, width);
  scaleFacts(facts, scale);
  const statistics = walk.until(lastDay(acts, impressions) + 1);
  return {
    acts,
    requests,
    heads,
    facts,
    scale,
    declared: features,
    retrievers: found?.names ?? [],
    told,
    statistics,
  };
}

function lastDay({ timestampsMs }: Interactions, shown: Interactions["impressions"]): number {
  let last = 0;
  for (const times of [timestampsMs, shown?.timestampsMs])
    for (const timeMs of times ?? []) last = Math.max(last, timeMs);
  return dayOf(last);
}

export interface BatchOptions {
  /** What the items are described by; no item, the row after theirs, by nothing; then topics and texts that lists were about. */
  readonly content: ItemDescriptions | undefined;
  readonly rows: RowChoice;
  readonly shape: RankerShape;
  /** (H) */
  readonly headWeights: Float32Array;
  /** Of new, casual and core people. */
  readonly stateWeights: Float32Array;
}

/** One request as the network takes it in, with nothing hidden. */
export function rowOf(
  lesson: Lesson,
  request: number,
  { rows, shape }: BatchOptions,
  hiddenFromMs?: number,
): RankerRow {
  const { acts, requests, facts, scale, told } = lesson;
  const [from, to] = [requests.offsets[request]!, requests.offsets[request + 1]!];
  const own = historyOf(acts, requests.users[request]!);
  const candidates = requests.candidates.subarray(from, to);
  const width = scale.means.length;
  return {
    acts: own,
    places: chooseRows(own, requests.actsBefore[request]!, candidates, rows, hiddenFromMs),
    timeMs: requests.timesMs[request]!,
    surface: requests.surfaces[request]!,
    candidates,
    about: told?.rows[requests.abouts[request]!] ?? shape.items,
    facts: facts.subarray(from * width, to * width),
  };
}

export interface PassOptions extends BatchOptions {
  readonly batchSize: number;
  readonly maskHours: number;
  readonly seed: number;
}

/** `chosen` requests cut into batches of like length, anew for every pass, each with its own stretch of time hidden just before it. */
export function passesOver(lesson: Lesson, chosen: Uint32Array, options: PassOptions): TrainingData {
  const { batchSize, maskHours, seed, rows } = options;
  const { actsBefore, timesMs } = lesson.requests;
  const longest = rows.maxLength + rows.nearest;
  const lengths = Array.from(chosen, (request) => Math.min(longest, actsBefore[request]!));
  let current = -1;
  let batches: Uint32Array[] = [];
  return {
    batchesPerEpoch: Math.ceil(chosen.length / batchSize),
    batch(epoch, position) {
      if (epoch !== current) {
        batches = lengthBuckets(lengths, batchSize, Random.of(seed, `epoch ${epoch}`));
        current = epoch;
      }
      const random = Random.of(seed, `masks of ${position} of ${epoch}`);
      const own = Array.from(batches[position]!, (place) => chosen[place]!);
      const made = own.map((request) => {
        const hiddenFrom = timesMs[request]! - random.uniform() * maskHours * HOUR_MS;
        return rowOf(lesson, request, options, maskHours > 0 ? hiddenFrom : undefined);
      });
      return batchOf(lesson, own, made, options);
    },
  };
}

/** The requests with what happened. */
export function batchOf(
  lesson: Lesson,
  chosen: readonly number[],
  rows: readonly RankerRow[],
  { shape, headWeights, stateWeights }: BatchOptions,
): Batch {
  const inputs = rankerInputs(rows, shape, shape.items);
  const [G, C] = inputs["candidates"]!.shape as [number, number];
  const { heads: H } = shape;
  const labels = new Float32Array(G * C * H);
  const weights = new Float32Array(G * C * H);
  const { offsets, labels: known } = lesson.requests;
  let count = 0;
  for (const [row, request] of chosen.entries()) {
    const { acts, timeMs } = rows[row]!;
    const weight = stateWeights[stateAt(acts, lesson.requests.actsBefore[request]!, timeMs)]!;
    const [from, to] = [offsets[request]!, offsets[request + 1]!];
    count += to - from;
    for (let at = from; at < to; at++)
      for (let head = 0; head < H; head++) {
        const place = (row * C + at - from) * H + head;
        labels[place] = known[at * H + head]!;
        weights[place] = weight * headWeights[head]!;
      }
  }
  for (let at = 0; at < weights.length; at++) weights[at]! /= Math.max(1, count);
  return {
    inputs: {
      ...inputs,
      labels: { shape: [G, C, H], values: labels },
      weights: { shape: [G, C, H], values: weights },
    },
    sizes: { G, C, T: inputs["items"]!.shape[1]! },
    tokens: rows.reduce((sum, { places }) => sum + places.length + 1, 0),
  };
}
