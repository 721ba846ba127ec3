/**
 * @file What is foretold of people against what happened to them, and against the best that could be foretold: the world knows the hazards. Learned
 * up to day 62, tested on the 28 days after it; the settings are the defaults. With `INKLING_DATASETS`, also the parameters of
 * BG/NBD and Gamma-Gamma on CDNOW, and churn of the Telco sample by 5-fold cross-validation (its test folds together).
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DAY_MS, Random } from "#base";
import { loadCdnow, loadTelco, type TelcoCustomers } from "#datasets";
import { fitBgNbd, fitGammaGamma, fitPropensity, probabilityOf } from "#models";
import { areaUnderCurve, calibrationError } from "#numeric";
import { fitPredictions, type PredictionTarget, predict, questionsOf, snapshot } from "#profiles";
import type { Bench, BenchResult } from "./bench.ts";
import { simulatePeople } from "./simulated-people.ts";

interface Options extends Record<string, number> {
  readonly people: number;
  readonly days: number;
  readonly seed: number;
}

export const bench: Bench<Options> = {
  title:
    "predictions against what happened and the best possible, and published figures of churn and lifetime value",
  defaults: { people: 10_000, days: 90, seed: 20260101 },
  tiny: { people: 150, days: 75, seed: 20260101 },
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
  const truth = test.people.map((index) => {
    const person = world.truth.person(index);
    return { week: world.truth.returns(person, day, 7), month: world.truth.returns(person, day, HORIZON) };
  });
  const best: Partial<Record<PredictionTarget, (at: number, known: "observed" | "given") => number>> = {
    return7: (at, known) => truth[at]!.week[known],
    churn28: (at, known) => 1 - truth[at]!.month[known],
  };
  const metrics: Record<string, number> = { "people tested": test.people.length };
  for (const { target } of questionsOf([])) {
    const asked = test.of[target]!.flatMap(({ label }, at) => {
      const probability = said[at]!.find((prediction) => prediction.target === target)?.probability;
      return label === undefined || probability === undefined ? [] : { at, label, probability };
    });
    if (asked.length === 0) continue;
    const labels = asked.map(({ label }) => label);
    const add = (name: string, scores: readonly number[]): void => {
      const area = areaUnderCurve(scores, labels);
      if (Number.isFinite(area)) metrics[`${target} ${name}`] = area;
    };
    metrics[`${target} rate`] = labels.reduce((sum, label) => sum + label, 0) / labels.length;
    add(
      "AUC",
      asked.map(({ probability }) => probability),
    );
    metrics[`${target} ECE`] = calibrationError(
      asked.map(({ probability }) => probability),
      labels,
    );
    const oracle = best[target];
    if (!oracle) continue;
    add(
      "best AUC from what is seen",
      asked.map(({ at }) => oracle(at, "observed")),
    );
    add(
      "best AUC knowing the state",
      asked.map(({ at }) => oracle(at, "given")),
    );
  }
  return metrics;
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
