import { assert, ignoreProgress, monotonicMs, type ProgressListener, Random } from "#base";
import type { FittedModel, ModelConfig } from "#models";
import { topN } from "#numeric";
import { historyOf, type ItemContent } from "#sequences";
import { bootstrapIntervals, type Interval } from "./bootstrap.ts";
import { type CaseMetric, caseMetric, coverageCutoff } from "./metrics.ts";
import { ranksOf, TieOrders } from "./ranking.ts";
import type { EvaluationCase, EvaluationTask, MetricName } from "./task.ts";

export interface EvaluateOptions {
  /** Fixes ties and bootstrap draws; the task's own seed when absent. */
  readonly seed?: number;
  readonly progress?: ProgressListener;
  /** Histories per call of the model. */
  readonly batchSize?: number;
  /** Bootstrap resamples; 0 leaves the intervals out. */
  readonly resamples?: number;
}

/** How one model did on one task. */
export interface Evaluation {
  readonly model: string;
  readonly config: ModelConfig;
  /** Averages over cases. */
  readonly metrics: Readonly<Partial<Record<MetricName, number>>>;
  /** 95 % bootstrap intervals over people; coverage has none. */
  readonly intervals: Readonly<Partial<Record<MetricName, Interval>>>;
  /** By person, for what is worked out of them: {@link differencesOf}. */
  readonly answers: AnswersByPerson;
  readonly sizes: EvaluationSizes;
  readonly seed: number;
  /** Scoring and ranking, without fitting. */
  readonly seconds: number;
}

/** What the metrics come to by person, in the order in which the task asks them. */
export interface AnswersByPerson {
  readonly names: readonly MetricName[];
  /** (people, names), row-major: sums over each person's cases. */
  readonly sums: Float64Array;
  /** (people): cases. */
  readonly counts: Float64Array;
}

export interface EvaluationSizes {
  /** People with an engagement in `train`. */
  readonly users: number;
  readonly items: number;
  /** Engagements in `train`. */
  readonly interactions: number;
  readonly cases: number;
}

/**
 * Asks a fitted model every question of the task. The model was fitted on `task.train`; it is shown each person's
 * history and scores all items, of which the seen are hidden where the protocol says so. Deterministic for the same
 * task, model and seed.
 */
export async function evaluate(
  task: EvaluationTask,
  fitted: FittedModel,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { seed = task.seed, progress = ignoreProgress, batchSize = 256, resamples = 1000 } = options;
  const startMs = monotonicMs();
  assert(fitted.itemCount === task.train.itemCount, "the model was fitted on the task's train");
  const model = task.later ? told(fitted, task.later) : fitted;
  const people = [...casesByUser(task.cases)];
  const tally = new Tally(task, people.length, seed);
  for (let from = 0; from < people.length; from += batchSize) {
    progress({ stage: "evaluating", done: from, total: people.length });
    const batch = people.slice(from, from + batchSize);
    const scores = await model.score(batch.map(([user]) => historyOf(task.histories, user)));
    assert(scores.length === batch.length * model.itemCount, "scores have shape (histories, itemCount)");
    for (const [position, [user, cases]] of batch.entries()) {
      const row = scores.subarray(position * model.itemCount, (position + 1) * model.itemCount);
      tally.add(from + position, user, cases, row);
    }
  }
  progress({ stage: "evaluating", done: people.length, total: people.length });
  return {
    model: model.name,
    config: model.config,
    metrics: tally.means(),
    intervals: resamples > 0 ? tally.intervals(seed, resamples) : {},
    answers: tally.answers(),
    sizes: sizesOf(task),
    seed,
    seconds: (monotonicMs() - startMs) / 1000,
  };
}

type Asked = Pick<FittedModel, "name" | "config" | "itemCount" | "score">;

/** The model with what came after its fit; one that cannot be told of items knows nothing of them: they are all the same to it. */
function told(fitted: FittedModel, later: readonly ItemContent[]): Asked {
  const { itemCount } = fitted;
  const over = fitted.over?.({
    revision: 1,
    itemCount: itemCount + later.length,
    at: (itemRow) => later[itemRow - itemCount]!, // asked for what came later only
  });
  if (over) return over;
  const { name, config } = fitted;
  const count = itemCount + later.length;
  return {
    ...{ name, config, itemCount: count },
    async score(histories) {
      const known = await fitted.score(histories);
      const scores = new Float32Array(histories.length * count);
      for (const row of histories.keys())
        scores.set(known.subarray(row * itemCount, (row + 1) * itemCount), row * count);
      return scores;
    },
  };
}

export function sizesOf({ train, cases }: EvaluationTask): EvaluationSizes {
  let users = 0;
  for (let user = 0; user < train.userCount; user++)
    if (train.offsets[user + 1]! > train.offsets[user]!) users++;
  return {
    users,
    items: train.itemCount,
    interactions: train.itemRows.length,
    cases: cases.length,
  };
}

function casesByUser(cases: readonly EvaluationCase[]): Map<number, EvaluationCase[]> {
  const byUser = new Map<number, EvaluationCase[]>();
  for (const question of cases) {
    const theirs = byUser.get(question.user);
    if (theirs) theirs.push(question);
    else byUser.set(question.user, [question]);
  }
  return byUser;
}

/** Sums of the metrics by person, and the items that reached anyone's first places. */
class Tally {
  readonly #task: EvaluationTask;
  readonly #metrics: readonly (readonly [MetricName, CaseMetric])[];
  readonly #coverages: readonly {
    readonly name: MetricName;
    readonly k: number;
    readonly shown: Uint8Array;
  }[];
  readonly #sums: Float64Array; // (people, metrics), row-major
  readonly #counts: Float64Array; // (people)
  readonly #ties: TieOrders;
  readonly #visible: Float32Array; // (items): one person's scores, seen items hidden

  constructor(task: EvaluationTask, people: number, seed: number) {
    this.#task = task;
    const itemCount = task.train.itemCount + (task.later?.length ?? 0);
    this.#metrics = task.metrics.flatMap((name) => {
      const metric = caseMetric(name);
      return metric ? [[name, metric] as const] : [];
    });
    this.#coverages = task.metrics.flatMap((name) => {
      const k = coverageCutoff(name);
      return k === undefined ? [] : [{ name, k, shown: new Uint8Array(itemCount) }];
    });
    this.#sums = new Float64Array(people * this.#metrics.length);
    this.#counts = new Float64Array(people);
    this.#ties = new TieOrders(itemCount, seed);
    this.#visible = new Float32Array(itemCount);
  }

  add(person: number, user: number, cases: readonly EvaluationCase[], scores: Float32Array): void {
    const visible = this.#visible;
    visible.set(scores);
    if (this.#task.hideSeen)
      for (const item of historyOf(this.#task.histories, user).itemRows)
        visible[item] = Number.NEGATIVE_INFINITY;
    const tieOrder = this.#ties.of(user);
    const firstSum = person * this.#metrics.length;
    for (const { positives, negatives } of cases) {
      const ranks = ranksOf(visible, tieOrder, positives, negatives);
      for (const [column, [, metric]] of this.#metrics.entries())
        this.#sums[firstSum + column]! += metric(ranks, positives.length);
    }
    this.#counts[person] = cases.length;
    for (const { k, shown } of this.#coverages)
      for (const item of topN(visible, k, tieOrder)) shown[item] = 1;
  }

  means(): Partial<Record<MetricName, number>> {
    const cases = this.#counts.reduce((sum, count) => sum + count, 0);
    const width = this.#metrics.length;
    const means: Partial<Record<MetricName, number>> = {};
    for (const [column, [name]] of this.#metrics.entries()) {
      let sum = 0;
      for (let person = 0; person < this.#counts.length; person++)
        sum += this.#sums[person * width + column]!;
      means[name] = sum / cases;
    }
    for (const { name, shown } of this.#coverages)
      means[name] = shown.reduce((sum, isShown) => sum + isShown, 0) / shown.length;
    return means;
  }

  answers(): AnswersByPerson {
    return { names: this.#metrics.map(([name]) => name), sums: this.#sums, counts: this.#counts };
  }

  intervals(seed: number, resamples: number): Partial<Record<MetricName, Interval>> {
    const random = Random.of(seed, "bootstrap");
    const intervals = bootstrapIntervals(this.#sums, this.#counts, { random, resamples });
    return Object.fromEntries(this.#metrics.map(([name], column) => [name, intervals[column]!]));
  }
}
