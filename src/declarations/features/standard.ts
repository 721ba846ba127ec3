import type { DeclaredAction } from "../action.ts";
import { approxUniqueCount, average, count, decayedSum, lastK, timeSince } from "./aggregate.ts";
import {
  divide,
  entropy,
  meanVector,
  most,
  multiply,
  prevalence,
  ratios,
  shares,
  size,
  subtract,
  total,
  totalWhere,
} from "./derived.ts";
import { choose, type Expression, event, item } from "./expression.ts";
import {
  derived,
  type EventSource,
  events,
  type FeatureDefinition,
  feature,
  type LabelDefinition,
  label,
  session,
} from "./feature.ts";

/**
 * @file Features that understanding people begins with, made for any declared actions: recency and frequency of each, affinities to topics that
 * fade, habits by hour and day, diversity, the shape of the visit, returns to what was kept, fatigue of impressions, and how
 * today differs from the person's own habit. Names are those of the actions in lower case.
 */
export type DeclaredActions = Readonly<Record<string, Pick<DeclaredAction, "kind" | "strength">>>;

/** Spread it among your own: `features: [...standardFeatures(actions), ...]`. What the actions do not allow is left out. */
export function standardFeatures(actions: DeclaredActions): readonly FeatureDefinition[] {
  const names = Object.keys(actions);
  const wanted = names.filter((name) => actions[name]?.kind === "positive");
  const shown = names.filter((name) => actions[name]?.kind === "impression");
  const strengths = Object.fromEntries(wanted.map((name) => [name, actions[name]?.strength ?? 0]));
  const made = [
    ...names.flatMap(recencyAndFrequency),
    ...(wanted.length > 0 ? wantedFeatures(events(...wanted), choose(event.action, strengths)) : []),
    ...(wanted.length > 0 && shown.length > 0 ? impressionFeatures(events(...wanted), events(...shown)) : []),
  ];
  const keepers = wanted.filter((name) => strengths[name] === Math.max(...Object.values(strengths)));
  if (wanted.length > keepers.length) made.push(...revisitFeatures(events(...keepers), events(...wanted)));
  return made.map((definition) => ({ ...definition, tags: ["standard"] }));
}

/** Whether a person does anything wanted within a week. */
export function standardLabels(actions: DeclaredActions): readonly LabelDefinition[] {
  const wanted = Object.keys(actions).filter((name) => actions[name]?.kind === "positive");
  const engagements = events(...wanted);
  return wanted.length > 0
    ? [label("engagements_within_7d", { from: engagements, aggregate: count(), within: "7d" })]
    : [];
}

function recencyAndFrequency(action: string): FeatureDefinition[] {
  const name = action
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");
  const from = events(action);
  return [
    ...(["1d", "7d", "30d"] as const).map((window) =>
      feature(`did_${name}_${window}`, { from, aggregate: count(), window }),
    ),
    feature(`did_${name}_ever`, { from, aggregate: count() }),
    feature(`since_${name}`, { from, aggregate: timeSince(), description: "seconds" }),
  ];
}

function wantedFeatures(from: EventSource, strength: Expression<number>): FeatureDefinition[] {
  return [
    ...engagementFeatures(from, strength),
    ...topicFeatures(from, strength),
    ...habitFeatures(from),
    ...visitFeatures(from),
  ];
}

function engagementFeatures(from: EventSource, strength: Expression<number>): FeatureDefinition[] {
  const weekly = feature("engagements_7d", { from, aggregate: count(), window: "7d" });
  const monthly = feature("engagements_30d", { from, aggregate: count(), window: "30d" });
  return [
    ...[weekly, monthly],
    feature("engagements_1d", { from, aggregate: count(), window: "1d" }),
    feature("engagements_90d", { from, aggregate: count(), window: "90d" }),
    feature("engagements_ever", { from, aggregate: count() }),
    feature("since_engagement", { from, aggregate: timeSince(), description: "seconds" }),
    feature("engagement_7d_half_life", { from, aggregate: decayedSum("7d", strength) }),
    feature("engagement_30d_half_life", { from, aggregate: decayedSum("30d", strength) }),
    feature("items_7d", { from, aggregate: approxUniqueCount(event.itemId), window: "7d" }),
    feature("items_30d", { from, aggregate: approxUniqueCount(event.itemId), window: "30d" }),
    feature("dwell_30d", { from, aggregate: average(event.dwellMs), window: "30d" }),
    feature("value_90d", { from, aggregate: average(event.value), window: "90d" }),
    derived("engagement_trend", divide(multiply(weekly, 30 / 7), monthly), {
      description: "1: this week is like the month",
    }),
  ];
}

function topicFeatures(from: EventSource, strength: Expression<number>): FeatureDefinition[] {
  const keyedBy = item.topic;
  const byTopic = feature("engagements_by_topic_30d", { from, keyedBy, aggregate: count(), window: "30d" });
  const affinities = feature("topic_affinity_90d", {
    ...{ from, keyedBy },
    aggregate: decayedSum("14d", strength),
    window: "90d",
  });
  const latest = feature("last_items", { from, aggregate: lastK(event.itemId, 10), window: "90d" });
  return [
    ...[byTopic, affinities, latest],
    derived("topics_30d", size(byTopic)),
    derived("topic_entropy_30d", entropy(byTopic), { description: "bits" }),
    derived("topic_shares_90d", shares(affinities)),
    derived("top_topic", most(affinities)),
    derived("interest_embedding", meanVector(latest)),
  ];
}

function habitFeatures(from: EventSource): FeatureDefinition[] {
  const counted = <Name extends string>(name: Name, keyedBy: Expression, window: "30d" | "90d") =>
    feature(name, { from, keyedBy, aggregate: count(), window });
  const byDay = counted("engagements_by_day_30d", event.day, "30d");
  const byHour = counted("engagements_by_hour_90d", event.hour, "90d");
  const byWeekday = counted("engagements_by_weekday_90d", event.weekday, "90d");
  const bySurface = counted("engagements_by_surface_30d", event.surface, "30d");
  return [
    ...[byDay, byHour, byWeekday, bySurface],
    derived("active_days_30d", size(byDay)),
    derived("engagements_per_active_day", divide(total(byDay), size(byDay))),
    derived("hour_entropy_90d", entropy(byHour), { description: "bits" }),
    derived("weekday_entropy_90d", entropy(byWeekday), { description: "bits" }),
    derived("usual_hour", most(byHour), { description: "UTC" }),
    derived("usual_weekday", most(byWeekday), { description: "0 is Sunday, UTC" }),
    derived("surface_shares_30d", shares(bySurface)),
  ];
}

function visitFeatures(from: EventSource): FeatureDefinition[] {
  const window = session();
  return [
    feature("session_engagements", { from, aggregate: count(), window }),
    feature("session_items", { from, aggregate: approxUniqueCount(event.itemId), window }),
    feature("session_by_topic", { from, keyedBy: item.topic, aggregate: count(), window }),
  ];
}

function impressionFeatures(wanted: EventSource, shown: EventSource): FeatureDefinition[] {
  const impressions = feature("impressions_by_topic_7d", {
    from: shown,
    keyedBy: item.topic,
    aggregate: count(),
    window: "7d",
  });
  const engagements = feature("engagements_by_topic_7d", {
    from: wanted,
    keyedBy: item.topic,
    aggregate: count(),
    window: "7d",
  });
  const shownByDay = feature("impressions_by_day_15d", {
    from: shown,
    keyedBy: event.day,
    aggregate: count(),
    window: "15d",
  });
  const wantedByDay = feature("engagements_by_day_15d", {
    from: wanted,
    keyedBy: event.day,
    aggregate: count(),
    window: "15d",
  });
  return [
    ...[impressions, engagements, shownByDay, wantedByDay],
    derived("topic_rate_7d", ratios(engagements, impressions, 10), {
      description: "engagements for each impression of a topic: low where people are tired of it",
    }),
    derived("engagement_rate_15d", divide(total(wantedByDay), total(shownByDay))),
    derived("prevalence_14d", prevalence(wantedByDay, shownByDay, 14), {
      description: "engagement rate of the newest day less the median of the person's own 14 days before",
    }),
  ];
}

function revisitFeatures(kept: EventSource, wanted: EventSource): FeatureDefinition[] {
  const keptItems = feature("kept_by_item_90d", {
    from: kept,
    keyedBy: event.itemId,
    aggregate: count(),
    window: "90d",
  });
  const visited = feature("visits_by_item_30d", {
    from: wanted,
    keyedBy: event.itemId,
    aggregate: count(),
    window: "30d",
  });
  const kept30d = feature("kept_by_item_30d", {
    from: kept,
    keyedBy: event.itemId,
    aggregate: count(),
    window: "30d",
  });
  return [
    ...[keptItems, visited, kept30d],
    derived("revisits_of_kept_30d", subtract(totalWhere(visited, keptItems), total(kept30d)), {
      description: "engagements in 30 days with items that were kept within 90, but for the keeping itself",
    }),
  ];
}
