import type { FeatureDefinition } from "./feature.ts";

/**
 * @file What is computed of other features when they are read: a tree of operations over their values, plain data and typed. An absent
 * value makes the result absent, but for `orElse`; so does a division by zero, and any result that is not finite.
 */
export type DerivedTree =
  | { readonly op: "feature"; readonly name: string }
  | { readonly op: "number"; readonly value: number }
  | {
      readonly op: "add" | "subtract" | "multiply" | "divide" | "minimum" | "maximum";
      readonly left: DerivedTree;
      readonly right: DerivedTree;
    }
  | { readonly op: "log1p" | "absolute"; readonly of: DerivedTree }
  | { readonly op: "or-else"; readonly of: DerivedTree; readonly value: number }
  | { readonly op: "at"; readonly of: DerivedTree; readonly key: string }
  | { readonly op: "total" | "size" | "entropy" | "most"; readonly of: DerivedTree }
  | { readonly op: "shares"; readonly of: DerivedTree }
  | { readonly op: "ratios"; readonly left: DerivedTree; readonly right: DerivedTree; readonly prior: number }
  | { readonly op: "total-where"; readonly of: DerivedTree; readonly among: DerivedTree }
  | {
      readonly op: "prevalence";
      readonly actions: DerivedTree;
      readonly impressions: DerivedTree;
      readonly days: number;
    }
  | { readonly op: "mean-vector"; readonly of: DerivedTree };

export type DerivedOp = DerivedTree["op"];

declare const derivedType: unique symbol;

/** A derived value of this type. */
export interface Derived<Value = unknown> {
  /** Exists for the compiler only. */
  readonly [derivedType]?: Value;
  readonly tree: DerivedTree;
}

export type NumberMap = Readonly<Record<string, number>>;
type NumberInput = Derived<number> | FeatureDefinition<string, number> | number;
type MapInput = Derived<NumberMap> | FeatureDefinition<string, NumberMap>;
type IdsInput = Derived<readonly string[]> | FeatureDefinition<string, readonly string[]>;

const derivation = <Value>(tree: DerivedTree): Derived<Value> => ({ tree });

function treeOf(input: NumberInput | MapInput | IdsInput): DerivedTree {
  if (typeof input === "number") return { op: "number", value: input };
  return "tree" in input ? input.tree : { op: "feature", name: input.name };
}

const binary =
  (op: "add" | "subtract" | "multiply" | "divide" | "minimum" | "maximum") =>
  (left: NumberInput, right: NumberInput): Derived<number> =>
    derivation({ op, left: treeOf(left), right: treeOf(right) });

export const add = binary("add");
export const subtract = binary("subtract");
export const multiply = binary("multiply");
/** Absent where the divisor is zero. */
export const divide = binary("divide");
export const lesser = binary("minimum");
export const greater = binary("maximum");

export const log1p = (of: NumberInput): Derived<number> => derivation({ op: "log1p", of: treeOf(of) });
export const absolute = (of: NumberInput): Derived<number> => derivation({ op: "absolute", of: treeOf(of) });
/** The value, or this one where it is absent. */
export const orElse = (of: NumberInput, value: number): Derived<number> =>
  derivation({ op: "or-else", of: treeOf(of), value });
/** The value under a key; 0 where there is none. */
export const at = (of: MapInput, key: string): Derived<number> =>
  derivation({ op: "at", of: treeOf(of), key });
/** The sum of all values. */
export const total = (of: MapInput): Derived<number> => derivation({ op: "total", of: treeOf(of) });
/** How many keys have a value above zero. */
export const size = (of: MapInput): Derived<number> => derivation({ op: "size", of: treeOf(of) });
/** Shannon entropy of the values as shares, in bits; 0 for none and for one. */
export const entropy = (of: MapInput): Derived<number> => derivation({ op: "entropy", of: treeOf(of) });
/** The key with the greatest value; of equals the lesser text. Absent for none. */
export const most = (of: MapInput): Derived<string> => derivation({ op: "most", of: treeOf(of) });
/** Each value's part of the total. */
export const shares = (of: MapInput): Derived<NumberMap> => derivation({ op: "shares", of: treeOf(of) });
/** `left / (right + prior)` for each key of `right`: rates that few events cannot make extreme. */
export const ratios = (left: MapInput, right: MapInput, prior = 0): Derived<NumberMap> =>
  derivation({ op: "ratios", left: treeOf(left), right: treeOf(right), prior });
/** The total of the values whose key is in the other map with a value above zero. */
export const totalWhere = (of: MapInput, among: MapInput): Derived<number> =>
  derivation({ op: "total-where", of: treeOf(of), among: treeOf(among) });
/**
 * How far a person is from their own habit: actions by impressions on the newest day, less the median of that on the `days` before it
 * (days without impressions left out). Both are counts keyed by `event.day`. Absent without impressions that day or before.
 */
export const prevalence = (actions: MapInput, impressions: MapInput, days: number): Derived<number> =>
  derivation({ op: "prevalence", actions: treeOf(actions), impressions: treeOf(impressions), days });
/** The mean of the content vectors of items, those without one left out: an embedding as a value. Absent for none. */
export const meanVector = (of: IdsInput): Derived<readonly number[]> =>
  derivation({ op: "mean-vector", of: treeOf(of) });

/** Names of the features a tree is computed of. */
export function inputsOf(tree: DerivedTree): readonly string[] {
  if (tree.op === "feature") return [tree.name];
  if (tree.op === "number") return [];
  if ("left" in tree) return [...inputsOf(tree.left), ...inputsOf(tree.right)];
  if (tree.op === "prevalence") return [...inputsOf(tree.actions), ...inputsOf(tree.impressions)];
  if (tree.op === "total-where") return [...inputsOf(tree.of), ...inputsOf(tree.among)];
  return inputsOf(tree.of);
}
