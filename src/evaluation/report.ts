import type { ModelConfig } from "#models";
import type { Interval } from "./bootstrap.ts";
import { type Difference, differencesOf } from "./difference.ts";
import { type Evaluation, type EvaluationSizes, sizesOf } from "./evaluate.ts";
import { type PublishedFigure, publishedFor } from "./published.ts";
import { formatTable } from "./table.ts";
import type { EvaluationTask, MetricName } from "./task.ts";

/** What a person needs to know of a data set beside its figures. */
export interface DatasetNotes {
  readonly licence: string;
  readonly clock: "utc" | "order";
}

/** All of one task as plain data: what was asked, how our models did, what others report. */
export interface EvaluationReport {
  readonly dataset: string;
  readonly protocol: string;
  readonly part: EvaluationTask["part"];
  readonly split: EvaluationTask["split"];
  readonly ranking: EvaluationTask["ranking"];
  readonly hideSeen: boolean;
  readonly seed: number;
  readonly sizes: EvaluationSizes;
  readonly notes: readonly string[];
  readonly licence: string;
  readonly clock: DatasetNotes["clock"];
  readonly models: readonly ReportedModel[];
  readonly published: readonly PublishedFigure[];
}

export interface ReportedModel {
  readonly model: string;
  readonly config: ModelConfig;
  readonly metrics: Readonly<Partial<Record<MetricName, number>>>;
  readonly intervals: Readonly<Partial<Record<MetricName, Interval>>>;
  readonly seconds: number;
  /** How far it is ahead of the first row, which was asked the same; absent for that one. */
  readonly ahead?: Readonly<Partial<Record<MetricName, Difference>>>;
}

/** Joins a task, our results on it and the published figures; published figures stand only beside a test. */
export function reportOf(
  task: EvaluationTask,
  evaluations: readonly Evaluation[],
  notes: DatasetNotes,
): EvaluationReport {
  const { dataset, protocol, part, split, ranking, hideSeen, seed } = task;
  return {
    dataset,
    protocol,
    part,
    split,
    ranking,
    hideSeen,
    seed,
    sizes: sizesOf(task),
    notes: task.notes,
    ...notes,
    models: evaluations.map((evaluation, row) => {
      const { model, config, metrics, intervals, seconds } = evaluation;
      const ahead = row === 0 ? {} : { ahead: differencesOf(evaluation, evaluations[0]!) };
      return { model, config, metrics, intervals, seconds, ...ahead };
    }),
    published: part === "test" ? publishedFor(dataset, protocol) : [],
  };
}

/** The report for people: some lines of facts, then a table with our models first and the published ones below. */
export function formatReport(report: EvaluationReport): string {
  const metrics = metricsOf(report);
  const ours = report.models.map((entry) => [
    entry.model,
    ...metrics.map((metric) => withInterval(entry.metrics[metric], entry.intervals[metric])),
    entry.seconds.toFixed(1),
    "this run",
  ]);
  const theirs = report.published.map((figure) => [
    figure.model,
    ...metrics.map((metric) => withInterval(figure.metrics[metric])),
    "",
    sourceOf(figure),
  ]);
  const table = formatTable(
    ["model", ...metrics.map(metricTitle), "seconds", "source"],
    [...ours, ...theirs],
  );
  return [factsOf(report).join("\n"), table, ...differencesTable(report, metrics)].join("\n\n").concat("\n");
}

/** Rows less the first of them. */
function differencesTable({ models }: EvaluationReport, metrics: readonly MetricName[]): string[] {
  const [first, ...others] = models;
  if (others.length === 0) return [];
  const compared = metrics.filter((metric) => others.some(({ ahead }) => ahead?.[metric]));
  const rows = others.map(({ model, ahead = {} }) => [
    model,
    ...compared.map((metric) => signed(ahead[metric])),
  ]);
  return [formatTable([`less ${first!.model}, the same people drawn`, ...compared.map(metricTitle)], rows)];
}

function signed(ahead: Difference | undefined): string {
  if (!ahead) return "";
  const [value, low, high] = [ahead.difference, ahead.low, ahead.high].map(
    (number) => `${number < 0 ? "-" : "+"}${Math.abs(number).toFixed(4)}`,
  );
  return `${value} [${low}, ${high}]`;
}

function factsOf(report: EvaluationReport): string[] {
  const { sizes } = report;
  const clock =
    report.clock === "utc" ? "real times" : "order only: times are made up, one second apart per person";
  const ranking =
    report.ranking === "full" ? "full ranking over all items" : "sampled ranking: positives among negatives";
  return [
    `${report.dataset}, protocol ${report.protocol}, ${report.part} part`,
    `  split    ${report.split === "given" ? "fixed by the publishers" : "made here"}, seed ${report.seed}`,
    `  ranking  ${ranking}, seen items ${report.hideSeen ? "removed" : "not removed"}`,
    `  sizes    ${count(sizes.users)} users, ${count(sizes.items)} items, ${count(sizes.interactions)} train interactions, ${count(sizes.cases)} cases`,
    `  clock    ${clock}`,
    `  licence  ${report.licence}`,
    ...report.notes.map((note) => `  note     ${note}`),
  ];
}

/** The metrics we have first, then those that only publications have. */
function metricsOf(report: EvaluationReport): MetricName[] {
  const names = [...report.models, ...report.published].flatMap((entry) => Object.keys(entry.metrics));
  return [...new Set(names)] as MetricName[]; // Object.keys forgets the key type
}

function withInterval(value: number | undefined, interval?: Interval): string {
  if (value === undefined) return "";
  const shown = value.toFixed(4);
  return interval ? `${shown} [${interval.low.toFixed(4)}, ${interval.high.toFixed(4)}]` : shown;
}

function sourceOf({ source, recalled, note }: PublishedFigure): string {
  return [source, ...(recalled ? ["recalled, not verified"] : []), ...(note ? [note] : [])].join("; ");
}

/** `ndcgAt10` -> `NDCG@10`. */
function metricTitle(metric: MetricName): string {
  return metric === "mrr"
    ? "MRR"
    : metric.replace("At", "@").replace(/^(hr|ndcg)/, (word) => word.toUpperCase());
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
