import type { AggregateTree, ExpressionTree } from "#declarations";
import type { Aggregation } from "../aggregation.ts";
import { decayedSumOf } from "./decayed-sum.ts";
import { maximumOf, minimumOf } from "./extremes.ts";
import { histogramOf, topKOf, topKOfItems } from "./frequencies.ts";
import { lastDistinctOf, lastKOf, lastOfItems, lastOfValues, timeSinceOf } from "./newest.ts";
import { percentileOf } from "./quantile-sketch.ts";
import { averageOf, countOf, sumOf } from "./sums.ts";
import { uniqueCountOf } from "./unique-count.ts";

/** The aggregation that a definition asks for. */
export function aggregationOf(tree: AggregateTree): Aggregation {
  return makeAggregation(tree) as Aggregation; // its states are its own: nobody else looks into them
}

function makeAggregation(tree: AggregateTree) {
  switch (tree.kind) {
    case "count":
      return countOf;
    case "time_since":
      return timeSinceOf;
    case "sum":
      return sumOf;
    case "average":
      return averageOf;
    case "min":
      return minimumOf;
    case "max":
      return maximumOf;
    case "last":
      return isAboutItems(tree.of) ? lastOfItems : lastOfValues;
    case "approx_unique_count":
      return uniqueCountOf;
    case "last_k":
      return tree.isDistinct
        ? lastDistinctOf(tree.k, isAboutItems(tree.of))
        : lastKOf(tree.k, isAboutItems(tree.of));
    case "top_k":
      return isAboutItems(tree.of) ? topKOfItems(tree.k) : topKOf(tree.k);
    case "approx_percentile":
      return percentileOf(tree.quantile);
    case "histogram":
      return histogramOf(tree.bounds);
    case "decayed_sum":
      return decayedSumOf(tree.halfLifeMs);
  }
}

function isAboutItems({ op }: ExpressionTree): boolean {
  return op === "item-tags";
}
