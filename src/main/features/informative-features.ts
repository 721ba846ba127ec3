import { DAY_MS, PlatformError, type ProgressListener, Random } from "#base";
import type { Config } from "#declarations";
import { type ComparedArea, compareAreas } from "#evaluation";
import { FeatureVectors, getHistoricalVectors, mutualInformation } from "#features";
import { fitPropensity, type PersonTable, type Propensity, probabilityOf } from "#models";
import { everyoneEvery, trainingDeclarations, withPast } from "./training-set.ts";

/**
 * @file What features tell of a label, asked of later rows than those it was learned from: everybody at regular times, divided by time. Chosen and fitted
 * on the earlier rows, whose labels are over when the later ones begin; every area is of the later rows, which are read once.
 *
 *     bits    mutual information of the feature alone, on the earlier rows, by which the features are ordered
 *     alone   area under the ROC curve of the feature as it is; below 0.5 where more of it means less
 *     lost    what the model of all features together loses when this one is shuffled among the later rows
 */
export interface InformativeReport {
  readonly label: string;
  readonly features: readonly InformativeFeature[];
  /** Of all numeric features together. */
  readonly model: Pick<ComparedArea, "area" | "interval">;
  readonly earlier: RowsTold;
  readonly later: RowsTold;
}

export interface InformativeFeature {
  readonly name: string;
  readonly bits: number;
  readonly alone: Pick<ComparedArea, "area" | "interval">;
  readonly lost: { readonly area: number; readonly interval: ComparedArea["lossInterval"] };
}

export interface RowsTold {
  readonly rows: number;
  readonly people: number;
  /** Share of rows for which the label is above zero. */
  readonly rate: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface InformativeOptions {
  /** Days between the times of everybody. */
  readonly everyDays: number;
  /** How many of the features. */
  readonly top: number;
  readonly seed: number;
  /** Default: the first there is. */
  readonly label?: string;
}

/** Share of the rows that are earlier, but for those whose label reaches beyond. */
const EARLIER = 0.7;
/** Rows the model learns from at most, drawn from the earlier ones. */
const MOST_LEARNED = 8000;
const CONFIG = { reg: 3, knots: [0.25, 0.5, 0.75] };

/** Reads the folder, and changes nothing. @throws PlatformError `no-data` where there is too little, `invalid-request` for a label that is not there */
export async function informativeFeatures(
  folder: string,
  config: Config | undefined,
  { everyDays, top, seed, label: wanted }: InformativeOptions,
  progress: ProgressListener,
): Promise<InformativeReport> {
  const { label, names, rows } = await withPast(folder, async (past, manifest) => {
    const declared = trainingDeclarations(manifest, config, past);
    const chosen = declared.labels.find(({ name }) => wanted === undefined || name === wanted);
    if (!chosen)
      throw new PlatformError(
        "invalid-request",
        `no label is called "${wanted ?? ""}"; declare it under labels`,
      );
    const vectors = new FeatureVectors({
      definitions: declared.definitions.filter(({ entity }) => entity === "user"),
    });
    const asked = await everyoneEvery(past, everyDays * DAY_MS);
    const query = { ...declared, labels: [chosen], rows: asked };
    const set = await getHistoricalVectors(past, vectors, query, progress);
    const people = new Map([...new Set(asked.map(({ userId }) => userId))].map((id, n) => [id, n]));
    const rows = asked.map(({ userId, timestampMs }, n) => ({
      person: people.get(userId)!, // everybody asked about
      timestampMs,
      values: set.vectors.subarray(n * vectors.size, (n + 1) * vectors.size),
      label: set.labels[n]!, // one for each row
    }));
    return { label: chosen, names: vectors.names, rows: rows.filter((row) => !Number.isNaN(row.label)) };
  });
  const { earlier, later } = divide(rows, label.withinMs);
  progress({ stage: "what features tell", done: 0, total: 1 });
  const bits = names.map((name, column) => ({
    name,
    column,
    bits: mutualInformation(columnOf(earlier, column), labelsOf(earlier)),
  }));
  bits.sort((left, right) => right.bits - left.bits || (left.name < right.name ? -1 : 1));
  const best = bits.slice(0, top);
  const random = Random.of(seed, "informative");
  const { model, scores } = modelScores(earlier, later, names, best, random);
  const areas = compareAreas([model, ...scores], told(later), { random });
  const alone = compareAreas(
    best.map(({ column }) => present(columnOf(later, column))),
    told(later),
    { random },
  );
  progress({ stage: "what features tell", done: 1, total: 1 });
  return {
    label: label.name,
    model: { area: areas[0]!.area, interval: areas[0]!.interval }, // the first
    features: best.map(({ name, bits: own }, n) => ({
      name,
      bits: own,
      alone: { area: alone[n]!.area, interval: alone[n]!.interval }, // one for each
      lost: { area: areas[n + 1]!.loss, interval: areas[n + 1]!.lossInterval }, // as above
    })),
    earlier: describe(earlier),
    later: describe(later),
  };
}

interface Row {
  readonly person: number;
  readonly timestampMs: number;
  readonly values: Float64Array;
  readonly label: number;
}

function divide(rows: readonly Row[], withinMs: number): { earlier: Row[]; later: Row[] } {
  const times = Float64Array.from(rows, ({ timestampMs }) => timestampMs).sort();
  const fromMs = times[Math.floor(EARLIER * times.length)] ?? 0;
  const earlier = rows.filter(({ timestampMs }) => timestampMs + withinMs <= fromMs);
  const later = rows.filter(({ timestampMs }) => timestampMs >= fromMs);
  for (const part of [earlier, later]) {
    const happened = labelsOf(part).reduce((sum, label) => sum + label, 0);
    if (happened > 0 && happened < part.length) continue;
    throw new PlatformError(
      "no-data",
      `${rows.length} rows, divided by time, have a part in which the label says the same of everybody; take --every fewer days, or more data`,
    );
  }
  return { earlier, later };
}

/** The model's scores of the later rows, and those with one feature after the other shuffled. */
function modelScores(
  earlier: readonly Row[],
  later: readonly Row[],
  names: readonly string[],
  best: readonly { readonly column: number }[],
  random: Random,
): { model: Float64Array; scores: Float64Array[] } {
  const learned = random.shuffle([...earlier]).slice(0, MOST_LEARNED);
  const inputs = inputsOf(learned, names);
  const fitted = fitPropensity(tableOf(learned, inputs), labelsOf(learned), CONFIG);
  const values = later.map((row) => row.values);
  const scores = best.map(({ column }) => {
    const order = random.shuffle(Uint32Array.from(later, (_, n) => n));
    return scoresOf(fitted, inputs, later.length, (n, at) => values[at === column ? order[n]! : n]![at]!);
  });
  return { model: scoresOf(fitted, inputs, later.length, (n, at) => values[n]![at]!), scores };
}

/** A feature as the model takes it: the mean where it is absent, or whether it is there. */
interface Input {
  readonly name: string;
  readonly column: number;
  readonly mean: number;
  readonly saysPresence: boolean;
}

/** Features that differ between rows, and of those that are absent for some whether they are there. */
function inputsOf(rows: readonly Row[], names: readonly string[]): Input[] {
  return names.flatMap((name, column) => {
    const values = columnOf(rows, column).filter((value) => !Number.isNaN(value));
    if (values.length === 0) return [];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const own = { name, column, mean, saysPresence: false };
    const presence = { name: `${name} is there`, column, mean, saysPresence: true };
    const differs = values.some((value) => value !== values[0]);
    return [...(differs ? [own] : []), ...(values.length < rows.length ? [presence] : [])];
  });
}

function inputOf({ mean, saysPresence }: Input, value: number): number {
  const isThere = !Number.isNaN(value);
  return saysPresence ? Number(isThere) : isThere ? value : mean;
}

function tableOf(rows: readonly Row[], inputs: readonly Input[]): PersonTable {
  const values = new Float64Array(rows.length * inputs.length);
  for (const [n, row] of rows.entries())
    for (const [at, input] of inputs.entries())
      values[n * inputs.length + at] = inputOf(input, row.values[input.column]!); // a feature
  return { names: inputs.map(({ name }) => name), values };
}

function scoresOf(
  fitted: Propensity,
  inputs: readonly Input[],
  rows: number,
  valueAt: (row: number, column: number) => number,
): Float64Array {
  const row = new Float64Array(inputs.length);
  return Float64Array.from({ length: rows }, (_, n) => {
    for (const [at, input] of inputs.entries()) row[at] = inputOf(input, valueAt(n, input.column));
    return probabilityOf(fitted, row);
  });
}

function columnOf(rows: readonly Row[], column: number): Float64Array {
  return Float64Array.from(rows, ({ values }) => values[column]!); // a feature
}

function labelsOf(rows: readonly Row[]): Uint8Array {
  return Uint8Array.from(rows, ({ label }) => (label > 0 ? 1 : 0));
}

/** Absent is lowest. */
function present(values: Float64Array): Float64Array {
  return values.map((value) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value));
}

function told(rows: readonly Row[]) {
  return { labels: labelsOf(rows), people: Uint32Array.from(rows, ({ person }) => person) };
}

function describe(rows: readonly Row[]): RowsTold {
  const times = rows.map(({ timestampMs }) => timestampMs);
  return {
    rows: rows.length,
    people: new Set(rows.map(({ person }) => person)).size,
    rate: labelsOf(rows).reduce((sum, label) => sum + label, 0) / rows.length,
    fromMs: times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY),
    toMs: times.reduce((most, time) => Math.max(most, time), 0),
  };
}
