/**
 * @file PinnerSage's own question (Pal et al., KDD 2020, table 2): how much better than by the last item is a person sought by several
 * vectors? On the world, and with `INKLING_DATASETS` on ml-100k and Deskdrop. What differs from the paper: the items have Inkling's
 * vectors (tags, texts, and factors learned from what happened before the days that are asked about) and not PinSage's; there are thousands and
 * not billions of them, so the budget is 60 and not 400; every engagement counts, whatever its kind.
 */
import { existsSync } from "node:fs";
import { ignoreProgress, Random } from "#base";
import { type DatasetContents, datasetNamed, evaluationViewOf } from "#datasets";
import {
  formatTable,
  type WalkForwardMethod,
  type WalkForwardResult,
  type WalkForwardTask,
  walkForward,
} from "#evaluation";
import { Catalogue } from "#events";
import { modelNamed } from "#models";
import { CatalogueItemSpace } from "#profiles";
import { type Interactions, keepWhere, packInteractions } from "#sequences";
import { loadDataset } from "../src/main/datasets/sources.ts";
import type { Bench, BenchResult } from "./bench.ts";
import { simulatePeople } from "./simulated-people.ts";

interface Options extends Record<string, number | boolean> {
  /** Of the world; 0 leaves it out. */
  readonly people: number;
  readonly days: number;
  readonly budget: number;
  readonly seed: number;
  /** People with an odd number, on whom the heights were chosen; the figures are of those with an even one. */
  readonly validation: boolean;
  /** Read data sets too. */
  readonly datasets: boolean;
  /** Where trees are cut, in hundredths. */
  readonly wardHeight: number;
  readonly completeHeight: number;
}

export const bench: Bench<Options> = {
  title:
    "people as several vectors, by PinnerSage's protocol: relevance and recall, and their lift over the last item",
  defaults: {
    ...{ people: 2000, days: 60, budget: 60, seed: 1 },
    ...{ validation: false, datasets: true, wardHeight: 200, completeHeight: 110 },
  },
  tiny: {
    ...{ people: 40, days: 20, budget: 30, seed: 1 },
    ...{ validation: false, datasets: false, wardHeight: 200, completeHeight: 110 },
  },
  run: measure,
};

const FACTORS = { embeddingSize: 32, epochs: 8 };
/** Days from the middle of all engagements on are asked about. */
const ASKED_FROM = 0.5;

/** Lift over the last item in relevance and recall, percent, as published: table 2 of the paper. */
const published: Readonly<Record<string, readonly [relevance: number, recall: number]>> = {
  "last item": [0, 0],
  "decay average, lambda 0.01": [28, 14],
  "Ward + medoid, one drawn": [33, 18],
  "k-means 5 + medoid": [91, 68],
  "complete linkage + medoid": [88, 65],
  "Ward + centroid": [105, 81],
  "Ward + medoid, lambda 0": [97, 72],
  "Ward + medoid, lambda 0.1": [94, 69],
  "Ward + medoid, lambda 0.01": [110, 88],
};

function methodsOf({ wardHeight, completeHeight }: Options): WalkForwardMethod[] {
  const ward = { kind: "clusters", by: "tree", linkage: "ward", height: wardHeight / 100 } as const;
  const complete = { ...ward, linkage: "complete", height: completeHeight / 100 } as const;
  const medoid = { spokenBy: "medoid", lambda: 0.01 } as const;
  return [
    { name: "last item", representation: { kind: "last-item" }, drawn: 1 },
    {
      name: "decay average, lambda 0.01",
      representation: { kind: "decay-average", lambda: 0.01 },
      drawn: 1,
    },
    { name: "Ward + medoid, one drawn", representation: { ...ward, ...medoid }, drawn: 1 },
    {
      name: "k-means 5 + medoid",
      representation: { kind: "clusters", by: "k-means", k: 5, ...medoid },
      drawn: 3,
    },
    { name: "complete linkage + medoid", representation: { ...complete, ...medoid }, drawn: 3 },
    { name: "Ward + centroid", representation: { ...ward, ...medoid, spokenBy: "centroid" }, drawn: 3 },
    { name: "Ward + medoid, lambda 0", representation: { ...ward, ...medoid, lambda: 0 }, drawn: 3 },
    { name: "Ward + medoid, lambda 0.1", representation: { ...ward, ...medoid, lambda: 0.1 }, drawn: 3 },
    { name: "Ward + medoid, lambda 0.01", representation: { ...ward, ...medoid }, drawn: 3 },
  ];
}

async function measure(options: Options, say: (line: string) => void): Promise<BenchResult> {
  const metrics: Record<string, number> = {};
  for await (const { name, walked } of walks(options, say)) {
    const results = await walkForward(walked, methodsOf(options));
    const [last] = results;
    if (!last || last.questions === 0) continue;
    say(`${name}: ${last.questions} days of ${last.people} people, ${walked.vectors.length} items`);
    say(table(results, last));
    metrics[`${name} questions`] = last.questions;
    for (const result of results) {
      metrics[`${name}, ${result.name}: relevance`] = result.relevance;
      metrics[`${name}, ${result.name}: recall`] = result.recall;
    }
  }
  return { metrics, compared: {} };
}

function table(results: readonly WalkForwardResult[], last: WalkForwardResult): string {
  const percent = (value: number, of: number): string =>
    of === 0 ? "-" : `${value >= of ? "+" : ""}${Math.round(100 * (value / of - 1))} %`;
  const header = [
    "method",
    "vectors",
    "relevance",
    "",
    "lift",
    "published",
    "recall",
    "",
    "lift",
    "published",
  ];
  const range = ({ low, high }: { low: number; high: number }): string =>
    `[${low.toFixed(3)}, ${high.toFixed(3)}]`;
  const rows = results.map((result) => {
    const [relevance, recall] = published[result.name] ?? [];
    return [
      result.name,
      result.vectors.toFixed(1),
      ...[result.relevance.toFixed(4), range(result.relevanceInterval)],
      ...[percent(result.relevance, last.relevance), `+${relevance} %`],
      ...[result.recall.toFixed(4), range(result.recallInterval)],
      ...[percent(result.recall, last.recall), `+${recall} %`],
    ];
  });
  return formatTable(header, rows);
}

interface Walk {
  readonly name: string;
  readonly walked: WalkForwardTask;
}

async function* walks(options: Options, say: (line: string) => void): AsyncGenerator<Walk> {
  if (options.people > 0) {
    const { people, days, seed } = options;
    const { catalogue, engagements } = await simulatePeople({ people, days, seed: 20260100 + seed }, say);
    const rows = engagements.flatMap((own, user) =>
      own.map(({ itemRow, timestampMs }) => ({ user, item: itemRow, timestampMs })),
    );
    const interactions = packInteractions(rows, people, catalogue.itemCount);
    yield { name: "world", walked: await walkOf(catalogue, interactions, options) };
  }
  if (!options.datasets || !existsSync(process.env["INKLING_DATASETS"] ?? "datasets")) return;
  for (const name of ["ml-100k", "deskdrop"]) {
    const contents = await loadDataset(datasetNamed(name), ignoreProgress);
    yield {
      name,
      walked: await walkOf(catalogueOf(contents), evaluationViewOf(name, contents).interactions, options),
    };
  }
}

function catalogueOf({ items }: DatasetContents): Catalogue {
  const catalogue = new Catalogue();
  for (const { itemId, ...input } of items) catalogue.apply({ kind: "item", itemId, input });
  return catalogue;
}

/** The second half of what happened, in the space that the first half and the catalogue make. */
async function walkOf(
  catalogue: Catalogue,
  interactions: Interactions,
  { budget, seed, validation }: Options,
): Promise<WalkForwardTask> {
  const times = interactions.timestampsMs!; // of sets with times
  const fromMs = times.slice().sort()[Math.floor(ASKED_FROM * times.length)]!;
  const ials = modelNamed("ials");
  const { itemFactors } = await ials.fit(
    keepWhere(interactions, (at) => times[at]! < fromMs),
    { ...ials.defaults, ...FACTORS },
    { random: Random.of(seed, "ials"), progress: ignoreProgress },
  );
  const space = new CatalogueItemSpace(
    catalogue,
    itemFactors && { version: "first-half", vectors: itemFactors },
  );
  return {
    interactions,
    vectors: catalogue.items().map(({ row }) => space.vectorOf(row)),
    bornMs: catalogue.items().map(({ createdAtMs = Number.NEGATIVE_INFINITY }) => createdAtMs),
    fromMs,
    isAsked: (user) => user % 2 === Number(validation),
    budget,
    seed,
  };
}
