/**
 * @file What a feature's definition says about one event: a small tree, plain data that can be stored, hashed and handed to a thread,
 * with the TypeScript type of the value it stands for. Two kinds of leaves: what the event itself says, which is settled when it
 * is applied, and what the catalogue says of its item, which is read when the feature is (an item may be described after the event).
 */
export type Scalar = string | number | boolean;
export type ScalarType = "text" | "number" | "boolean";

/** A leaf the event itself answers. */
export type EventLeaf =
  | { readonly op: "property" | "trait"; readonly name: string; readonly type: ScalarType }
  | { readonly op: "action" | "item-id" | "user-id" | "hour" | "weekday" | "day" }
  | { readonly op: "constant"; readonly value: Scalar };

/** A leaf the catalogue answers: an item has any number of tags. */
export type ItemLeaf =
  | { readonly op: "item-tags" }
  | { readonly op: "item-attribute"; readonly name: string; readonly type: ScalarType };

export type ExpressionTree =
  | EventLeaf
  | ItemLeaf
  | { readonly op: Comparison; readonly left: ExpressionTree; readonly right: ExpressionTree }
  | { readonly op: "one-of"; readonly of: ExpressionTree; readonly values: readonly Scalar[] }
  | { readonly op: "all" | "any"; readonly of: readonly ExpressionTree[] }
  | { readonly op: "not" | "is-present"; readonly of: ExpressionTree }
  | {
      readonly op: "choose";
      readonly of: ExpressionTree;
      readonly cases: Readonly<Record<string, number>>;
      readonly otherwise: number | null;
    };

export type Comparison = "equals" | "above" | "below" | "at-least" | "at-most";

declare const valueType: unique symbol;

/** A tree and the type of its value; a value that is missing or of another type is absent. */
export interface Expression<Value extends Scalar = Scalar> {
  /** Exists for the compiler only. */
  readonly [valueType]?: Value;
  readonly tree: ExpressionTree;
}

const expression = <Value extends Scalar>(tree: ExpressionTree): Expression<Value> => ({ tree });

/** What the event says. Times are in UTC. */
export const event = {
  /** `properties[name]`. */
  text: (name: string) => expression<string>({ op: "property", name, type: "text" }),
  number: (name: string) => expression<number>({ op: "property", name, type: "number" }),
  boolean: (name: string) => expression<boolean>({ op: "property", name, type: "boolean" }),
  action: expression<string>({ op: "action" }),
  itemId: expression<string>({ op: "item-id" }),
  /** Who did it: only for the distinct people of an item's feature, `approxUniqueCount(event.userId)`. */
  userId: expression<string>({ op: "user-id" }),
  surface: expression<string>({ op: "property", name: "surface", type: "text" }),
  dwellMs: expression<number>({ op: "property", name: "dwellMs", type: "number" }),
  value: expression<number>({ op: "property", name: "value", type: "number" }),
  position: expression<number>({ op: "property", name: "position", type: "number" }),
  /** 0..23. */
  hour: expression<number>({ op: "hour" }),
  /** 0 (Sunday) .. 6. */
  weekday: expression<number>({ op: "weekday" }),
  /** Days since 1970. */
  day: expression<number>({ op: "day" }),
} as const;

/** What an `identify` says. */
export const trait = {
  text: (name: string) => expression<string>({ op: "trait", name, type: "text" }),
  number: (name: string) => expression<number>({ op: "trait", name, type: "number" }),
  boolean: (name: string) => expression<boolean>({ op: "trait", name, type: "boolean" }),
} as const;

/** What the catalogue says now of the event's item; and the item as what a feature is about: `entity: item`. */
export const item = {
  entity: "item",
  /** Each of its tags. */
  topic: expression<string>({ op: "item-tags" }),
  text: (name: string) => expression<string>({ op: "item-attribute", name, type: "text" }),
  number: (name: string) => expression<number>({ op: "item-attribute", name, type: "number" }),
  boolean: (name: string) => expression<boolean>({ op: "item-attribute", name, type: "boolean" }),
} as const;

export function constant<const Value extends Scalar>(value: Value): Expression<Value> {
  return expression({ op: "constant", value });
}

const compare =
  (op: Comparison) =>
  <Value extends Scalar>(left: Expression<Value>, right: NoInfer<Value>): Expression<boolean> =>
    expression({ op, left: left.tree, right: { op: "constant", value: right } });

export const equals = compare("equals");
export const above = compare("above");
export const below = compare("below");
export const atLeast = compare("at-least");
export const atMost = compare("at-most");

export function isOneOf<Value extends Scalar>(
  of: Expression<Value>,
  values: readonly NoInfer<Value>[],
): Expression<boolean> {
  return expression({ op: "one-of", of: of.tree, values });
}

export function isPresent(of: Expression): Expression<boolean> {
  return expression({ op: "is-present", of: of.tree });
}

export function not(of: Expression<boolean>): Expression<boolean> {
  return expression({ op: "not", of: of.tree });
}

export function all(...of: readonly Expression<boolean>[]): Expression<boolean> {
  return expression({ op: "all", of: of.map(({ tree }) => tree) });
}

export function any(...of: readonly Expression<boolean>[]): Expression<boolean> {
  return expression({ op: "any", of: of.map(({ tree }) => tree) });
}

/** A number for each of some texts: `choose(event.action, { save: 2.5, click: 1 })`; absent for others, unless `otherwise` is given. */
export function choose(
  of: Expression<string>,
  cases: Readonly<Record<string, number>>,
  otherwise?: number,
): Expression<number> {
  return expression({ op: "choose", of: of.tree, cases, otherwise: otherwise ?? null });
}

/** The leaves of a tree. */
export function leavesOf(tree: ExpressionTree): readonly (EventLeaf | ItemLeaf)[] {
  switch (tree.op) {
    case "equals":
    case "above":
    case "below":
    case "at-least":
    case "at-most":
      return [...leavesOf(tree.left), ...leavesOf(tree.right)];
    case "all":
    case "any":
      return tree.of.flatMap(leavesOf);
    case "one-of":
    case "not":
    case "is-present":
    case "choose":
      return leavesOf(tree.of);
    default:
      return [tree];
  }
}

/** Whether the catalogue has to be asked. */
export function isAboutItem(tree: ExpressionTree): boolean {
  return leavesOf(tree).some(({ op }) => op === "item-tags" || op === "item-attribute");
}
