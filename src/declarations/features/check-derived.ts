import { fail } from "../config-fault.ts";
import { type DerivedTree, inputsOf } from "./derived.ts";
import type { DerivedDefinition, FeatureDefinition, LabelDefinition } from "./feature.ts";

/** What a feature's value looks like, as far as derived ones need to know. */
export type ValueShape = "number" | "map" | "texts" | "other";

/** Adds the shapes of the derived features. @throws PlatformError `invalid-config` */
export function checkDerived(
  features: readonly FeatureDefinition[],
  labels: readonly LabelDefinition[],
  shapes: Map<string, ValueShape>,
): void {
  const byName = new Map(features.map((definition) => [definition.name, definition]));
  const isLabel = new Set<string>(labels.map(({ name }) => name));
  const visit = (definition: DerivedDefinition, path: readonly string[]): void => {
    const { name, expression } = definition;
    const place = `features.${name}`;
    if (shapes.has(name)) return;
    if (path.includes(name))
      fail(place, [...path, name].join(" -> "), "it is made of itself; break the cycle");
    for (const input of inputsOf(expression)) {
      if (isLabel.has(input))
        fail(place, input, "it is a label, which tells the future; no feature may be made of it");
      const found = byName.get(input);
      if (!found) fail(place, input, "no feature has this name; declare it too");
      if (found.entity !== definition.entity)
        fail(
          place,
          input,
          `it is about the ${found.entity}; derive with { entity: ${found.entity} }, of features of it alone`,
        );
      if (found.kind === "aggregate" && found.isCross)
        fail(place, input, "it is about a pair; derive from the same feature with keyedBy, which is a map");
      if (found.kind === "derived") visit(found, [...path, name]);
    }
    shapes.set(name, shapeOf(place, expression, shapes));
  };
  for (const definition of features) if (definition.kind === "derived") visit(definition, []);
}

function shapeOf(place: string, tree: DerivedTree, shapes: ReadonlyMap<string, ValueShape>): ValueShape {
  const need = (inner: DerivedTree, wanted: ValueShape): void => {
    const found = shapeOf(place, inner, shapes);
    if (found !== wanted) fail(place, tree.op, `it takes a ${wanted} and is given a value that is ${found}`);
  };
  switch (tree?.op) {
    case "feature":
      return shapes.get(tree.name) ?? "other";
    case "number":
      if (!Number.isFinite(tree.value)) fail(place, tree.value, "give a number");
      return "number";
    case "add":
    case "subtract":
    case "multiply":
    case "divide":
    case "minimum":
    case "maximum":
      need(tree.left, "number");
      need(tree.right, "number");
      return "number";
    case "log1p":
    case "absolute":
    case "or-else":
      need(tree.of, "number");
      return "number";
    case "at":
    case "total":
    case "size":
    case "entropy":
      need(tree.of, "map");
      return "number";
    case "most":
      need(tree.of, "map");
      return "other";
    case "shares":
      need(tree.of, "map");
      return "map";
    case "ratios":
      need(tree.left, "map");
      need(tree.right, "map");
      return "map";
    case "total-where":
      need(tree.of, "map");
      need(tree.among, "map");
      return "number";
    case "prevalence":
      need(tree.actions, "map");
      need(tree.impressions, "map");
      if (!(Number.isInteger(tree.days) && tree.days >= 1)) fail(place, tree.days, "give whole days from 1");
      return "number";
    case "mean-vector":
      need(tree.of, "texts");
      return "other";
    default:
      return fail(place, tree, "make it with add, divide, entropy and their like");
  }
}
