import { fail } from "../config-fault.ts";
import type { Fields } from "../field.ts";
import type { ExpressionTree, ScalarType } from "./expression.ts";
import type { SourceDefinition } from "./feature.ts";

/** What a definition may speak of. */
export interface DeclaredFields {
  /** Action -> what it declares beside the platform's own. */
  readonly actions: Readonly<Record<string, { readonly properties: Fields }>>;
  readonly traits?: Fields;
  readonly itemAttributes?: Fields;
}

/** Properties every engagement may carry. */
const PLATFORM_TYPES: Readonly<Record<string, ScalarType>> = {
  itemId: "text",
  surface: "text",
  dwellMs: "number",
  value: "number",
  slateId: "text",
  position: "number",
  source: "text",
};

/** The type of the tree's values. @throws PlatformError `invalid-config` for one that cannot have any */
export function checkExpression(
  place: string,
  tree: ExpressionTree,
  from: SourceDefinition,
  declared: DeclaredFields,
): ScalarType {
  const check = (inner: ExpressionTree): ScalarType => checkExpression(place, inner, from, declared);
  switch (tree?.op) {
    case "property":
    case "trait":
    case "item-attribute":
      return checkLeaf(place, tree, from, declared);
    case "action":
    case "item-id":
    case "user-id":
    case "item-tags":
      requireEngagement(place, tree.op, from);
      return "text";
    case "hour":
    case "weekday":
    case "day":
      return "number";
    case "constant":
      return scalarType(place, tree.value);
    case "equals":
    case "above":
    case "below":
    case "at-least":
    case "at-most": {
      const [left, right] = [check(tree.left), check(tree.right)];
      if (left !== right) fail(place, tree.op, `it compares ${left} with ${right}; give two of one type`);
      if (left === "boolean" && tree.op !== "equals") fail(place, tree.op, "true and false have no order");
      return "boolean";
    }
    case "one-of": {
      const type = check(tree.of);
      const other = tree.values.find((value) => scalarType(place, value) !== type);
      if (other !== undefined || tree.values.length === 0)
        fail(place, other, `it is one of values of type ${type}; give at least one`);
      return "boolean";
    }
    case "all":
    case "any":
    case "not":
      for (const inner of [tree.of].flat() as readonly ExpressionTree[]) {
        // one or several
        if (check(inner) !== "boolean") fail(place, inner.op, "give something that is true or false");
      }
      return "boolean";
    case "is-present":
      check(tree.of);
      return "boolean";
    case "choose":
      if (check(tree.of) !== "text") fail(place, tree.op, "it chooses by a text, such as event.action");
      for (const value of Object.values(tree.cases))
        if (!Number.isFinite(value)) fail(place, value, "give a number for each case");
      return "number";
    default:
      return fail(place, tree, "make it with event, trait, item, equals(...) and their like");
  }
}

function checkLeaf(
  place: string,
  tree: Extract<ExpressionTree, { op: "property" | "trait" | "item-attribute" }>,
  from: SourceDefinition,
  declared: DeclaredFields,
): ScalarType {
  const { op, name, type } = tree;
  if (op === "trait" ? from.kind !== "identify" : from.kind !== "engagement")
    fail(
      place,
      name,
      op === "trait" ? "traits come from identities" : "identities have no properties and no items",
    );
  const known =
    op === "trait"
      ? [scalarTypeOf(declared.traits?.[name]?.schema)]
      : op === "item-attribute"
        ? [scalarTypeOf(declared.itemAttributes?.[name]?.schema)]
        : actionsOf(from, declared).map(
            (action) =>
              PLATFORM_TYPES[name] ?? scalarTypeOf(declared.actions[action]?.properties[name]?.schema),
          );
  const other = known.find((found) => found !== undefined && found !== type);
  if (other !== undefined)
    fail(place, name, `it is declared as ${other} and read as ${type}; read it as ${other}`);
  return type;
}

/** The actions a source speaks of. */
export function actionsOf(from: SourceDefinition, { actions }: DeclaredFields): readonly string[] {
  if (from.kind === "identify") return [];
  return from.actions ?? Object.keys(actions);
}

function requireEngagement(place: string, op: string, from: SourceDefinition): void {
  if (from.kind !== "engagement")
    fail(place, op, "identities have no action and no item; count engagement or events(...)");
}

function scalarType(place: string, value: unknown): ScalarType {
  if (typeof value === "string") return "text";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number" && Number.isFinite(value)) return "number";
  return fail(place, value, "give a text, a number, true or false");
}

/** `undefined` for a field of another type, or of none: it is read as is said, and absent where it is something else. */
export function scalarTypeOf(schema: Readonly<Record<string, unknown>> | undefined): ScalarType | undefined {
  const type = schema?.["type"];
  if (type === "string") return "text";
  if (type === "number" || type === "integer") return "number";
  if (type === "boolean") return "boolean";
  const [choice] = Array.isArray(schema?.["enum"]) ? schema["enum"] : [];
  return choice === undefined ? undefined : typeof choice === "number" ? "number" : "text";
}

/** Whether a key can only have few values, so that a map over a lifetime stays small. */
export function isClosedKey(tree: ExpressionTree, from: SourceDefinition, declared: DeclaredFields): boolean {
  switch (tree.op) {
    case "action":
    case "hour":
    case "weekday":
    case "constant":
    case "choose":
      return true;
    case "trait":
    case "property": {
      if (tree.type === "boolean") return true;
      const schemas =
        tree.op === "trait"
          ? [declared.traits?.[tree.name]?.schema]
          : actionsOf(from, declared).map(
              (action) => declared.actions[action]?.properties[tree.name]?.schema,
            );
      return schemas.every((schema) => Array.isArray(schema?.["enum"]));
    }
    case "item-id":
    case "user-id":
    case "day":
    case "item-tags":
    case "item-attribute":
      return false;
    default:
      return true; // true or false
  }
}
