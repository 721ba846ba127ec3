import type { DerivedTree, FeatureDefinition } from "#declarations";
import { columnTypeOf } from "../definition/value-type.ts";

/**
 * What drift of a feature is measured by: its numbers; the value as it is; the elements of a list; the keys of a map that count for something; the
 * places of a histogram; or how far a vector lies along the mean of the reference.
 */
export type Measure = "numbers" | "values" | "elements" | "keys" | "places" | "projections";

/** By the type of its values, which every definition has. */
export function measureOf(
  definition: FeatureDefinition,
  byName: ReadonlyMap<string, FeatureDefinition>,
): Measure {
  const type = columnTypeOf(definition, byName);
  if (type.startsWith("MAP")) return "keys";
  if (type === "DOUBLE[]") return measureOfNumbers(definition, byName);
  if (type.endsWith("[]")) return "elements";
  return type === "DOUBLE" ? "numbers" : "values";
}

/** Of lists of numbers, which are as long as each other where each place has a meaning. */
function measureOfNumbers(
  definition: FeatureDefinition,
  byName: ReadonlyMap<string, FeatureDefinition>,
): Measure {
  if (definition.kind === "aggregate")
    return definition.aggregate.kind === "histogram" ? "places" : "elements";
  const tree: DerivedTree = definition.expression;
  const input = tree.op === "feature" ? byName.get(tree.name) : undefined;
  return input ? measureOfNumbers(input, byName) : "projections";
}
