import type { FeatureHealthResponse, FeaturesResponse } from "#api";
import { formatCount, formatSpan, joinWords } from "../../words/format.ts";

/** @file What a definition says, and what was found of its values. */

export type Feature = FeaturesResponse["features"][number];
export type FeatureHealth = FeatureHealthResponse["features"][number];

/** "each the same as the log says", or how many are not. */
export function paritySentence({
  compared,
  skewed,
}: Pick<FeatureHealthResponse, "compared" | "skewed">): string {
  if (compared === 0) return "none compared with the log yet";
  return skewed === 0 ? "each as the log says" : `${formatCount(skewed)} values are not what the log says`;
}

/** "count of save, 7 days, by item.topic": a definition in one line. */
export function definitionSentence(feature: Pick<Feature, "kind" | "definition">): string {
  const { kind, definition } = feature;
  if (kind !== "aggregate") return `made of ${joinWords(sourcesOf(feature))}`;
  const aggregate = textAt(definition, "aggregate", "kind") ?? "value";
  const actions = valueAt(definition, "from", "actions");
  const events = Array.isArray(actions) ? joinWords(actions.map(String)) : "every action";
  const keyed = valueAt(definition, "keyedBy") === undefined ? [] : ["by key"];
  const narrowed = valueAt(definition, "where") === undefined ? [] : ["narrowed"];
  return [
    `${aggregate.replaceAll("_", " ")} of ${events}`,
    windowWords(definition),
    ...keyed,
    ...narrowed,
  ].join(", ");
}

function windowWords(definition: Feature["definition"]): string {
  const kind = textAt(definition, "window", "kind");
  const ms = valueAt(definition, "window", "ms");
  if (kind === "lifetime" || kind === undefined) return "ever";
  return typeof ms === "number"
    ? `${kind === "fixed" ? "since the last whole " : ""}${formatSpan(ms)}`
    : kind;
}

function valueAt(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    value,
  );
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "string" ? found : undefined;
}

/** Names of what a feature is made of: events for an aggregate, features for a derived one. */
export function sourcesOf({ kind, definition }: Pick<Feature, "kind" | "definition">): readonly string[] {
  if (kind === "aggregate") {
    const actions = valueAt(definition, "from", "actions");
    if (Array.isArray(actions)) return actions.map(String);
    return [textAt(definition, "from", "kind") === "identify" ? "identify" : "every action"];
  }
  return [...new Set(featuresIn(valueAt(definition, "expression")))];
}

/** In a derived expression a feature is a node that names it. */
function featuresIn(tree: unknown): readonly string[] {
  if (typeof tree !== "object" || tree === null) return [];
  const own = textAt(tree, "op") === "feature" ? textAt(tree, "name") : undefined;
  return [...(own === undefined ? [] : [own]), ...Object.values(tree).flatMap(featuresIn)];
}

/** What drift of a feature whose values are no numbers is told by. */
export const measureWords: Readonly<Record<FeatureHealth["measure"], string>> = {
  numbers: "by the number",
  values: "by the value",
  elements: "by the elements of its lists",
  keys: "by the keys that count for something",
  places: "by the places of its histograms",
  projections: "by how far its vectors lie along the mean of the reference",
};

/** What a stability index means (Siddiqi 2006): below 0.1 nothing, above 0.25 the population is another one; and nothing while chance alone makes as much. */
export function driftWords({
  stabilityIndex: index,
  indexByChance: chance,
}: Pick<FeatureHealth, "stabilityIndex" | "indexByChance">): string {
  if (index === null) return "–";
  const word =
    index < 0.1 ? "stable" : index <= (chance ?? 0) ? "by chance" : index < 0.25 ? "moving" : "drifted";
  return `${index.toFixed(2)} ${word}`;
}

/** Whether somebody should look. */
export function isDrifted({
  stabilityIndex: index,
  indexByChance: chance,
}: Pick<FeatureHealth, "stabilityIndex" | "indexByChance">): boolean {
  return index !== null && index >= 0.25 && index > (chance ?? 0);
}
