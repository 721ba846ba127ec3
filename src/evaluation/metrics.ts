import { assert } from "#base";
import type { MetricName } from "./task.ts";

/**
 * @file The accuracy of one ranking. `ranks` are the 1-based ranks of the positives that were ranked, best first;
 * `positiveCount` counts all positives, so one that was hidden or unscored can never be hit and still counts. Gains are
 * binary.
 */
export type CaseMetric = (ranks: Float64Array, positiveCount: number) => number;

/** 1 when any positive is among the first k. */
export function hitAt(ranks: Float64Array, k: number): number {
  return ranks.length > 0 && ranks[0]! <= k ? 1 : 0;
}

/** The share of the positives that is among the first k. */
export function recallAt(ranks: Float64Array, positiveCount: number, k: number): number {
  return ranks.filter((rank) => rank <= k).length / positiveCount;
}

/**
 * Discounted gain of the first k over that of the best possible list (Jarvelin and Kekalainen 2002), whose length is
 * min(k, positiveCount) as in LightGCN; with one positive it is 1 / log2(rank + 1).
 */
export function ndcgAt(ranks: Float64Array, positiveCount: number, k: number): number {
  let gain = 0;
  for (const rank of ranks) if (rank <= k) gain += discount(rank);
  let ideal = 0;
  for (let rank = 1; rank <= Math.min(k, positiveCount); rank++) ideal += discount(rank);
  return gain / ideal;
}

/** One over the rank of the best positive, 0 when none was ranked. */
export function reciprocalRank(ranks: Float64Array): number {
  return ranks.length > 0 ? 1 / ranks[0]! : 0;
}

/** The metric of one case by its name; undefined for coverage, which no single case has. */
export function caseMetric(name: MetricName): CaseMetric | undefined {
  if (name === "mrr") return reciprocalRank;
  const { kind, k } = partsOf(name);
  if (kind === "hr") return (ranks) => hitAt(ranks, k);
  if (kind === "recall") return (ranks, positiveCount) => recallAt(ranks, positiveCount, k);
  if (kind === "ndcg") return (ranks, positiveCount) => ndcgAt(ranks, positiveCount, k);
  return undefined;
}

/** The cut-off of a coverage metric, undefined for any other. */
export function coverageCutoff(name: MetricName): number | undefined {
  if (name === "mrr") return undefined;
  const { kind, k } = partsOf(name);
  return kind === "coverage" ? k : undefined;
}

function discount(rank: number): number {
  return 1 / Math.log2(rank + 1);
}

function partsOf(name: MetricName): { kind: string; k: number } {
  const [kind, cutoff] = name.split("At");
  const k = Number(cutoff);
  assert(Number.isInteger(k) && k > 0, `the cut-off of ${name} is a positive integer`);
  return { kind: kind!, k };
}
