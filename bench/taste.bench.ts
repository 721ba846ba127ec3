/**
 * @file What vectors add to predictions: the same people foretold by what they did alone, and by a vector of what they engaged with as well
 * (`profiles/taste.ts`). Learned up to 28 days before the end, tested on what came after it, on everybody known by then. On the world, and with
 * `INKLING_DATASETS` on Deskdrop and ml-100k. The gain by which a fit decides is of people it learns from, and told beside the test.
 */
import { existsSync } from "node:fs";
import { DAY_MS, type ItemRow, ignoreProgress, Random } from "#base";
import { type DatasetContents, datasetNamed } from "#datasets";
import { compareAreas, formatTable } from "#evaluation";
import { Catalogue } from "#events";
import { fitPredictions, type Goal, ItemKnowledge, predict, snapshot, tasteReaderOf } from "#profiles";
import { loadDataset } from "../src/main/datasets/sources.ts";
import type { Bench, BenchResult } from "./bench.ts";
import { simulatePeople } from "./simulated-people.ts";

interface Options extends Record<string, number | boolean> {
  readonly people: number;
  readonly days: number;
  readonly seed: number;
  /** Read data sets too. */
  readonly datasets: boolean;
}

export const bench: Bench<Options> = {
  title: "predictions with and without a vector of what people engage with",
  defaults: { people: 3000, days: 90, seed: 20260101, datasets: true },
  tiny: { people: 150, days: 75, seed: 20260101, datasets: false },
  run: measure,
};

const HORIZON_DAYS = 28;

interface Crowd {
  readonly name: string;
  readonly catalogue: Catalogue;
  readonly acts: readonly (readonly { timestampMs: number; action: string; itemRow?: ItemRow }[])[];
  readonly endMs: number;
  readonly goals: readonly Goal[];
}

async function measure(options: Options, say: (line: string) => void): Promise<BenchResult> {
  const metrics: Record<string, number> = {};
  for await (const crowd of crowds(options, say)) Object.assign(metrics, compare(crowd, options, say));
  return { metrics, compared: {} };
}

async function* crowds(options: Options, say: (line: string) => void): AsyncGenerator<Crowd> {
  const { world, catalogue, rows } = await simulatePeople(options, say);
  yield { name: "world", catalogue, acts: rows, endMs: world.endMs, goals: [] };
  if (!options.datasets || !existsSync(process.env["INKLING_DATASETS"] ?? "datasets")) return;
  const liked = { name: "like", action: "like", withinDays: 7 };
  yield crowdOf("deskdrop", await loadDataset(datasetNamed("deskdrop"), ignoreProgress), [liked]);
  yield crowdOf("ml-100k", await loadDataset(datasetNamed("ml-100k"), ignoreProgress), []);
}

function crowdOf(
  name: string,
  { items, users, engagements }: DatasetContents,
  goals: readonly Goal[],
): Crowd {
  const catalogue = new Catalogue();
  for (const { itemId, ...input } of items) catalogue.apply({ kind: "item", itemId, input });
  const acts = users.map((): { timestampMs: number; action: string; itemRow: ItemRow }[] => []);
  let endMs = 0;
  for (const [at, user] of engagements.users.entries()) {
    const timestampMs = engagements.timestampsMs[at]!;
    const action = engagements.actionNames[engagements.actions[at]!]!;
    const itemRow = catalogue.rowOf(items[engagements.items[at]!]!.itemId)!; // all were put in
    acts[user]!.push({ timestampMs, action, itemRow });
    endMs = Math.max(endMs, timestampMs + 1);
  }
  for (const own of acts) own.sort((left, right) => left.timestampMs - right.timestampMs);
  return { name, catalogue, acts, endMs, goals };
}

function compare(
  { name, catalogue, acts, endMs, goals }: Crowd,
  { seed }: Options,
  say: (line: string) => void,
): Record<string, number> {
  const atMs = endMs - HORIZON_DAYS * DAY_MS;
  const past = acts.map((own) => own.filter(({ timestampMs }) => timestampMs < atMs));
  const items = new ItemKnowledge(catalogue, { engagement: undefined, isSensitive: () => false });
  say(`${name}: fitting predictions`);
  const model = fitPredictions(past, { untilMs: atMs, goals, items, vectors: "everywhere" });
  const tastes = tasteReaderOf(model, items);
  const { questions, presence } = model;
  const { people, of } = snapshot(acts, atMs, { questions, presence });
  const [without, withVectors] = [undefined, tastes].map((reader) =>
    people.map((person) => chancesOf(model, past[person]!, atMs, reader)),
  ) as [ReadonlyMap<string, number>[], ReadonlyMap<string, number>[]]; // of two
  const metrics: Record<string, number> = {};
  const table: string[][] = [];
  for (const { target, vectors } of model.reports) {
    const asked = of[target]!.flatMap(({ label }, at) =>
      label === undefined || !without[at]!.has(target) ? [] : { at, label },
    );
    const scores = [withVectors, without].map((said) => asked.map(({ at }) => said[at]!.get(target)!));
    const labels = asked.map(({ label }) => label);
    if (new Set(labels).size < 2) continue;
    const rows = { labels, people: asked.map((_, at) => at) };
    const [told, plain] = compareAreas(scores, rows, { random: Random.of(seed, target) });
    const { loss: gain, lossInterval: interval } = plain!; // of two
    metrics[`${name} ${target} AUC`] = plain!.area;
    metrics[`${name} ${target} AUC with vectors`] = told!.area;
    const { gain: chosen = Number.NaN, standardError = Number.NaN } = vectors ?? {};
    table.push([
      ...[target, String(labels.length), plain!.area.toFixed(4), told!.area.toFixed(4), gain.toFixed(4)],
      `[${interval.low.toFixed(4)}, ${interval.high.toFixed(4)}]`,
      ...[chosen.toFixed(5), standardError.toFixed(5)],
    ]);
  }
  const header = [
    "target",
    "people",
    "AUC",
    "with vectors",
    "gain",
    "",
    "log loss gained, in the fit",
    "error",
  ];
  say(formatTable(header, table));
  return metrics;
}

function chancesOf(...asked: Parameters<typeof predict>): ReadonlyMap<string, number> {
  return new Map(predict(...asked).map(({ target, probability }) => [target, probability]));
}
