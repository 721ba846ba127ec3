import type { AggregateDefinition, DerivedTree, ExpressionTree, FeatureDefinition } from "#declarations";
import type { ParquetColumn, ParquetScalar } from "#storage";

/** The type of a feature's value in a table. */
export function columnTypeOf(
  definition: FeatureDefinition,
  byName: ReadonlyMap<string, FeatureDefinition>,
): ParquetColumn["type"] {
  if (definition.kind === "derived") return derivedType(definition.expression, byName);
  const type = aggregateType(definition);
  return definition.keyedBy && !definition.isCross ? `MAP(VARCHAR, ${type})` : type;
}

function aggregateType({ aggregate }: AggregateDefinition): ParquetScalar | `${ParquetScalar}[]` {
  switch (aggregate.kind) {
    case "last":
      return scalarType(aggregate.of);
    case "last_k":
    case "top_k":
      return `${scalarType(aggregate.of)}[]`;
    case "histogram":
      return "DOUBLE[]";
    default:
      return "DOUBLE";
  }
}

function scalarType(tree: ExpressionTree): ParquetScalar {
  switch (tree.op) {
    case "property":
    case "trait":
    case "item-attribute":
      return tree.type === "text" ? "VARCHAR" : tree.type === "number" ? "DOUBLE" : "BOOLEAN";
    case "action":
    case "item-id":
    case "user-id":
    case "item-tags":
      return "VARCHAR";
    case "hour":
    case "weekday":
    case "day":
    case "choose":
      return "DOUBLE";
    case "constant":
      return typeof tree.value === "string"
        ? "VARCHAR"
        : typeof tree.value === "number"
          ? "DOUBLE"
          : "BOOLEAN";
    default:
      return "BOOLEAN";
  }
}

function derivedType(
  tree: DerivedTree,
  byName: ReadonlyMap<string, FeatureDefinition>,
): ParquetColumn["type"] {
  switch (tree.op) {
    case "feature": {
      const input = byName.get(tree.name);
      return input ? columnTypeOf(input, byName) : "DOUBLE";
    }
    case "shares":
    case "ratios":
      return "MAP(VARCHAR, DOUBLE)";
    case "most":
      return "VARCHAR";
    case "mean-vector":
      return "DOUBLE[]";
    default:
      return "DOUBLE";
  }
}
