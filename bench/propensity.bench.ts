/**
 * @file What is foretold of people against what happened to them, and against the best that could be foretold: the world knows the hazards, by which
 * the best is known of whoever sees visits alone, knows each person's habits too, or even the state they are in. Learned
 * up to day 62, tested on the 28 days after it; the settings are the defaults. How far below each best ours is stands beside it, with its interval (people drawn anew). With `INKLING_DATASETS`, also the parameters of
 * BG/NBD and Gamma-Gamma on CDNOW, and churn of the Telco sample by 5-fold cross-validation (its test folds together).
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DAY_MS, Random } from "#base";
import { loadCdnow, loadTelco, type TelcoCustomers, type World } from "#datasets";
import { compareAreas, formatTable, type Interval } from "#evaluation";
import { fitBgNbd, fitGammaGamma, fitPropensity, probabilityOf } from "#models";
import { areaUnderCurve, calibrationError } from "#numeric";
import { fitPredictions, type PredictionTarget, predict, questionsOf, snapshot } from "#profiles";
import type { Bench, BenchResult } from "./bench.ts";
import { simulatePeople } from "./simulated-people.ts";

interface Options extends Record<string, number> {
  readonly people: number;
  readonly days: number;
  readonly seed: number;
  /** People whom everybody might be, for the best that visits alone let say. */
  readonly lookalikes: number;
}

export const bench: Bench<Options> = {
  title:
    "predictions against what happened and the best possible, and published figures of churn and lifetime value",
  defaults: { people: 10_000, days: 90, seed: 20260101, lookalikes: 500 },
  tiny: { people: 150, days: 75, seed: 20260101, lookalikes: 10 },
  async run(options, say) {
    const metrics = { ...(await measureWorld(options, say)), ...(await measureDatasets(say)) };
    return { metrics, compared: {} } satisfies BenchResult;
  },
};

const HORIZON = 28;

async function measureWorld(options: Options, say: (line: string) => void): Promise<Record<string, number>> {
  const { world, rows } = await simulatePeople(options, say);
  const day = options.days - HORIZON;
  const atMs = world.startMs + day * DAY_MS;
  const past = rows.map((acts) => acts.filter(({ timestampMs }) => timestampMs < atMs));
  say("fitting predictions");
  const model = fitPredictions(past, { untilMs: atMs, goals: [] });
  const test = snapshot(rows, atMs, model);
  const said = test.people.map((person) => predict(model, past[person]!, atMs));
  const best = bestOf(world, test.people, { day, ...options }, say);
  const metrics: Record<string, number> = { "people tested": test.people.length };
  const table: string[][] = [];
  for (const { target } of questionsOf([])) {
    const asked = test.of[target]!.flatMap(({ label }, at) => {
      const probability = said[at]!.find((prediction) => prediction.target === target)?.probability;
      return label === undefined || probability === undefined ? [] : { at, label, probability };
    });
    if (asked.length === 0) continue;
    const labels = asked.map(({ label }) => label);
    const ours = asked.map(({ probability }) => probability);
    const area = areaUnderCurve(ours, labels);
    metrics[`${target} rate`] = labels.reduce((sum, label) => sum + label, 0) / labels.length;
    if (Number.isFinite(area)) metrics[`${target} AUC`] = area;
    metrics[`${target} ECE`] = calibrationError(ours, labels);
    const oracle = best[target];
    if (!oracle || !Number.isFinite(area)) continue;
    for (const [name, known] of Object.entries(knowing)) {
      const bound = asked.map(({ at }) => oracle(at, known));
      const rows = { labels, people: asked.map((_, at) => at) };
      const [best, own] = compareAreas([bound, ours], rows, { random: Random.of(1, target) });
      const { loss, lossInterval } = own!; // of two
      metrics[`${target} ${name}`] = best!.area;
      metrics[`${target} below ${name}`] = loss;
      table.push([
        target,
        name,
        best!.area.toFixed(4),
        own!.area.toFixed(4),
        loss.toFixed(4),
        within(lossInterval),
      ]);
    }
  }
  say(formatTable(["target", "", "best", "ours", "below it", "95 %"], table));
  return metrics;
}

function within({ low, high }: Interval): string {
  return `[${low.toFixed(4)}, ${high.toFixed(4)}]`;
}

/** The best that can be said, by what whoever says it knows beside the laws of the world. */
const knowing = {
  "best AUC from visits": "visits",
  "best AUC from visits and who they are": "observed",
  "best AUC knowing the state": "given",
} as const;

type Oracle = (at: number, known: (typeof knowing)[keyof typeof knowing]) => number;

function bestOf(
  { truth }: World,
  people: readonly number[],
  { day, lookalikes }: { readonly day: number; readonly lookalikes: number },
  say: (line: string) => void,
): Partial<Record<PredictionTarget, Oracle>> {
  say("the best that could be said");
  const every = Math.max(1, Math.floor(people.length / lookalikes));
  const indices = people.filter((_, at) => at % every === 0).slice(0, lookalikes);
  const halves = [0, 1].map((half) =>
    truth.lookalikes(indices.filter((index) => index % 2 === half).map((index) => truth.person(index))),
  );
  const known = people.map((index) => {
    const person = truth.person(index);
    const { sessions } = truth.visits(person);
    const others = halves[1 - (index % 2)]!; // nobody is one of their own lookalikes
    const [week, month] = others.returns({ ...person, sessions }, day, [7, HORIZON]);
    return {
      week: { ...truth.returns(person, day, 7), visits: week! },
      month: { ...truth.returns(person, day, HORIZON), visits: month! },
    };
  });
  return {
    return7: (at, by) => known[at]!.week[by],
    churn28: (at, by) => 1 - known[at]!.month[by],
  };
}

async function measureDatasets(say: (line: string) => void): Promise<Record<string, number>> {
  const root = process.env["INKLING_DATASETS"] ?? "datasets";
  const metrics: Record<string, number> = {};
  const [cdnow, telco] = ["cdnow", "telco-churn-ibm"].map((name) => join(root, name));
  if (cdnow !== undefined && existsSync(cdnow)) {
    say("CDNOW");
    const customers = await loadCdnow(cdnow);
    for (const [name, value] of Object.entries({ ...fitBgNbd(customers), ...fitGammaGamma(customers) }))
      metrics[`CDNOW ${name}`] = value;
  }
  if (telco !== undefined && existsSync(telco)) {
    say("Telco");
    Object.assign(metrics, crossValidate(await loadTelco(telco)));
  }
  return metrics;
}

const FOLDS = 5;

function crossValidate({ names, values, left }: TelcoCustomers): Record<string, number> {
  const width = names.length;
  const rowOf = (at: number): Float64Array => values.subarray(at * width, (at + 1) * width);
  const folds = Array.from(left, (_, at) => Random.of(1, `fold/${at}`).integer(FOLDS));
  const said = new Float64Array(left.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    const learned = [...folds.keys()].filter((at) => folds[at] !== fold);
    const table = { names, values: Float64Array.from(learned.flatMap((at) => [...rowOf(at)])) };
    const model = fitPropensity(
      table,
      learned.map((at) => left[at]!),
    );
    for (const [at, own] of folds.entries()) if (own === fold) said[at] = probabilityOf(model, rowOf(at));
  }
  return { "Telco AUC": areaUnderCurve(said, left), "Telco ECE": calibrationError(said, left) };
}
